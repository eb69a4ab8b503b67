from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from portal.events import CLOCK
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no
from portal.workflow import Act
from proposals.models import Allocation, Call, Criterion, LetterOfIntent, Milestone
from proposals.services import filings, locks
from proposals.workflow import CALL, LOI

# What a draft may still change of its own row.
TERMS = (
    "code mission title summary fictional zone opens_at closes_at grace_s acceptance_days need_by keywords "
    "reviewers_least assessors_least hides_applicants hides_reviewers drafted_by"
).split()

# What the closing act has still to do with a letter.
UNCLOSED = ("draft", "awaiting_signature", "filed")


@transaction.atomic
def draft(
    call: Call,
    *,
    allocations: list[Allocation],
    criteria: list[Criterion],
    milestones: dict[str, date | None],
    by: User,
    now: datetime,
) -> Event:
    """Write a new call with what it offers, its rubric and its planned dates."""
    call.drafted_by = by
    try:
        with transaction.atomic():
            event = CALL.enter(call, "draft", by=by, now=now)
    except IntegrityError as taken:  # two secretaries at once: the form saw neither
        reason = say("There is a call %(code)s already.", code=call.code)
        raise Refused(no("call.code", reason, field="code")) from taken
    _write_terms(call, allocations, criteria, milestones)
    return event


@transaction.atomic
def revise(
    call: Call,
    *,
    allocations: list[Allocation],
    criteria: list[Criterion],
    milestones: dict[str, date | None],
    by: User,
    now: datetime,
) -> None:
    """Replace the terms of a call that is still a draft; a save, and so no event."""
    if locks.call(call).state != "draft":
        raise Refused(
            no("call.revise.from", say("The call is no longer a draft: its terms are fixed."))
        )
    if "secretary" not in CALL.relation(by, call):
        raise Refused(
            no("call.revise.who", say("Only the secretary changes a draft call."), who=True)
        )
    call.drafted_by = by
    call.save(update_fields=TERMS)
    for related in (call.allocations, call.criteria, call.milestones):
        related.all().delete()
    _write_terms(call, allocations, criteria, milestones)


def _write_terms(call, allocations, criteria, milestones) -> None:
    zone = call.zoneinfo
    dates = {
        "opening": call.opens_at.astimezone(zone).date(),
        "closing": last_day(call),
        **milestones,
    }
    for row in (*allocations, *criteria):
        row.pk, row.call = None, call
        row.save()
    Milestone.objects.bulk_create(
        Milestone(call=call, kind=kind, planned=planned) for kind, planned in dates.items()
    )


def last_day(call: Call) -> date:
    """The day of the closing: whoever closes at 24:00 closes on the day that ends."""
    return (call.closes_at - timedelta(microseconds=1)).astimezone(call.zoneinfo).date()


@transaction.atomic
def propose(call: Call, *, by: User, now: datetime) -> Event:
    return CALL.move(locks.call(call), "propose", by=by, now=now, columns={"proposed_by": by})


@transaction.atomic
def send_back(call: Call, *, by: User, now: datetime, reason: str) -> Event:
    return CALL.move(locks.call(call), "send_back", by=by, now=now, reason=reason)


@transaction.atomic
def publish(call: Call, *, by: User, now: datetime) -> Event:
    call = locks.call(call)
    terms = {"opens_at": call.opens_at.isoformat(), "closes_at": call.closes_at.isoformat()}
    event = CALL.move(call, "publish", by=by, now=now, columns={"version": 1}, **terms)
    call.happened("opening", max(now, call.opens_at))
    return event


@transaction.atomic
def close(call: Call, *, now: datetime) -> Event:
    """The closing act of the clock: announce, lapse what is not filed, begin the screening.

    It decides nothing. From `closes_at` on, the guard of every filing refused
    already, whether this act has run or not.
    """
    call = locks.call(call)
    event = CALL.move(call, "close", by=CLOCK, now=now)
    call.happened("closing", call.closes_at - timedelta(microseconds=1))
    _close_cases(call, now)
    return event


@transaction.atomic
def end_tickets(call: Call, *, now: datetime) -> int:
    """The closing act of what late tickets admitted; how many letters it closed."""
    call = locks.call(call)
    return _close_cases(call, now) if call.state != "published" else 0


def _close_cases(call: Call, now: datetime) -> int:
    cases = LetterOfIntent.objects.select_for_update(of=("self",)).filter(
        call=call, state__in=UNCLOSED
    )
    closed = 0
    for loi in cases.select_related("organisation", "ticket").order_by("pk"):
        loi.call = call
        if loi.closing_due_at <= now:  # a late ticket keeps its letter open longer
            closed += filings.close(loi, now=now) is not None
    return closed


def reopen(call: Call, *, number: int, by: User, now: datetime) -> Event:
    """A closed call is extended by an amendment, in the caller's transaction, the call locked.

    What had lapsed is a draft again, and what nobody has screened yet can be
    filed anew; cases further along stay where they are.
    """
    event = CALL.move(call, "reopen", by=by, now=now, amendment=number)
    call.milestones.filter(kind="closing").update(actual=None)
    cases = LetterOfIntent.objects.select_for_update(of=("self",)).filter(
        call=call, state__in=["not_submitted", "screening"]
    )
    for loi in cases.select_related("organisation", "ticket").order_by("pk"):
        loi.call = call
        action = "readmit" if loi.state == "not_submitted" else "resume"
        if LOI.verdict(loi, action, Act(CLOCK, now)):
            LOI.move(loi, action, by=CLOCK, now=now, amendment=number)
    return event
