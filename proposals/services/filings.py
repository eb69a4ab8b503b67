from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal import canonical, keyring, signing
from portal.events import CLOCK
from portal.models import Event, User
from portal.verdict import require
from portal.workflow import Act
from proposals import content as document
from proposals.checks import check
from proposals.models import (
    Demand,
    Filing,
    LetterOfIntent,
)
from proposals.services import attachments, decisions, drafts, letters, locks
from proposals.workflow import LOI


@transaction.atomic
def sign_off(loi: LetterOfIntent, *, version: int, by: User, now: datetime) -> Event:
    """The first key. What is signed off is the version the PI has read."""
    loi = locks.case(loi)
    drafts.must_be(loi, version)
    keys = {"signed_off_at": now, "signed_off_by": by}
    return LOI.move(loi, "sign_off", by=by, now=now, columns=keys, version=version)


@transaction.atomic
def return_to_draft(loi: LetterOfIntent, *, by: User, now: datetime, reason: str) -> Event:
    return LOI.move(locks.case(loi), "return_to_draft", by=by, now=now, reason=reason)


@transaction.atomic
def file(loi: LetterOfIntent, *, version: int, by: User, now: datetime) -> Filing:
    """The second key: freeze, number, sign the manifest, owe the receipt. One transaction.

    `now` is when the request arrived. A second click on the same page finds
    the letter filed in that version already and gets the same receipt.
    """
    loi = locks.case(loi)
    if loi.filing_id and loi.version == version and "aor" in LOI.relation(by, loi):
        return loi.filing
    drafts.must_be(loi, version)
    require(LOI.verdict(loi, "file", Act(by, now)))
    call = loi.call
    call.last_reference += 1
    call.save(update_fields=["last_reference"])
    reference = f"{call.code}-{call.last_reference:04d}"
    if call.open_at(now):  # with everybody: it needs no late ticket, and none counts it
        loi.ticket = None
    filing = _freeze(loi, reference, by, now)
    LOI.move(
        loi,
        "file",
        by=by,
        now=now,
        columns={"reference": reference, "filing": filing, "ticket": loi.ticket},
        reference=reference,
        digest=filing.digest,
        manifest=canonical.digest(filing.manifest),
    )
    letters.owe_receipt(loi, by=by, now=now)
    if loi.ticket and loi.ticket.used >= loi.ticket.letters:
        # Used up, under the lock of the call: it admits the others no longer.
        loi.ticket.admitted.filter(filing=None).update(ticket=None)
    return filing


def _freeze(loi: LetterOfIntent, reference: str, by: User, now: datetime) -> Filing:
    terms = loi.call.terms()
    content = document.typed(loi.content, terms)
    sheet = document.sheet(loi.content)
    platform = document.text(loi.content, "identity", "platform")
    demand = sheet.demand()
    digest = canonical.digest(content)
    manifest = {
        "reference": reference,
        "call": {
            "code": loi.call.code,
            "version": loi.call.version,
            **({"late_ticket": loi.ticket.number} if loi.ticket else {}),
            "closes_at": loi.closes_at,
            "zone": loi.call.zone,
        },
        "organisation": loi.organisation.name,
        "arrived_at": now,
        "version": loi.version,
        "content_sha256": digest,
        "files": [
            {
                "kind": attached.kind,
                "name": attached.name,
                "size": attached.stored.size,
                "sha256": attached.stored.sha256,
            }
            for attached in attachments.of(loi)
        ],
        "totals": {"mass_cbe_kg": sheet.cbe_kg, "mass_mev_kg": sheet.mev_kg, **demand},
        "rules": {
            "passed": ["call_is_open", "organisation_is_verified", "complete"],
            "warnings": sorted(
                {p.rule for p in check(loi.content, terms, files=loi.file_kinds) if not p.hard}
            ),
        },
    }
    plain = canonical.plain(manifest)
    filing = Filing.objects.create(
        loi=loi,
        number=loi.filings.count() + 1,
        content=content,
        digest=digest,
        manifest=plain,
        signature=signing.sign(canonical.dumps(plain)),
        signing_key=keyring.in_use(now).pk,
        filed_by=by,
        arrived_at=now,
    )
    attachments.file(loi, filing)
    for allocation in loi.call.allocations.filter(platform__code=platform):
        amount = demand.get(allocation.resource, Decimal(0))
        if sheet.draws:
            Demand.objects.create(filing=filing, allocation=allocation, amount=amount)
    return filing


@transaction.atomic
def withdraw(loi: LetterOfIntent, *, by: User, now: datetime, reason: str) -> Event:
    """Step back before the decision: what was held for the case goes back, its letter is void."""
    loi = locks.case(loi)
    require(LOI.verdict(loi, "withdraw", Act(by, now, reason)))
    decisions.void_of(loi, by=by, now=now)
    return LOI.move(loi, "withdraw", by=by, now=now, reason=reason)


def close(loi: LetterOfIntent, *, now: datetime) -> Event | None:
    """One case's part of the closing act, in the caller's transaction."""
    if loi.state in {"draft", "awaiting_signature"}:
        return LOI.move(loi, "lapse", by=CLOCK, now=now)
    if loi.state == "filed":
        return LOI.move(loi, "begin_screening", by=CLOCK, now=now)
    return None
