from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from portal.events import CLOCK
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no
from proposals.models import Allocation, Call, Criterion, LetterOfIntent, Milestone
from proposals.services import filings, locks
from proposals.workflow import CALL

# What a draft may still change of its own row.
TERMS = (
    "code mission title summary fictional zone opens_at closes_at grace_s need_by keywords "
    "reviewers_least drafted_by"
).split()


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
        "closing": (call.closes_at - timedelta(microseconds=1)).astimezone(zone).date(),
        **milestones,
    }
    for row in (*allocations, *criteria):
        row.pk, row.call = None, call
        row.save()
    Milestone.objects.bulk_create(
        Milestone(call=call, kind=kind, planned=planned) for kind, planned in dates.items()
    )


@transaction.atomic
def propose(call: Call, *, by: User, now: datetime) -> Event:
    return CALL.move(locks.call(call), "propose", by=by, now=now, columns={"proposed_by": by})


@transaction.atomic
def send_back(call: Call, *, by: User, now: datetime, reason: str) -> Event:
    return CALL.move(locks.call(call), "send_back", by=by, now=now, reason=reason)


@transaction.atomic
def publish(call: Call, *, by: User, now: datetime) -> Event:
    call = locks.call(call)
    event = CALL.move(call, "publish", by=by, now=now)
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
    # Whoever closes at 24:00 closes on the day that ends, not on the next.
    call.happened("closing", call.closes_at - timedelta(microseconds=1))
    cases = LetterOfIntent.objects.select_for_update(of=("self",)).filter(call=call)
    for loi in cases.select_related("organisation").order_by("pk"):
        loi.call = call
        filings.close(loi, now=now)
    return event
