from datetime import date, datetime

from django.db import transaction

from portal import notices
from portal.events import CLOCK
from portal.models import Event, Organisation, User
from proposals.models import Amendment, Call, LetterOfIntent
from proposals.models.amendments import DAYS, FATES, terms_of
from proposals.services import calls, locks, suspensions
from proposals.workflow import AMENDMENT, LOI

# Terms whose values need no reading.
PLAIN = ("title", "summary", "keywords", "hides_applicants", "hides_reviewers")
BRING = {
    Amendment.Kind.SUSPENSION: suspensions.suspend,
    Amendment.Kind.RESUMPTION: suspensions.resume,
    Amendment.Kind.CANCELLATION: suspensions.cancel,
}


@transaction.atomic
def propose(
    call: Call,
    *,
    kind: str,
    reason: str,
    after: dict[str, object] | None = None,
    organisation: Organisation | None = None,
    until: datetime | None = None,
    letters: int | None = None,
    source: str = "",
    by: User,
    now: datetime,
) -> Amendment:
    """Write down a change for another person to publish.

    `after` is field → new value, in the types of JSON (`terms_of`); what does
    not differ is left out. A late ticket has the three arguments after it instead.
    """
    call = locks.call(call)
    standing = terms_of(call)
    amendment = Amendment(
        call=call,
        kind=kind,
        reason=reason.strip(),
        changes=[
            {"field": field, "before": standing.get(field), "after": value}
            for field, value in (after or {}).items()
            if standing.get(field) != value
        ],
        organisation=organisation,
        until=until,
        letters=letters,
        source=source.strip(),
        proposed_by=by,
        proposed_at=now,
    )
    AMENDMENT.enter(amendment, "propose", by=by, now=now)
    return amendment


@transaction.atomic
def take_back(amendment: Amendment, *, by: User, now: datetime, reason: str) -> Event:
    amendment = _locked(amendment)
    return AMENDMENT.move(amendment, "take_back", by=by, now=now, reason=reason)


@transaction.atomic
def publish(amendment: Amendment, *, by: User, now: datetime) -> Amendment:
    """Number the amendment, apply it and tell everybody it concerns, in one transaction.

    Whoever has a draft or a filed letter is told, of a late ticket as well;
    the organisation a ticket admits is told apart, by name.
    """
    amendment = _locked(amendment)
    call = amendment.call
    number = call.version
    AMENDMENT.move(
        amendment,
        "publish",
        by=by,
        now=now,
        columns={"number": number, "published_by": by, "published_at": now},
        number=number,
        changes=amendment.changes,
    )
    call.version += 1
    call.save(update_fields=["version"])
    if amendment.kind == Amendment.Kind.TICKET:
        _admit(amendment, number, now)
        notices.post("ticket_granted", amendment, now=now, occasion="granted")
    elif amendment.kind in FATES:
        if amendment.changes:
            _apply(call, amendment.after, number, by, now)
        BRING[amendment.kind](amendment, by=by, now=now)
    else:
        _apply(call, amendment.after, number, by, now)
    return amendment


def _locked(amendment: Amendment) -> Amendment:
    call = locks.call_with_guests(amendment.call)
    found = Amendment.objects.select_related("organisation").get(pk=amendment.pk)
    found.call = call
    return found


def _apply(call: Call, after: dict, number: int, by: User, now: datetime) -> None:
    for field in PLAIN:
        if field in after:
            setattr(call, field, after[field])
    if "need_by" in after:
        call.need_by = _day(after["need_by"])
    for field in ("opens_at", "closes_at"):
        if field in after:
            setattr(call, field, datetime.fromisoformat(after[field]))
    call.save(
        update_fields=[*PLAIN, "need_by", "opens_at", "closes_at"],
    )
    for code, weight in after.get("weights", {}).items():
        call.criteria.filter(code=code).update(weight=weight)
    for kind in DAYS:
        if kind in after:
            _plan(call, kind, _day(after[kind]))
    if "opens_at" in after:
        _plan(call, "opening", call.opens_at.astimezone(call.zoneinfo).date())
        call.milestones.filter(kind="opening").update(actual=None)
        call.happened("opening", call.opens_at)
    if "closes_at" in after:
        _plan(call, "closing", calls.last_day(call))
        if call.state == "closed":
            calls.reopen(call, number=number, by=by, now=now)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _plan(call: Call, kind: str, day: date | None) -> None:
    milestone, _ = call.milestones.get_or_create(kind=kind)
    milestone.amended = day
    milestone.save(update_fields=["amended"])


def _admit(ticket: Amendment, number: int, now: datetime) -> None:
    """Bring back what the organisation had not filed: the ticket counts what it then files."""
    cases = LetterOfIntent.objects.select_for_update(of=("self",)).filter(
        call=ticket.call, organisation=ticket.organisation, state="not_submitted"
    )
    for loi in cases.select_related("organisation").order_by("pk"):
        loi.call, loi.ticket = ticket.call, ticket
        LOI.move(loi, "readmit", by=CLOCK, now=now, columns={"ticket": ticket}, amendment=number)
