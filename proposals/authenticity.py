"""What the portal says to whoever holds a letter's code: that it is genuine, never what it says."""

import re
from dataclasses import dataclass
from datetime import date

from portal import events, keys
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
    case: str
    dated: date
    sha256: str
    anchor: str = ""  # of a receipt: its event in the chain, and whether the chain still has it
    holds: bool = True
    superseded: bool = False


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
    letter = (
        Letter.objects.select_related("loi", "file")
        .filter(code=code, issued_at__isnull=False, state__in=ANSWERS)
        .first()
    )
    if letter is None:
        return None
    word, tone = ANSWERS[letter.state]
    anchor = letter.context.get("anchor") or {}
    return Answer(
        word=word,
        tone=tone,
        kind=letter.get_kind_display(),
        number=letter.number,
        case=letter.loi.reference,
        dated=letter.dated,
        sha256=letter.file.sha256 if letter.file else "",
        superseded=letter.state == "superseded",
        anchor=f"{anchor['seq']}:{anchor['hash']}" if anchor else "",
        holds=not anchor or events.anchored(int(anchor["seq"]), anchor["hash"]),
    )
