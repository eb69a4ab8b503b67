import secrets
from datetime import datetime

from django.db import transaction

from portal import events, roles
from portal.models import Event, Organisation, User
from portal.text import say
from portal.verdict import Refused, no
from proposals.models import Call, LetterOfIntent
from proposals.services import evaluation
from proposals.workflow import LOI
from reviews import queries
from reviews.models import Assignment, Conflict, PanelMember
from reviews.services import locks
from reviews.workflow import ASSIGNMENT


@transaction.atomic
def add_member(
    call: Call,
    user: User,
    role: str,
    *,
    organisation: Organisation | None = None,
    country: str = "",
    keywords: list[str] | None = None,
    quota: int = 8,
    by: User,
    now: datetime,
) -> PanelMember:
    if roles.SECRETARY not in by.roles():
        raise Refused(no("panel.who", say("Only the secretary composes the panel."), who=True))
    held = set(
        PanelMember.objects.filter(call=call, user=user, left_at=None).values_list(
            "role", flat=True
        )
    )
    if role in held:
        raise Refused(
            no("panel.twice", say("%(name)s holds this place already.", name=user), field="email")
        )
    if held and roles.CHAIR in {role, *held}:
        raise Refused(
            no(
                "panel.chair_scores",
                say("%(name)s cannot chair the panel and score on it.", name=user),
                field="role",
            )
        )
    member = PanelMember.objects.create(
        call=call,
        user=user,
        role=role,
        organisation=organisation,
        country=country,
        keywords=keywords or [],
        quota=quota,
        joined_at=now,
    )
    user.forget()
    events.record("panel.joined", call, by=by, now=now, data={"member": user.key, "role": role})
    if role == roles.CHAIR:
        for loi in call.lois.exclude(filing=None).select_related("organisation", "filing", "pi"):
            _look(loi, user, now)
    return member


@transaction.atomic
def assign(
    loi: LetterOfIntent, reviewer: User, *, due_at: datetime | None = None, by: User, now: datetime
) -> Assignment:
    """Invite a reviewer to a case. Soft conflicts the rules find are kept for the chair."""
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
        loi=loi, reviewer=reviewer, number=_draw(loi), assigned_at=now, due_at=due_at
    )
    ASSIGNMENT.enter(assignment, "assign", by=by, now=now, case=loi.key, reviewer=reviewer.key)
    _look(loi, reviewer, now)
    return assignment


def _draw(loi: LetterOfIntent) -> int:
    """A number nobody of the case has had, by lot: the order of the invitations says nothing."""
    taken = set(loi.assignments.values_list("number", flat=True))
    most = max(loi.call.reviewers_least, len(taken) + 1)
    return secrets.choice([n for n in range(1, most + 1) if n not in taken])


@transaction.atomic
def assign_all(
    loi: LetterOfIntent, reviewers: list[User], *, due_at: datetime | None, by: User, now: datetime
) -> list[Assignment]:
    """Invite several at once: all, or none and the first refusal."""
    return [assign(loi, reviewer, due_at=due_at, by=by, now=now) for reviewer in reviewers]


@transaction.atomic
def accept(assignment: Assignment, *, soft_conflict: str = "", by: User, now: datetime) -> Event:
    """Declare no conflict, or a soft one in words, and begin to read."""
    assignment = locks.review(assignment)
    event = ASSIGNMENT.move(
        assignment, "accept", by=by, now=now, declared="soft" if soft_conflict else "none"
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
def begin_review(loi: LetterOfIntent, *, by: User, now: datetime) -> Event:
    """Open the case to its reviewers and the chair, whose conflicts are looked for now."""
    loi = locks.case(loi)
    event = evaluation.begin_review(loi, facts=queries.facts(loi), by=by, now=now)
    chairs = PanelMember.objects.filter(call=loi.call, role=roles.CHAIR, left_at=None)
    for place in chairs.select_related("user"):
        _look(loi, place.user, now)
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


def _look(loi: LetterOfIntent, user: User, now: datetime) -> None:
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
