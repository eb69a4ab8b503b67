"""A partner's share of a letter: the words it countersigns, and how far each share has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from portal import canonical
from portal.text import Text, say
from proposals import content as document

TEXTS = ("name", "country", "role", "contribution")
NUMBERS = ("share_mass_kg", "share_power_w")
NOT_ASKED, CHANGED = "not_asked", "changed"
LABELS = {
    "not_asked": (say("not asked to countersign"), ""),
    "changed": (say("changed since it was asked: ask anew"), "amber"),
    "asked": (say("asked, not yet countersigned"), "amber"),
    "countersigned": (say("countersigned"), "jade"),
    "declined": (say("declined"), "cinnabar"),
    "taken_back": (say("not asked to countersign"), ""),
    "lapsed": (say("not countersigned in time"), ""),
}
# Of several with the same words, the one that says most.
WEIGHT = {"countersigned": 4, "declined": 3, "asked": 2, "lapsed": 1, "taken_back": 1}


class Known(Protocol):
    """A share as it is kept."""

    words: dict
    state: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One partner of a letter's text. `share` is the one kept of it, where there is one.

    `state` is the share's, or "not_asked", or "changed": asked or countersigned
    in other words, which no longer are those of the text.
    """

    place: int
    words: dict
    state: str
    share: Known | None = None

    @property
    def name(self) -> str:
        return self.words["name"]

    @property
    def label(self) -> Text:
        return LABELS[self.state][0]

    @property
    def tone(self) -> str:
        return LABELS[self.state][1]


def words(row: dict) -> dict[str, str]:
    """What a row says of a share, alike from a draft and from a filing: 1,50 is 1.5."""
    found = {name: " ".join(str(row.get(name) or "").split()) for name in TEXTS}
    for name in NUMBERS:
        raw = str(row.get(name) or "").strip()
        number = document.number(raw)
        found[name] = raw if number is None else f"{number.normalize():f}"
    return found


def digest(letter: str, organisation: str, said: dict[str, str]) -> str:
    """The SHA-256 of what is countersigned: which letter, whose share, its words."""
    return canonical.digest({"letter": letter, "organisation": organisation, "words": said})


def partners(content: dict) -> list[tuple[int, dict[str, str]]]:
    """(place, words) of each partner in a letter's text."""
    rows = document.table(content, "team", "partners")
    return [(place, found) for place, row in rows if (found := words(row))["name"]]


def standings(content: dict, known: Sequence[Known]) -> list[Standing]:
    """How the share of each partner in the text stands."""
    found = []
    for place, said in partners(content):
        same = [share for share in known if share.words == said]
        if same:
            share = max(same, key=lambda one: WEIGHT[one.state])
            found.append(Standing(place, said, share.state, share))
            continue
        other = [
            share
            for share in known
            if _fold(share.words["name"]) == _fold(said["name"])
            and share.state in {"asked", "countersigned"}
        ]
        state = CHANGED if other else NOT_ASKED
        found.append(Standing(place, said, state, other[-1] if other else None))
    return found


def progress(found: Sequence[Standing]) -> Text:
    return say(
        "%(n)s of %(all)s partners have countersigned.", n=len(countersigned(found)), all=len(found)
    )


def countersigned(found: Iterable[Standing]) -> list[Standing]:
    return [one for one in found if one.state == "countersigned"]


def wanting(found: Iterable[Standing]) -> list[Standing]:
    """Those whose countersignature is wanting, declined ones among them."""
    return [one for one in found if one.state != "countersigned"]


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
