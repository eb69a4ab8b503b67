from datetime import date, datetime

from django.db import transaction

from portal import files, notices, scans
from portal.deadline import zoned
from portal.events import CLOCK
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no, require
from portal.workflow import Act
from proposals import queries
from proposals.models import Extension, Letter, Project
from proposals.models.agreements import OFFERED, Subject
from proposals.services import decisions, ledger, letters, locks, reminders
from proposals.workflow import table_of


@transaction.atomic
def accept(subject: Subject, *, by: User, now: datetime) -> Event:
    """The representative's yes. `now` is when the request arrived, and judges the deadline."""
    subject = locks.subject(subject)
    event = table_of(subject).move(subject, "accept", by=by, now=now)
    agreement = queries.agreement_of(subject)
    agreement.accepted_by, agreement.accepted_at = by, now
    agreement.save(update_fields=["accepted_by", "accepted_at"])
    return event


@transaction.atomic
def decline(subject: Subject, *, by: User, now: datetime, reason: str) -> Event:
    """The partner steps back before the signature: what was committed is free again."""
    return _end(subject, "decline", by=by, now=now, reason=reason)


@transaction.atomic
def let_lapse(subject: Subject, *, now: datetime) -> Event:
    """Nobody accepted in time: what was committed is free again."""
    return _end(subject, "let_lapse", by=CLOCK, now=now)


@transaction.atomic
def terminate(subject: Subject, *, by: User, now: datetime, reason: str) -> Event:
    """The agreement ends, or never comes about: what was committed is free again."""
    return _end(subject, "terminate", by=by, now=now, reason=reason)


def _end(subject: Subject, action: str, *, by: User | str, now: datetime, reason: str = ""):
    subject = locks.subject(subject)
    event = table_of(subject).move(subject, action, by=by, now=now, reason=reason)
    ledger.give_back(queries.agreement_of(subject).follows, by=by, now=now)
    if not isinstance(subject, Project):  # another mission was to carry it: no more
        decisions.void_of(subject, by=CLOCK, now=now)
    return event


@transaction.atomic
def propose_extension(
    subject: Subject, *, until: datetime, by: User, now: datetime, reason: str
) -> Event:
    """More time for one partner; it counts once a second person has granted it.

    One that was proposed before and not granted is replaced by it.
    """
    subject = locks.subject(subject)
    require(table_of(subject).verdict(subject, "propose_extension", Act(by, now, reason, until)))
    agreement = queries.agreement_of(subject)
    event = table_of(subject).move(
        subject,
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
    subject: Subject, *, shown: str | None = None, by: User, now: datetime
) -> Event:
    """The second person's yes: from now on the later instant is the deadline, everywhere.

    `shown` is the extension (`Extension.name`) that a page has shown: what was
    proposed in its place meanwhile is refused as stale.
    """
    subject = locks.subject(subject)
    require(table_of(subject).verdict(subject, "grant_extension", Act(by, now)))
    agreement = queries.agreement_of(subject)
    extension = agreement.extension
    if shown is not None and shown != extension.name:
        raise Refused(
            no(
                "extension_replaced",
                say(
                    "Another extension is proposed meanwhile, until %(until)s. Look at it, then grant it.",
                    until=zoned(extension.until, subject.call.zone),
                ),
            )
        )
    event = table_of(subject).move(
        subject, "grant_extension", by=by, now=now, until=extension.until.isoformat()
    )
    extension.granted_by, extension.granted_at = by, now
    extension.save(update_fields=["granted_by", "granted_at"])
    agreement.accept_by = extension.until
    agreement.save(update_fields=["accept_by"])
    return event


@transaction.atomic
def record_signing(
    subject: Subject,
    blob: files.Blob,
    *,
    reference: str,
    signed_on: date,
    by: User,
    now: datetime,
) -> Event:
    """Put the signed agreement on file, with its reference and day."""
    subject = locks.subject(subject)
    act = Act(by, now, facts=signed_on)
    require(table_of(subject).verdict(subject, "record_signing", act))
    agreement = queries.agreement_of(subject)
    accepted_on = agreement.accepted_at.astimezone(subject.call.zoneinfo).date()
    if signed_on < accepted_on:
        raise Refused(
            no(
                "signing_day",
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
    return table_of(subject).move(
        subject, "record_signing", by=by, now=now, facts=signed_on, sha256=blob.sha256, **facts
    )


@transaction.atomic
def remind(subject: Subject, *, now: datetime) -> int:
    """Remind of an acceptance still owed: due and not yet written, the latest one only; how many are new.

    The occasion carries the instant, so that more time reminds anew. A sealed letter
    goes out beside the first of them, once; that of a project to its lead.
    """
    agreement = queries.agreement_of(subject)
    until = agreement.accept_by
    due = reminders.occasion(until, now, before=reminders.DAYS_BEFORE)
    if not due:
        return 0
    _owe_a_letter(subject, now=now)
    return len(notices.post("acceptance_reminder", subject, now=now, occasion=due))


def _owe_a_letter(subject: Subject, *, now: datetime) -> None:
    if _reminded(subject):  # asked at every bell, without a lock
        return
    subject = locks.subject(subject)
    # It may have been accepted meanwhile, or another clock was faster.
    if subject.state in OFFERED and not _reminded(subject):
        project = subject if isinstance(subject, Project) else None
        until = queries.agreement_of(subject).accept_by
        loi = project.leading if project else subject
        facts = {"due_at": until, "project": project}
        letters.owe(loi, Letter.Kind.AGREEMENT_REMINDER, **facts, by=CLOCK, now=now)


def _reminded(subject: Subject) -> bool:
    """Of what is offered now: what was offered before is not this."""
    loi = subject.leading if isinstance(subject, Project) else subject
    since = queries.agreement_of(subject).offered_at
    reminders = loi.letters.filter(kind=Letter.Kind.AGREEMENT_REMINDER, due_at__gte=since)
    return reminders.exists()
