from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal import canonical, files, signing
from portal.events import CLOCK
from portal.models import Event, Organisation, StoredFile, User
from portal.text import say
from portal.verdict import Refused, no, require
from portal.workflow import Act
from proposals import content as document
from proposals.checks import check
from proposals.models import (
    Assessment,
    Call,
    Demand,
    Filing,
    LetterOfIntent,
    Revision,
    Screening,
)
from proposals.models.lois import RUNNING
from proposals.panel import PanelFacts
from proposals.services import decisions, letters, locks
from proposals.workflow import LOI

WRITERS = {"pi", "editor", "owner"}


class Stale(Refused):
    """The draft was saved by somebody else since the page was loaded."""


@transaction.atomic
def begin(
    call: Call, organisation: Organisation, *, pi: User, by: User, now: datetime
) -> LetterOfIntent:
    loi = LetterOfIntent(
        call=call, organisation=organisation, pi=pi, saved_at=now, saved_by=by, content={}
    )
    LOI.enter(loi, "begin", by=by, now=now)
    return loi


@transaction.atomic
def save_draft(
    loi: LetterOfIntent, *, section: str, values: dict, version: int, by: User, now: datetime
) -> LetterOfIntent:
    """Keep one section as it was typed, as a new version; no event.

    Nothing that was typed is judged here: `proposals.checks` says what is
    wrong when it is shown. A draft may be saved after the closing instant as
    long as the clock has not lapsed it: it is the filing that is refused.
    """
    loi = locks.case(loi)
    _may_write(loi, by, version)
    content = {**loi.content, section: values}
    loi.content, loi.version = content, version + 1
    loi.title = document.text(content, "identity", "title")[:150]
    loi.saved_at, loi.saved_by = now, by
    loi.save(update_fields=["content", "version", "title", "saved_at", "saved_by"])
    Revision.objects.create(
        loi=loi, version=loi.version, content=content, saved_by=by, saved_at=now
    )
    return loi


@transaction.atomic
def attach(
    loi: LetterOfIntent, stored: StoredFile, *, name: str, version: int, by: User, now: datetime
) -> LetterOfIntent:
    """Put the signed letter beside the draft; its bytes are stored and checked before."""
    loi = locks.case(loi)
    _may_write(loi, by, version)
    loi.attachment, loi.attachment_name = stored, name[:200]
    loi.version, loi.saved_at, loi.saved_by = version + 1, now, by
    loi.save(update_fields=["attachment", "attachment_name", "version", "saved_at", "saved_by"])
    return loi


def _may_write(loi: LetterOfIntent, by: User, version: int) -> None:
    if not LOI.relation(by, loi) & WRITERS:
        raise Refused(
            no("loi.save.who", say("You may read this letter and not change it."), who=True)
        )
    if loi.state != "draft":
        raise Refused(
            no(
                "loi.save.from",
                say(
                    "The letter is “%(state)s” and cannot be changed now.",
                    state=LOI.state(loi.state).label,
                ),
            )
        )
    if loi.version != version:
        raise Stale(
            no(
                "loi.save.version",
                say(
                    "Somebody saved version %(now)s while you were writing on version %(yours)s. Nothing of either is lost: compare below.",
                    now=loi.version,
                    yours=version,
                ),
            )
        )


@transaction.atomic
def sign_off(loi: LetterOfIntent, *, version: int, by: User, now: datetime) -> Event:
    """The first key. What is signed off is the version the PI has read."""
    loi = locks.case(loi)
    _is_version(loi, version)
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
    _is_version(loi, version)
    require(LOI.verdict(loi, "file", Act(by, now)))
    call = loi.call
    call.last_reference += 1
    call.save(update_fields=["last_reference"])
    reference = f"{call.code}-{call.last_reference:04d}"
    filing = _freeze(loi, reference, by, now)
    LOI.move(
        loi,
        "file",
        by=by,
        now=now,
        columns={"reference": reference, "filing": filing},
        reference=reference,
        digest=filing.digest,
        manifest=canonical.digest(filing.manifest),
    )
    letters.owe_receipt(loi, by=by, now=now)
    return filing


