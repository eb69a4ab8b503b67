"""What the portal says to whoever holds a letter's code: that it is genuine, never what it says."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from portal import events, keyring, keys, seal
from portal.text import Text, say
from proposals.models import Letter

ANSWERS = {
    "issued": (say("Valid"), "jade"),
    "superseded": (say("Superseded"), "amber"),
    "revoked": (say("Revoked"), "cinnabar"),
    "void": (say("Void"), "cinnabar"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is told of a letter: no outcome, no name, no organisation, no title."""

    word: Text
    tone: str
    kind: str
    number: str
    code: str
    case: str
    dated: date
    sha256: str
    state: str
    successor: str = ""  # the number of the letter that took its place
    anchor: str = ""  # of a receipt: its event in the chain, and whether the chain still has it
    holds: bool = True


def code(typed: str) -> str | None:
    """A code as it is kept, from however it was typed; None where it can be none.

    >>> code(" 2345 6789-abcd efgh")
    '2345-6789-ABCD-EFGH'
    """
    found = re.sub(r"[\s\-‐-―]+", "", typed).upper()
    if len(found) != 16 or not set(found) <= set(keys.ALPHABET):
        return None
    return "-".join(found[place : place + 4] for place in range(0, 16, 4))


def find(code: str) -> Answer | None:
    """The letter of this code, once it was issued. Until then there is none: the embargo."""
    return _answer(_issued().filter(code=code).first())


def of_file(content: bytes) -> Answer | None:
    """The letter whose very bytes these are, once it was issued."""
    return _answer(_issued().filter(file__sha256=hashlib.sha256(content).hexdigest()).first())


def was_changed(content: bytes) -> bool:
    """Is this no issued letter, and yet bears the portal's seal, which no longer holds?

    A letter that was sealed and never issued is as unknown as any other file.
    """
    pems = [one.pem for one in keyring.certificates()]
    return seal.bears(content, pems) and not seal.holds(content, pems)


def _issued() -> QuerySet[Letter]:
    return Letter.objects.select_related("loi", "file").filter(
        issued_at__isnull=False, state__in=ANSWERS
    )


def _answer(letter: Letter | None) -> Answer | None:
    if letter is None:
        return None
    word, tone = ANSWERS[letter.state]
    anchor = letter.context.get("anchor") or {}
    after = letter.successors.filter(issued_at__isnull=False).first()
    return Answer(
        word=word,
        tone=tone,
        kind=letter.get_kind_display(),
        number=letter.number,
        code=letter.code,
        case=letter.loi.reference,
        dated=letter.dated,
        sha256=letter.file.sha256 if letter.file else "",
        state=letter.state,
        successor=after.number if after else "",
        anchor=f"{anchor['seq']}:{anchor['hash']}" if anchor else "",
        holds=not anchor or events.anchored(int(anchor["seq"]), anchor["hash"]),
    )
