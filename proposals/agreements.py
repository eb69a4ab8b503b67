"""What follows a positive decision, as the pages and mails of its case show it."""

from dataclasses import dataclass
from datetime import datetime

from portal.deadline import Deadline, said
from portal.models import Scan, StoredFile
from portal.text import plain, say
from portal.verdict import YES, Verdict, no
from proposals.models import Agreement, Grant
from proposals.models.lois import OFFERED
from proposals.resources import SLOTS


@dataclass(frozen=True, slots=True)
class Given:
    """What a decision gives of one resource, in words: "Mass", "3.15 kg"."""

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


def of(agreement: Agreement, now: datetime) -> Standing:
    loi = agreement.loi
    zone = loi.call.zone
    extensions = list(agreement.extensions.all())
    waiting = [one for one in extensions if one.granted_at is None]
    return Standing(
        agreement=agreement,
        deadline=Deadline(agreement.accept_by, zone, now),
        open=loi.state in OFFERED,
        given=given(agreement),
        accepted=said(agreement.accepted_at, zone) if agreement.accepted_at else "",
        proposed=waiting[-1].name if waiting else "",
        proposed_until=said(waiting[-1].until, zone) if waiting else "",
        granted=tuple((said(one.until, zone), one.reason) for one in extensions if one.granted_at),
        file=readable(agreement.file) if agreement.file else None,
    )


def given(agreement: Agreement) -> tuple[Given, ...]:
    """What is committed by it, and free again if it ends; nothing at mission level."""
    grants = agreement.decision.grants.select_related("allocation").order_by("allocation_id")
    return tuple(
        Given(str(grant.allocation.kind.label), _amount(grant)) for grant in grants if grant.amount
    )


def _amount(grant: Grant) -> str:
    """Slots are counted: their name is their unit."""
    kind = grant.allocation.kind
    return plain(grant.amount) if kind is SLOTS else kind.amount(grant.amount)


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
