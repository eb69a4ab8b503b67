from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from portal import clock, files, keys, leases, notices, pdf
from portal.events import CLOCK
from portal.models import StoredFile, User
from proposals import letters, queries
from proposals.models import Decision, Letter, LetterOfIntent
from proposals.services import locks
from proposals.workflow import LETTER

MOST_A_BATCH = 10


def owe_receipt(loi: LetterOfIntent, *, by: User, now: datetime) -> Letter:
    return _write(
        loi, Letter.Kind.RECEIPT, letters.receipt(loi.filing), filing=loi.filing, by=by, now=now
    )


def supersede_receipts(loi: LetterOfIntent, *, by: User | str, now: datetime) -> None:
    """Mark the issued receipts of former versions; one still being rendered follows in `store`."""
    former = loi.letters.filter(kind=Letter.Kind.RECEIPT, state="issued")
    for letter in former.exclude(filing=loi.filing):
        letter.loi = loi
        LETTER.move(letter, "supersede", by=by, now=now)


def owe_ineligible(loi: LetterOfIntent, *, by: User, now: datetime) -> Letter:
    words = letters.ineligible(loi, now, contact(loi))
    return _write(loi, Letter.Kind.INELIGIBLE, words, by=by, now=now)


def owe_decision(decision: Decision, *, by: User, now: datetime) -> Letter:
    loi = decision.loi
    dated = loi.call.release_on
    words = letters.decision(decision, dated, contact(loi))
    words["signatory"] = letters.signatory(by)
    return _write(loi, Letter.Kind.DECISION, words, decision=decision, dated=dated, by=by, now=now)


def _write(
    loi: LetterOfIntent,
    kind: str,
    words: dict,
    *,
    by: User,
    now: datetime,
    dated: date | None = None,
    **links: object,
) -> Letter:
    """Enter a letter in the register with its number and frozen words; rendering comes later.

    The caller holds the lock of the call, so numbers are without gaps.
    """
    call = loi.call
    call.last_letter += 1
    call.save(update_fields=["last_letter"])
    number, code = f"{call.code}-L{call.last_letter:04d}", keys.code()
    dated = dated or now.astimezone(call.zoneinfo).date()
    with translation.override(settings.LANGUAGE_CODE):
        context = {**letters.frame(loi, number, code, dated), **words}
    letter = Letter(
        number=number,
        code=code,
        kind=kind,
        loi=loi,
        context=context,
        dated=dated,
        due_at=now,
        **links,
    )
    LETTER.enter(letter, "write", by=by, now=now, number=number)
    return letter


def redate(decision: Decision, *, by: User, now: datetime) -> None:
    """The same letter for another day: owed again, whatever a worker is doing with it now."""
    letter = decision.letters.exclude(state="void").get()
    dated = decision.loi.call.release_on
    words = letters.decision(decision, dated, contact(decision.loi))
    LETTER.move(
        letter,
        "redate",
        by=by,
        now=now,
        columns={
            "dated": dated,
            "context": {**letter.context, **words, "date": letters.day(dated)},
            "due_at": now,
            "done_at": None,
            "lease_until": None,
            "lease_token": "",
            "attempts": 0,
            "failed_at": None,
        },
    )


def void_of(decision: Decision, *, by: User, now: datetime) -> None:
    """A number once given stays in the register, as void."""
    for letter in decision.letters.filter(state__in=["owed", "stored"]):
        letter.decision = decision
        LETTER.move(letter, "void", by=by, now=now, columns={"lease_token": "", "done_at": now})


def issue(letter: Letter, *, by: User | str, now: datetime) -> None:
    LETTER.move(letter, "issue", by=by, now=now, columns={"issued_at": now})


def render_owed(now: datetime) -> int:
    """Render up to a batch of owed letters and store each; the number that was tried."""
    rows = Letter.objects.filter(state="owed").select_related(
        "loi__call", "loi__organisation", "decision", "filing"
    )
    tried = 0
    for letter in leases.claim(rows, now=now, seconds=settings.LEASE_SECONDS, most=MOST_A_BATCH):
        tried += 1
        try:
            content = render(letter)
        except pdf.RenderFailed as trouble:
            leases.fail(
                letter,
                now=clock.now(),
                reason=trouble.reason,
                final=isinstance(trouble, pdf.MissingGlyph),
            )
        else:
            stored = files.store(content, media_type="application/pdf", now=clock.now())
            store(letter, stored, now=clock.now())
    return tried


def render(letter: Letter) -> bytes:
    """The PDF of a letter, from its frozen words alone: the same words give the same bytes."""
    with translation.override(letter.context["language"]):
        html = render_to_string(f"letters/{letter.kind}.html", letter.context)
    midnight = datetime.combine(letter.dated, datetime.min.time(), letter.loi.call.zoneinfo)
    return pdf.render(
        html,
        title=letters.title(letter),
        created_at=midnight,
        language=letter.context["language"],
        images={"qr": pdf.qr_svg(letter.context["verification"]["url"])},
    )


@transaction.atomic
def store(letter: Letter, stored: StoredFile, *, now: datetime) -> None:
    """Mark a rendered letter stored, unless its lease was lost meanwhile.

    Losing it means that another worker renders it or that it was dated anew:
    these bytes are then nobody's.
    """
    # A receipt's version may be filed anew at this instant: the case's lock lets one of both
    # see what the other did.
    loi = locks.case(letter.loi) if letter.kind == Letter.Kind.RECEIPT else letter.loi
    if not leases.finish(letter, now=now):
        return
    LETTER.move(
        letter,
        "store",
        by=CLOCK,
        now=now,
        columns={"file": stored},
        number=letter.number,
        sha256=stored.sha256,
    )
    if letter.kind != Letter.Kind.DECISION:
        issue(letter, by=CLOCK, now=now)
        notices.post(f"{letter.kind}_ready", letter.loi, now=now, occasion=letter.number)
    if letter.kind == Letter.Kind.RECEIPT:
        supersede_receipts(loi, by=CLOCK, now=now)


def contact(loi: LetterOfIntent) -> str:
    people = queries.holders("secretary")
    return people[0].email if people else settings.DEFAULT_FROM_EMAIL
