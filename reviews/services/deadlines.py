"""When reviews are due: later instants, reminders, and somebody else in the place of who is late."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from portal import notices
from portal.events import CLOCK
from portal.models import Event, User
from proposals.models import Amendment
from proposals.services.suspensions import carries
from reviews import queries
from reviews.models import Assignment
from reviews.services import locks, panels
from reviews.workflow import ASSIGNMENT

# Around the soft instant: what each reminder is called, the earliest first.
STEPS = (
    ("T-7d", timedelta(days=-7)),
    ("T-2d", timedelta(days=-2)),
    ("T", timedelta(0)),
    ("T+2d", timedelta(days=2)),
)
EARLIEST = STEPS[0][1]
# From this step on the chair and the secretary are told as well.
LATE = "T+2d"


@transaction.atomic
def extend(
    assignment: Assignment,
    *,
    due_at: datetime,
    closes_at: datetime | None,
    reason: str,
    by: User,
    now: datetime,
) -> Event:
    """Set later instants for one review; a sheet that has closed is open again."""
    return ASSIGNMENT.move(
        locks.review(assignment),
        "extend",
        by=by,
        now=now,
        reason=reason,
        facts=(due_at, closes_at),
        columns={"due_at": due_at, "closes_at": closes_at},
        due_at=due_at.isoformat(),
        closes_at=closes_at.isoformat() if closes_at else "",
    )


@transaction.atomic
def extend_all(
    assignments: Iterable[Assignment],
    *,
    due_at: datetime,
    closes_at: datetime | None,
    reason: str,
    by: User,
    now: datetime,
) -> int:
    """All or none of them; how many there were."""
    given = {"due_at": due_at, "closes_at": closes_at, "reason": reason}
    return len([extend(one, **given, by=by, now=now) for one in assignments])


@carries
def carry_over(resumption: Amendment, *, began: datetime, pause: timedelta, now: datetime) -> None:
    """Give each review that ran at a suspension as much time as it had, and tell its reviewer."""

    def later(at: datetime | None) -> datetime | None:
        return at + pause if at and at > began else at

    for assignment in queries.unlocked().filter(loi__call=resumption.call):
        due_at, closes_at = later(assignment.due_at), later(assignment.closes_at)
        if (due_at, closes_at) == (assignment.due_at, assignment.closes_at):
            continue
        ASSIGNMENT.move(
            locks.review(assignment),
            "carry_over",
            by=CLOCK,
            now=now,
            reason=resumption.reason,
            columns={"due_at": due_at, "closes_at": closes_at},
            due_at=due_at.isoformat() if due_at else "",
            closes_at=closes_at.isoformat() if closes_at else "",
        )


@transaction.atomic
def reassign(
    assignment: Assignment,
    *,
    to: User,
    reason: str,
    due_at: datetime | None,
    closes_at: datetime | None = None,
    by: User,
    now: datetime,
) -> Assignment:
    """Take the reviewer off and invite another one to the same seat: both, or neither."""
    panels.remove(assignment, reason=reason, by=by, now=now)
    return panels.assign(
        assignment.loi,
        to,
        seat=assignment.seat,
        due_at=due_at,
        closes_at=closes_at,
        by=by,
        now=now,
    )


def remind_due(now: datetime) -> int:
    """Write each reminder that is due and not yet written; how many reviews were reminded of.

    Only the latest step: a clock that stood still overnight reminds once in the
    morning. Who was invited after a step is not reminded of it, and later
    instants begin the steps anew.
    """
    near = queries.unlocked().filter(due_at__lte=now - EARLIEST)
    near = near.exclude(loi__call__state__in=["suspended", "cancelled"])
    return sum(_remind(assignment, now) for assignment in near)


@transaction.atomic
def _remind(assignment: Assignment, now: datetime) -> bool:
    step, at = max(
        ((name, assignment.due_at + offset) for name, offset in STEPS
         if assignment.due_at + offset <= now),
        key=lambda pair: pair[1],
    )  # fmt: skip
    if at <= max(filter(None, (assignment.assigned_at, assignment.reminded_at))):
        return False
    same = Assignment.objects.filter(
        pk=assignment.pk, state=assignment.state, reminded_at=assignment.reminded_at
    )
    if not same.update(reminded_at=now):
        return False  # locked or taken off meanwhile, or a second clock was faster
    occasion = f"{step}:{assignment.due_at:%Y%m%dT%H%M%S}"
    overdue = assignment.due_at <= now
    if assignment.closes_at is None or now < assignment.closes_at:
        notices.post("assignment_reminder", assignment, now=now, occasion=occasion, overdue=overdue)
    if step == LATE:
        notices.post("assignment_late", assignment, now=now, occasion=occasion)
    return True