def _is_version(loi: LetterOfIntent, version: int) -> None:
    if loi.version != version:
        raise Stale(
            no(
                "loi.version",
                say(
                    "This page shows version %(yours)s; version %(now)s has been saved since. Read it again first.",
                    yours=version,
                    now=loi.version,
                ),
            )
        )


def _freeze(loi: LetterOfIntent, reference: str, by: User, now: datetime) -> Filing:
    content = document.typed(loi.content)
    sheet = document.sheet(loi.content)
    platform = document.text(loi.content, "identity", "platform")
    terms = loi.call.terms()
    demand = sheet.demand()
    digest = canonical.digest(content)
    manifest = {
        "reference": reference,
        "call": {"code": loi.call.code, "closes_at": loi.call.closes_at, "zone": loi.call.zone},
        "organisation": loi.organisation.name,
        "arrived_at": now,
        "version": loi.version,
        "content_sha256": digest,
        "files": [
            {
                "name": loi.attachment_name,
                "size": loi.attachment.size,
                "sha256": loi.attachment.sha256,
            }
        ],
        "totals": {"mass_cbe_kg": sheet.cbe_kg, "mass_mev_kg": sheet.mev_kg, **demand},
        "rules": {
            "passed": ["call_is_open", "organisation_is_verified", "complete"],
            "warnings": sorted({p.rule for p in check(loi.content, terms) if not p.hard}),
        },
    }
    plain = canonical.plain(manifest)
    filing = Filing.objects.create(
        loi=loi,
        number=loi.filings.count() + 1,
        content=content,
        digest=digest,
        attachment=loi.attachment,
        manifest=plain,
        signature=signing.sign(canonical.dumps(plain)),
        signing_key=signing.key_id(),
        filed_by=by,
        arrived_at=now,
    )
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


@transaction.atomic
def screen(
    loi: LetterOfIntent,
    *,
    compliant: bool,
    rule: str = "",
    note: str = "",
    assessed: dict[str, tuple[Decimal, str]] | None = None,
    by: User,
    now: datetime,
) -> Screening:
    """Record one look at completeness and eligibility; the case stays in screening.

    `assessed` gives, by resource code, the screening's own figure with its
    reason where it differs from what was filed.
    """
    loi = locks.case(loi)
    if "secretary" not in LOI.relation(by, loi):
        raise Refused(no("loi.screen.who", say("Only the secretary screens."), who=True))
    if loi.state != "screening":
        raise Refused(
            no(
                "loi.screen.from",
                say(
                    "The letter is “%(state)s”, not in screening.", state=LOI.state(loi.state).label
                ),
            )
        )
    for code, (amount, reason) in (assessed or {}).items():
        demand = loi.filing.demands.get(allocation__resource=code)
        Assessment.objects.create(demand=demand, amount=amount, reason=reason, by=by, at=now)
    return Screening.objects.create(
        loi=loi, compliant=compliant, rule=rule, note=note, by=by, at=now
    )


@transaction.atomic
def declare_ineligible(loi: LetterOfIntent, *, by: User, now: datetime) -> Event:
    loi = locks.case(loi)
    event = LOI.move(loi, "declare_ineligible", by=by, now=now)
    letters.owe_ineligible(loi, by=by, now=now)
    return event


@transaction.atomic
def begin_review(loi: LetterOfIntent, *, facts: PanelFacts, by: User, now: datetime) -> Event:
    return LOI.move(locks.case(loi), "begin_review", by=by, now=now, facts=facts)


@transaction.atomic
def conclude_reviews(loi: LetterOfIntent, *, facts: PanelFacts, by: User, now: datetime) -> Event:
    return LOI.move(locks.case(loi), "conclude_reviews", by=by, now=now, facts=facts)


@transaction.atomic
def conclude(loi: LetterOfIntent, *, facts: PanelFacts, by: User, now: datetime) -> Event:
    """Send a case to final review; the last one of its call ends the preliminary selection."""
    loi = locks.case(loi)
    event = LOI.move(loi, "conclude", by=by, now=now, facts=facts)
    if not loi.call.lois.filter(state__in=RUNNING).exclude(state="final_review").exists():
        loi.call.happened("preliminary", now)
    return event


def store_attachment(content: bytes, *, now: datetime) -> StoredFile:
    """The bytes of a checked PDF, on disk and in the register, before any lock is taken."""
    return files.store(content, media_type="application/pdf", now=now)
