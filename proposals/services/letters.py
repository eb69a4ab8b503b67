from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from portal import events, keys, notices
from portal.models import Event, Message, User
from portal.services import delivery
from portal.text import say
from portal.verdict import Refused, no
from proposals import letters
from proposals.models import Decision, Letter, LetterOfIntent
from proposals.models.letters import TO_COME
from proposals.services import conditions
from proposals.workflow import LETTER


def owe(
    loi: LetterOfIntent,
    kind: str,
    *,
    by: User | str,
    now: datetime,
    dated: date | None = None,
    **facts: object,
) -> Letter:
    """Enter a letter in the register with its number and frozen words; rendering comes later.

    The one door for every kind. `facts` are what the builder of the kind asks for
    (`proposals.letters.SORTS`); a filing or decision among them is kept as what the
    letter is of. What it takes the place of is known at its issue, not before.
    `dated` is the day it carries, in the zone of the call: today, where none is
    given. The case has been filed; the caller holds the lock of the call, so
    numbers are without gaps.
    """
    number, code = _number(loi), keys.code()
    dated = dated or _today(loi, now)
    if decision := facts.get("decision"):
        conditions.check_days(decision, dated)
    letter = Letter(
        number=number,
        code=code,
        kind=kind,
        loi=loi,
        filing=facts.get("filing"),
        decision=decision,
        context=letters.context(
            loi, kind, number=number, code=code, dated=dated, by=by, now=now, **facts
        ),
        dated=dated,
        due_at=now,
    )
    LETTER.enter(letter, "write", by=by, now=now, number=number)
    return letter


def replace(
    letter: Letter, *, changes: Mapping[str, str], reason: str, by: User, now: datetime
) -> Letter:
    """Owe a letter with mended passages in place of one in force, under the lock of its case.

    It has a number and a code of its own, says which letter it corrects and why,
    and is signed by whoever approved the correction. One that was given up before
    it was issued is void.
    """
    _void(letter.successors.all(), by=by, now=now)
    loi, dated = letter.loi, _today(letter.loi, now)
    number, code = _number(loi), keys.code()
    words = letters.corrected(letter, changes, reason, number=number, code=code, dated=dated, by=by)
    new = Letter(
        number=number, code=code, kind=letter.kind, loi=loi, decision=letter.decision,
        context=words, dated=dated, due_at=now, replaces=letter,
    )  # fmt: skip
    LETTER.enter(new, "write", by=by, now=now, number=number)
    return new


def revoke(letter: Letter, *, reason: str, by: User, now: datetime) -> None:
    """It has no force, and nothing that was to take its place comes after it."""
    _void(letter.successors.all(), by=by, now=now)
    LETTER.move(letter, "revoke", by=by, now=now, reason=reason)


@transaction.atomic
def resend(letter: Letter, message: Message, *, by: User, now: datetime) -> Event:
    """Owe a message of the letter once more: the same message, with the same Message-ID."""
    if "secretary" not in LETTER.relation(by, letter):
        raise Refused(no("letter.resend.who", say("Only the secretary sends again."), who=True))
    if not delivery.owe_again(message, now=now):
        raise Refused(
            no("letter.resend.from", say("The message is still to be sent, or was not to be sent."))
        )
    return events.record(
        "letter.resent", letter, by=by, now=now, data={"message": message.message_id}
    )


def _number(loi: LetterOfIntent) -> str:
    call = loi.call
    call.last_letter += 1
    call.save(update_fields=["last_letter"])
    return f"{call.code}-L{call.last_letter:04d}"


def _today(loi: LetterOfIntent, now: datetime) -> date:
    return now.astimezone(loi.call.zoneinfo).date()


def supersede_receipts(loi: LetterOfIntent, *, by: User | str, now: datetime) -> None:
    """Mark the issued receipts of former versions; one still being rendered follows in `store`."""
    former = loi.letters.filter(kind=Letter.Kind.RECEIPT, state="issued")
    for letter in former.exclude(filing=loi.filing):
        letter.loi = loi
        LETTER.move(letter, "supersede", by=by, now=now)


def redate(decision: Decision, *, dated: date, by: User, now: datetime) -> None:
    """The same letter for another day: owed again, whatever a worker is doing with it now."""
    conditions.check_days(decision, dated)
    letter = decision.letters.get(state__in=TO_COME)
    letter.decision, loi = decision, decision.loi
    words = letters.context(
        loi, letter.kind, number=letter.number, code=letter.code, dated=dated, by=by, now=now,
        decision=decision,
    )  # fmt: skip
    LETTER.move(
        letter,
        "redate",
        by=by,
        now=now,
        columns={
            "dated": dated,
            "context": {**words, "signatory": letter.context["signatory"]},
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
    _void(decision.letters.all(), by=by, now=now)


def fall(loi: LetterOfIntent, *, by: User, now: datetime) -> None:
    """What was told of the case's outcome is in force no longer; what was to correct it is void."""
    outcome = loi.letters.filter(kind__in=Letter.OUTCOME)
    for letter in outcome.filter(state="issued"):
        letter.loi = loi
        LETTER.move(letter, "supersede", by=by, now=now)
    _void(outcome, by=by, now=now)


def _void(letters_: QuerySet[Letter], *, by: User, now: datetime) -> None:
    """Of these, those to come: a worker that has one of them finds its lease gone."""
    for letter in letters_.filter(state__in=TO_COME).select_related("loi__call"):
        LETTER.move(letter, "void", by=by, now=now, columns={"lease_token": "", "done_at": now})


def _told_before(letter: Letter) -> list[Letter]:
    """What it takes the place of, the last told last: all of the case's outcome, or what it corrects.

    A case that another mission carries after its call was cancelled is cancelled no longer.
    """
    told = letter.loi.letters.exclude(pk=letter.pk).filter(issued_at__isnull=False)
    if letter.kind in Letter.OUTCOME:
        ended = (*Letter.OUTCOME, Letter.Kind.CANCELLED)
        return list(told.filter(kind__in=ended).order_by("issued_at", "pk"))
    return list(told.filter(pk=letter.replaces_id))


def issue(letter: Letter, *, by: User | str, now: datetime) -> None:
    """From now on it is valid, and whoever asks by its code is told so; what was told before is not.

    The old one goes first: a case has one letter of its outcome in force at any
    moment. Which one that is counts now, under the lock of the case, and not what
    it was when this letter was owed: a correction may have come between.
    """
    told = _told_before(letter)
    for former in told:
        if former.state == "issued":
            former.loi = letter.loi
            LETTER.move(former, "supersede", by=by, now=now, letter=letter.number)
    columns = {"issued_at": now, "replaces": told[-1] if told else None}
    LETTER.move(letter, "issue", by=by, now=now, columns=columns)
    if letter.kind == Letter.Kind.DECISION:
        conditions.follow(letter)
    if "replaces" in letter.context:
        notices.post("letter_corrected", letter, now=now, occasion=letter.number)
    elif tells := letters.SORTS[letter.kind].tells:
        notices.post(tells, letter.loi, now=now, occasion=letter.number)
