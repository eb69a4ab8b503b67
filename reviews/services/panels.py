import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from django.db import transaction

from portal import notices
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no
from proposals.models import LetterOfIntent
from proposals.services import evaluation
from reviews import queries
from reviews.conflicts import KIND
from reviews.models import Assignment
from reviews.services import conflicts, locks
from reviews.workflow import ASSIGNMENT

EMPTY: Mapping[str, str] = MappingProxyType({})


@transaction.atomic
def assign(
    loi: LetterOfIntent,
    reviewer: User,
    *,
    seat: str = Assignment.Seat.REVIEWER,
    due_at: datetime | None = None,
    closes_at: datetime | None = None,
    by: User,
    now: datetime,
) -> Assignment:
    """Invite a reviewer to a case. Soft conflicts the rules find are kept for the chair.

    After `due_at` the review is overdue; at `closes_at` its sheet closes.
    """
    instants = {"due_at": due_at, "closes_at": closes_at}
    assignment = _invite(locks.case(loi), reviewer, seat, by=by, now=now, **instants)
    conflicts.look([assignment.loi], users=[reviewer], now=now)
    return assignment


def _invite(
    loi: LetterOfIntent, reviewer: User, seat: str, *, by: User, now: datetime, **instants
) -> Assignment:
    if loi.assignments.filter(reviewer=reviewer).exclude(state="removed").exists():
        raise Refused(
            no(
                "assignment.twice",
                say("%(name)s is on this case already.", name=reviewer),
                field="reviewer",
            )
        )
    assignment = Assignment(
        loi=loi,
        reviewer=reviewer,
        number=_draw(loi),
        seat=seat,
        assigned_at=now,
        **instants,
    )
    ASSIGNMENT.enter(
        assignment, "assign", by=by, now=now, case=loi.key, reviewer=reviewer.key, seat=seat
    )
    return assignment


def _draw(loi: LetterOfIntent) -> int:
    """A number nobody of the case has had, by lot: the order of the invitations says nothing."""
    taken = set(loi.assignments.values_list("number", flat=True))
    most = max(loi.call.reviewers_least, len(taken) + 1)
    return secrets.choice([n for n in range(1, most + 1) if n not in taken])


@transaction.atomic
def assign_all(
    loi: LetterOfIntent,
    reviewers: Sequence[User],
    *,
    seats: Mapping[str, str] | None = None,
    due_at: datetime | None,
    closes_at: datetime | None = None,
    by: User,
    now: datetime,
) -> list[Assignment]:
    """Invite several at once: all, or none and the first refusal. `seats` by the keys of people."""
    seats, loi = seats or {}, locks.case(loi)
    instants = {"due_at": due_at, "closes_at": closes_at}
    found = [
        _invite(
            loi,
            reviewer,
            seats.get(reviewer.key, Assignment.Seat.REVIEWER),
            by=by,
            now=now,
            **instants,
        )
        for reviewer in reviewers
    ]
    conflicts.look([loi], users=reviewers, now=now)
    return found


@transaction.atomic
def accept(
    assignment: Assignment,
    *,
    declared: Mapping[str, str] = EMPTY,
    confidence: int | None = None,
    by: User,
    now: datetime,
) -> Event:
    """Declare no conflict, or soft ones for the chair to rule on, and begin to read.

    `declared`: kind → what it is, in the reviewer's words. `confidence`: how well one knows the case.
    """
    assignment = locks.review(assignment)
    hard = next((kind for kind in declared if KIND[kind].hard), "")
    if hard:
        reason = say("“%(kind)s” rules out: step back from the case.", kind=KIND[hard].label)
        raise Refused(no("assignment.hard", reason))
    known = {}
    if confidence is not None:  # the sheet begins with it, and may change it
        sheet = assignment.content | {"confidence": confidence}
        known = {"confidence": confidence, "content": sheet}
    event = ASSIGNMENT.move(
        assignment,
        "accept",
        by=by,
        now=now,
        columns=known,
        declared="soft" if declared else "none",
    )
    for kind, words in declared.items():
        conflicts.declare(assignment.loi, kind, words=words, by=by, now=now)
    return event


@transaction.atomic
def recuse(
    assignment: Assignment,
    *,
    reason: str,
    declared: Mapping[str, str] = EMPTY,
    by: User,
    now: datetime,
) -> Event:
    """Declare a hard conflict: from now on the person sees nothing of the case."""
    assignment = locks.review(assignment)
    event = ASSIGNMENT.move(assignment, "recuse", by=by, now=now, reason=reason)
    for kind, words in (declared or {"declared": reason}).items():
        conflicts.declare(assignment.loi, kind, words=words, by=by, now=now)
    return event


@transaction.atomic
def remove(assignment: Assignment, *, reason: str, by: User, now: datetime) -> Event:
    return ASSIGNMENT.move(locks.review(assignment), "remove", by=by, now=now, reason=reason)


@transaction.atomic
def give_back(assignment: Assignment, *, reason: str, by: User, now: datetime) -> Event:
    """The reviewer cannot do it, for a reason that is no conflict; somebody else is needed."""
    assignment = locks.review(assignment)
    event = ASSIGNMENT.move(assignment, "give_back", by=by, now=now, reason=reason)
    notices.post("assignment_given_back", assignment, now=now, event=event)
    return event


@transaction.atomic
def reseat(assignment: Assignment, *, seat: str, by: User, now: datetime) -> Event:
    """Make a reviewer the primary or the secondary one of the case, or neither."""
    assignment = locks.review(assignment)
    return ASSIGNMENT.move(
        assignment, "reseat", by=by, now=now, facts=seat, columns={"seat": seat}, seat=seat
    )


@transaction.atomic
def present(
    loi: LetterOfIntent, presenters: Mapping[str, Assignment | None], *, by: User, now: datetime
) -> int:
    """Who presents a case in the meeting, by seat; whoever did so before is a reviewer again."""
    loi = locks.case(loi)
    wanted = {one.pk: seat for seat, one in presenters.items() if one is not None}
    on_it = loi.assignments.filter(state__in=queries.ACTIVE).exclude(seat=Assignment.Seat.ASSESSOR)
    changes = [(one, wanted.get(one.pk, Assignment.Seat.REVIEWER)) for one in on_it.order_by("pk")]
    changes = [(one, seat) for one, seat in changes if one.seat != seat]
    # A seat is given up before it is taken; two who change places pass by no seat.
    for one, _seat in changes:
        if one.seat in queries.PRESENTING:
            one.seat = Assignment.Seat.REVIEWER
            reseat(one, seat=one.seat, by=by, now=now)
    for one, seat in changes:
        if one.seat != seat:
            reseat(one, seat=seat, by=by, now=now)
    return len(changes)


@transaction.atomic
def begin_review(loi: LetterOfIntent, *, by: User, now: datetime) -> Event:
    """Open the case to its reviewers and the chair, after another look at everybody's conflicts."""
    loi = locks.case(loi)
    conflicts.look([loi], now=now)
    return evaluation.begin_review(loi, facts=queries.facts(loi), by=by, now=now)
