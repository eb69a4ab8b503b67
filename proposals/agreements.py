"""What follows a positive decision or a project, as the pages and mails of it show it."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from portal.deadline import Deadline, said
from portal.models import Scan, StoredFile
from portal.text import plain, say
from portal.verdict import YES, Verdict, no
from proposals.models import Agreement, Grant
from proposals.models.agreements import OFFERED
from proposals.resources import SLOTS
from proposals.workflow import table_of


@dataclass(frozen=True, slots=True)
class Given:
    """What is given of one resource, in words: "Mass", "3.15 kg"."""

    label: str
    amount: str


@dataclass(frozen=True, slots=True)
class Standing:
    agreement: Agreement
    deadline: Deadline
    open: bool  # still to be accepted or declined
    given: tuple[Given, ...]
    accepted: str
    proposed: str  # the name of more time that waits for a second person
    proposed_until: str
    granted: tuple[tuple[str, str], ...]  # (until, reason) of more time that was granted
    file: Verdict | None  # may the signed agreement be read now?
    file_url: str


def of(agreement: Agreement, now: datetime) -> Standing:
    subject = agreement.subject
    zone = subject.call.zone
    extensions = list(agreement.extensions.all())
    waiting = [one for one in extensions if one.granted_at is None]
    return Standing(
        agreement=agreement,
        deadline=Deadline(agreement.accept_by, zone, now),
        open=subject.state in OFFERED,
        given=given(agreement),
        accepted=said(agreement.accepted_at, zone) if agreement.accepted_at else "",
        proposed=waiting[-1].name if waiting else "",
        proposed_until=said(waiting[-1].until, zone) if waiting else "",
        granted=tuple((said(one.until, zone), one.reason) for one in extensions if one.granted_at),
        file=readable(agreement.file) if agreement.file else None,
        file_url=_address(agreement),
    )


def _address(agreement: Agreement) -> str:
    subject = agreement.subject
    if agreement.decision and agreement.decision.state == "superseded":
        return reverse("former_agreement", args=[agreement.key])
    return reverse(f"agreement_{table_of(subject).noun}", args=[subject.key])


def given(agreement: Agreement) -> tuple[Given, ...]:
    """What is committed by it, and free again if it ends; nothing at mission level."""
    grants = agreement.follows.grants.select_related("allocation").order_by("allocation_id")
    return tuple(
        Given(str(grant.allocation.kind.label), _amount(grant)) for grant in grants if grant.amount
    )


def _amount(grant: Grant) -> str:
    """Slots are counted: their name is their unit."""
    kind = grant.allocation.kind
    return plain(grant.amount) if kind is SLOTS else kind.amount(grant.amount)


def filename(agreement: Agreement) -> str:
    """What its file is called: our words, whatever its sender called it."""
    former = agreement.decision and agreement.decision.state == "superseded"
    return f"{agreement.subject.reference}-{'former-' if former else ''}agreement.pdf"


def readable(stored: StoredFile) -> Verdict:
    """An uploaded file is read once it was scanned, and never with a virus."""
    result = stored.scan.result
    if result == Scan.Result.INFECTED:
        sentence = say(
            "The scanner found %(found)s in it: nobody can read it here.", found=stored.scan.found
        )
        return no("file.infected", sentence)
    if result == Scan.Result.PENDING:
        return no("file.pending", say("It is being scanned: come back in a minute."))
    return YES
