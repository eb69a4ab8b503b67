import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from portal import events, notices, roles
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no
from proposals.models import LetterOfIntent
from proposals.services import evaluation
from proposals.workflow import LOI
from reviews import queries
from reviews.models import Assignment, Conflict, PanelMember
from reviews.services import locks
from reviews.workflow import ASSIGNMENT


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
    loi = locks.case(loi)
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
        due_at=due_at,
        closes_at=closes_at,
    )
    ASSIGNMENT.enter(
        assignment, "assign", by=by, now=now, case=loi.key, reviewer=reviewer.key, seat=seat
    )
    look(loi, reviewer, now)
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
    seats = seats or {}
    return [
        assign(
            loi,
            reviewer,
            seat=seats.get(reviewer.key, Assignment.Seat.REVIEWER),
            due_at=due_at,
            closes_at=closes_at,
            by=by,
            now=now,
        )
        for reviewer in reviewers
    ]


@transaction.atomic
def accept(
    assignment: Assignment,
    *,
    soft_conflict: str = "",
    confidence: int | None = None,
    by: User,
    now: datetime,
) -> Event:
    """Declare no conflict, or a soft one in words, say how well one knows the case, begin to read."""
    assignment = locks.review(assignment)
    event = ASSIGNMENT.move(
        assignment,
        "accept",
        by=by,
        now=now,
        columns={"confidence": confidence},
        declared="soft" if soft_conflict else "none",
    )
    if soft_conflict:
        _note(assignment.loi, by, False, "other", soft_conflict, declared=True, now=now)
    return event


@transaction.atomic
def recuse(assignment: Assignment, *, reason: str, by: User, now: datetime) -> Event:
    """Declare a hard conflict: from now on the person sees nothing of the case."""
    assignment = locks.review(assignment)
    event = ASSIGNMENT.move(assignment, "recuse", by=by, now=now, reason=reason)
    _note(assignment.loi, by, True, "declared", reason, declared=True, now=now)
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
    """Open the case to its reviewers and the chair, whose conflicts are looked for now."""
    loi = locks.case(loi)
    event = evaluation.begin_review(loi, facts=queries.facts(loi), by=by, now=now)
    chairs = PanelMember.objects.filter(call=loi.call, role=roles.CHAIR, state="accepted")
    for place in chairs.select_related("user"):
        look(loi, place.user, now)
    return event


@transaction.atomic
def step_out(loi: LetterOfIntent, *, reason: str, by: User, now: datetime) -> Event:
    """The chair's own declaration of a hard conflict: the case is hidden from then on."""
    loi = locks.case(loi)
    if "chair" not in LOI.relation(by, loi):
        raise Refused(
            no("conflict.who", say("Only the panel's chair steps out of a case here."), who=True)
        )
    if len(reason.strip()) < 5:
        raise Refused(
            no("conflict.reason", say("Give a reason: it is kept and shown."), field="reason")
        )
    _note(loi, by, True, "declared", reason.strip(), declared=True, now=now)
    return events.record("conflict.declared", loi, by=by, now=now, data={"reason": reason.strip()})


def look(loi: LetterOfIntent, user: User, now: datetime) -> None:
    """Write down the conflicts that the rules find between a person and a case."""
    for found in queries.conflicts_of(user, loi, on=now.date()):
        _note(loi, user, found.hard, found.kind, str(found.reason), declared=False, now=now)


def _note(
    loi: LetterOfIntent,
    user: User,
    hard: bool,
    kind: str,
    reason: str,
    *,
    declared: bool,
    now: datetime,
) -> None:
    Conflict.objects.get_or_create(
        loi=loi,
        user=user,
        kind=kind,
        declared=declared,
        defaults={"hard": hard, "reason": reason[:500], "at": now},
    )
