from datetime import date, datetime, timedelta

from django.db import transaction

from portal import files, notices, scans
from portal.deadline import zoned
from portal.events import CLOCK
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no, require
from portal.workflow import Act
from proposals import queries
from proposals.models import Agreement, Call, Decision, Extension, Letter, LetterOfIntent
from proposals.models.lois import OFFERED
from proposals.services import ledger, letters, locks
from proposals.workflow import LOI

# Before the end of the acceptance: what each reminder is called, the longest first.
BEFORE = tuple((f"T-{days}d", timedelta(days=days)) for days in (14, 7, 2))


def accept_by(call: Call, released_on: date) -> datetime:
    """The end of the last day of the acceptance, in the call's zone."""
    return call.end_of(released_on + timedelta(days=call.acceptance_days))


def offer(decision: Decision, *, now: datetime) -> Agreement:
    """What a positive decision is followed by from its release on, in the caller's transaction."""
    call = decision.loi.call
    until = accept_by(call, now.astimezone(call.zoneinfo).date())
    return Agreement.objects.create(decision=decision, offered_at=now, accept_by=until)


@transaction.atomic
def accept(loi: LetterOfIntent, *, by: User, now: datetime) -> Event:
    """The representative's yes. `now` is when the request arrived, and judges the deadline."""
    loi = locks.case(loi)
    event = LOI.move(loi, "accept", by=by, now=now)
    agreement = queries.agreement_of(loi)
    agreement.accepted_by, agreement.accepted_at = by, now
    agreement.save(update_fields=["accepted_by", "accepted_at"])
    return event


@transaction.atomic
def decline(loi: LetterOfIntent, *, by: User, now: datetime, reason: str) -> Event:
    """The partner steps back before the signature: what was committed is free again."""
    return _end(loi, "decline", by=by, now=now, reason=reason)


@transaction.atomic
def let_lapse(loi: LetterOfIntent, *, now: datetime) -> Event:
    """Nobody accepted in time: what was committed is free again."""
    return _end(loi, "let_lapse", by=CLOCK, now=now)


@transaction.atomic
def terminate(loi: LetterOfIntent, *, by: User, now: datetime, reason: str) -> Event:
    """The agreement ends, or never comes about: what was committed is free again."""
    return _end(loi, "terminate", by=by, now=now, reason=reason)


def _end(loi: LetterOfIntent, action: str, *, by: User | str, now: datetime, reason: str = ""):
    loi = locks.case(loi)
    event = LOI.move(loi, action, by=by, now=now, reason=reason)
    ledger.give_back(queries.in_force(loi), by=by, now=now)
    return event


@transaction.atomic
def propose_extension(
    loi: LetterOfIntent, *, until: datetime, by: User, now: datetime, reason: str
) -> Event:
    """More time for one partner; it counts once a second person has granted it.

    One that was proposed before and not granted is replaced by it.
    """
    loi = locks.case(loi)
    require(LOI.verdict(loi, "propose_extension", Act(by, now, reason, until)))
    agreement = queries.agreement_of(loi)
    event = LOI.move(
        loi,
        "propose_extension",
        by=by,
        now=now,
        reason=reason,
        facts=until,
        until=until.isoformat(),
    )
    agreement.extensions.filter(granted_at=None).delete()
    Extension.objects.create(
        agreement=agreement, until=until, reason=reason.strip(), proposed_by=by, proposed_at=now
    )
    return event


@transaction.atomic
def grant_extension(
    loi: LetterOfIntent, *, shown: str | None = None, by: User, now: datetime
) -> Event:
    """The second person's yes: from now on the later instant is the deadline, everywhere.

    `shown` is the extension (`Extension.name`) that a page has shown: what was
    proposed in its place meanwhile is refused as stale.
    """
    loi = locks.case(loi)
    require(LOI.verdict(loi, "grant_extension", Act(by, now)))
    agreement = queries.agreement_of(loi)
    extension = agreement.extension
    if shown is not None and shown != extension.name:
        raise Refused(
            no(
                "loi.grant_extension.stale",
                say(
                    "Another extension is proposed meanwhile, until %(until)s. Look at it, then grant it.",
                    until=zoned(extension.until, loi.call.zone),
                ),
            )
        )
    event = LOI.move(loi, "grant_extension", by=by, now=now, until=extension.until.isoformat())
    extension.granted_by, extension.granted_at = by, now
    extension.save(update_fields=["granted_by", "granted_at"])
    agreement.accept_by = extension.until
    agreement.save(update_fields=["accept_by"])
    return event


@transaction.atomic
def record_signing(
    loi: LetterOfIntent,
    blob: files.Blob,
    *,
    reference: str,
    signed_on: date,
    by: User,
    now: datetime,
) -> Event:
    """Put the signed agreement on file, with its reference and day."""
    loi = locks.case(loi)
    require(LOI.verdict(loi, "record_signing", Act(by, now, facts=signed_on)))
    today = now.astimezone(loi.call.zoneinfo).date()
    if signed_on > today:
        raise Refused(
            no(
                "loi.record_signing.day",
                say("It cannot have been signed on %(day)s: that day is to come.", day=signed_on),
                field="signed_on",
            )
        )
    agreement = queries.agreement_of(loi)
    accepted_on = agreement.accepted_at.astimezone(loi.call.zoneinfo).date()
    if signed_on < accepted_on:
        raise Refused(
            no(
                "loi.record_signing.day",
                say(
                    "It was accepted on %(accepted)s: it cannot have been signed on %(day)s, before that.",
                    accepted=accepted_on,
                    day=signed_on,
                ),
                field="signed_on",
            )
        )
    agreement.file = files.enter(blob, now=now)
    scans.owe(agreement.file, now=now)
    agreement.reference, agreement.signed_on, agreement.recorded_by = reference, signed_on, by
    agreement.save(update_fields=["file", "reference", "signed_on", "recorded_by"])
    facts = {"reference": reference, "signed_on": signed_on.isoformat()}
    return LOI.move(
        loi, "record_signing", by=by, now=now, facts=signed_on, sha256=blob.sha256, **facts
    )


@transaction.atomic
def remind(loi: LetterOfIntent, *, now: datetime) -> int:
    """Remind of an acceptance still owed: due and not yet written, the latest one only; how many are new.

    The occasion carries the instant, so that more time reminds anew. A sealed letter
    goes out beside the first of them, once.
    """
    agreement = queries.agreement_of(loi)
    until = agreement.accept_by
    due = [name for name, before in BEFORE if until - before <= now < until]
    if not due:
        return 0
    _owe_a_letter(loi, now=now)
    occasion = f"{due[-1]}:{until:%Y%m%dT%H%M%S}"
    return len(notices.post("acceptance_reminder", loi, now=now, occasion=occasion))


def _owe_a_letter(loi: LetterOfIntent, *, now: datetime) -> None:
    reminders = loi.letters.filter(kind=Letter.Kind.AGREEMENT_REMINDER)
    if reminders.exists():  # asked at every bell, without a lock
        return
    loi = locks.case(loi)
    # It may have been accepted meanwhile, or another clock was faster.
    if loi.state in OFFERED and not reminders.exists():
        until = queries.agreement_of(loi).accept_by
        letters.owe(loi, Letter.Kind.AGREEMENT_REMINDER, due_at=until, by=CLOCK, now=now)
