from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from portal import canonical
from portal.events import CLOCK
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no, require
from portal.workflow import Act
from proposals.models import Acknowledgement, Filing, Letter, LetterOfIntent
from proposals.services import (
    copies,
    decisions,
    drafts,
    letters,
    locks,
    namings,
    shares,
    snapshots,
)
from proposals.workflow import LOI
from proposals.workflow.filing import unacknowledged

MOST_KEY = 100

WorkingCopy = LetterOfIntent.WorkingCopy


@transaction.atomic
def sign_off(
    loi: LetterOfIntent,
    *,
    version: int,
    acknowledged: Collection[str] = (),
    by: User,
    now: datetime,
) -> Event:
    """The first key. What is signed off is the version the PI has read.

    `acknowledged` are the ids of the warnings the PI stands by; those of
    earlier signings need no second tick.
    """
    return _sign(loi, "sign_off", version, acknowledged, by, now)


@transaction.atomic
def sign_off_copy(
    loi: LetterOfIntent,
    *,
    version: int,
    acknowledged: Collection[str] = (),
    by: User,
    now: datetime,
) -> Event:
    """The first key once more: the working copy may be filed in place of what is in force."""
    columns = {"working_copy": WorkingCopy.SIGNED_OFF}
    return _sign(loi, "sign_off_copy", version, acknowledged, by, now, columns)


def _sign(loi, action, version, acknowledged, by, now, columns=None) -> Event:
    loi = locks.case(loi)
    drafts.must_be(loi, version)
    columns = {"signed_off_at": now, "signed_off_by": by, **(columns or {})}
    facts = frozenset(acknowledged)
    new = unacknowledged(loi)
    event = LOI.move(loi, action, by=by, now=now, facts=facts, columns=columns, version=loi.version)
    for problem in new:
        Acknowledgement.objects.create(
            loi=loi,
            warning=problem.id,
            rule=problem.rule,
            clause=problem.clause,
            sentence=str(problem.sentence),
            by=by,
            at=now,
        )
    namings.ask(loi, by=by, now=now)
    return event


@transaction.atomic
def return_to_draft(loi: LetterOfIntent, *, by: User, now: datetime, reason: str) -> Event:
    return LOI.move(locks.case(loi), "return_to_draft", by=by, now=now, reason=reason)


@transaction.atomic
def return_copy(loi: LetterOfIntent, *, by: User, now: datetime, reason: str) -> Event:
    columns = {"working_copy": WorkingCopy.DRAFT}
    loi = locks.case(loi)
    return LOI.move(loi, "return_copy", by=by, now=now, reason=reason, columns=columns)


@transaction.atomic
def file(
    loi: LetterOfIntent, *, version: int, idempotency_key: str = "", by: User, now: datetime
) -> Filing:
    """The second key: freeze, number, sign the manifest, owe the receipt. One transaction.

    `now` is when the request arrived. Sent again (a second click, a broken
    connection, the other representative) it finds the letter filed in that
    version already, and answers with the same filing; so does the same key of
    the same person, whenever it comes. The same key with anything else is refused.
    """
    return _turn(loi, "file", version, idempotency_key, by, now)


@transaction.atomic
def refile(
    loi: LetterOfIntent, *, version: int, idempotency_key: str = "", by: User, now: datetime
) -> Filing:
    """The second key on a working copy: it takes the place of what is in force.

    The reference stays; the filing before stays as it is, and its receipt says
    that it is superseded. Sent again it answers as `file` does.
    """
    return _turn(loi, "refile", version, idempotency_key, by, now)


def _turn(loi, action, version, key, by, now) -> Filing:
    loi = locks.case(loi)
    if filed := _filed_already(loi, version, key, by):
        return filed
    drafts.must_be(loi, version)
    require(LOI.verdict(loi, action, Act(by, now)))
    reference = loi.reference or _count_reference(loi)
    if not loi.filing and loi.call.open_at(now):  # with everybody: no late ticket counts it
        loi.ticket = None
    filing = snapshots.freeze(loi, action, reference=reference, key=key, by=by, now=now)
    LOI.move(
        loi,
        action,
        by=by,
        now=now,
        columns={
            "reference": reference,
            "filing": filing,
            "working_copy": WorkingCopy.NONE,
            "title": filing.content["identity"]["title"],
            "ticket": loi.ticket,
        },
        reference=reference,
        number=filing.number,
        digest=filing.digest,
        manifest=canonical.digest(filing.manifest),
    )
    shares.cover(loi)
    letters.supersede_receipts(loi, by=by, now=now)
    letters.owe(loi, Letter.Kind.RECEIPT, filing=filing, by=by, now=now)
    if loi.ticket and loi.ticket.used >= loi.ticket.letters:
        # Used up, under the lock of the call: it admits the others no longer.
        loi.ticket.admitted.filter(filing=None).update(ticket=None)
    return filing


def _filed_already(loi: LetterOfIntent, version: int, key: str, by: User) -> Filing | None:
    if len(key) > MOST_KEY:
        raise Refused(
            no(
                "idempotency_key",
                say(
                    "A key has at most %(most)s characters; this has %(n)s.",
                    most=MOST_KEY,
                    n=len(key),
                ),
            )
        )
    known = Filing.objects.filter(filed_by=by, idempotency_key=key).first() if key else None
    if known and (known.loi_id, known.revision) == (loi.pk, version):
        return known
    if known:
        raise Refused(snapshots.used(key))
    in_force = loi.filing_id and not loi.working_copy and loi.version == version
    return loi.filing if in_force and "aor" in LOI.relation(by, loi) else None


def _count_reference(loi: LetterOfIntent) -> str:
    """The next reference of the call, whose lock the caller holds: no gap and no double."""
    call = loi.call
    call.last_reference += 1
    call.save(update_fields=["last_reference"])
    return f"{call.code}-{call.last_reference:04d}"


@transaction.atomic
def withdraw(loi: LetterOfIntent, *, by: User, now: datetime, reason: str) -> Event:
    """Step back before the decision: what was held for the case goes back, its letter is void.

    A working copy goes with it (its text stays in the saves), and what is asked of partners.
    """
    loi = locks.case(loi)
    require(LOI.verdict(loi, "withdraw", Act(by, now, reason)))
    decisions.void_of(loi, by=by, now=now)
    shares.take_back_all(loi, by=by, now=now)
    copied = loi.working_copy != WorkingCopy.NONE
    columns = {"working_copy": WorkingCopy.NONE}
    event = LOI.move(loi, "withdraw", by=by, now=now, reason=reason, columns=columns)
    letters.owe(loi, Letter.Kind.WITHDRAWN, person=by, reason=reason, by=by, now=now)
    if copied:
        copies.restore(loi, by=by, now=now)
    return event


def close(loi: LetterOfIntent, *, now: datetime) -> Event | None:
    """One case's part of the closing act, in the caller's transaction."""
    shares.lapse(loi, now=now)
    if loi.state in {"draft", "awaiting_signature"}:
        return LOI.move(loi, "lapse", by=CLOCK, now=now)
    if loi.state == "filed":
        if loi.working_copy != WorkingCopy.NONE:
            copies.lapse_copy(loi, now=now)
        return LOI.move(loi, "begin_screening", by=CLOCK, now=now)
    return None
