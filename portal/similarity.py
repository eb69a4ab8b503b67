"""Which organisations may be the one that is being registered: names as people vary them.

Deterministic and without a model: words without accents, case, order and
punctuation, compared by their trigrams (Dice); what every second institution is
called counts little; initials stand for what they abbreviate.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from portal.text import Text, say

MOST = 5
ALIKE = 0.62  # from here on a person is asked
WORD_ALIKE = 0.5
LITTLE = 0.35  # the weight of a word that tells little
FILLERS = set(
    "al am and at da das de del della der des di do dos du e el en et for für fur i in la las le "
    "les los of on og the to und van y zu".split()
)
COMMON = set(
    "academy agency center centre college company corporation department faculty foundation group "
    "gmbh inc institut institute institution instituto international laboratory limited ltd "
    "national organisation organization programme research school science sciences space state "
    "technical technology universidad universidade universita universitat universite university "
    "大学 学院 研究 究所 中心 国家 科学 技术 航天 公司 جامعة معهد مركز وكالة الوطنية".split()
)
WRITTEN_OUT = {
    "centre": "center",
    "dept": "department",
    "inst": "institute",
    "intl": "international",
    "lab": "laboratory",
    "labs": "laboratory",
    "nat": "national",
    "natl": "national",
    "organisation": "organization",
    "sci": "science",
    "sciences": "science",
    "tech": "technology",
    "univ": "university",
    "uni": "university",
}


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation as it is compared; `names` are its name, local name and aliases."""

    key: str
    names: tuple[str, ...]
    domains: tuple[str, ...] = ()
    ror: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    key: str
    score: float
    reason: Text


def likely(asked: Party, known: Iterable[Party]) -> list[Likeness]:
    """Up to five organisations that may be the one asked for, the likeliest first."""
    found = [alike for party in known if (alike := likeness(asked, party))]
    found.sort(key=lambda alike: (-alike.score, alike.key))
    return found[:MOST]


def likeness(asked: Party, party: Party) -> Likeness | None:
    if asked.ror and asked.ror == party.ror:
        return Likeness(party.key, 1.0, say("the same ROR id"))
    shared = sorted(set(asked.domains) & set(party.domains))
    if shared:
        return Likeness(party.key, 1.0, say("the same domain, %(domain)s", domain=shared[0]))
    pairs = [(name, other) for name in asked.names for other in party.names]
    scored = [(alike(name, other), other) for name, other in pairs]
    score, other = max(scored, key=lambda pair: (pair[0], pair[1]), default=(0.0, ""))
    if score < ALIKE:
        return None
    same = score == 1
    if other == party.names[0]:
        reason = say("the same words") if same else say("a name like it")
    elif same:
        reason = say("also called “%(name)s”", name=other)
    else:
        reason = say("also called “%(name)s”, a name like it", name=other)
    return Likeness(party.key, score, reason)


@lru_cache(maxsize=20_000)
def alike(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1 (the same words in any order)."""
    ours, theirs = words(one), words(other)
    if not ours or not theirs:
        return 0.0
    if sorted(ours) == sorted(theirs):
        return 1.0
    if _abbreviates(ours, other) or _abbreviates(theirs, one):
        return 0.9
    few, many = sorted((ours, theirs), key=lambda held: (len(held), held))
    left = list(many)
    matched = 0.0
    for word in few:
        best = max(left, key=lambda held: (_dice(word, held), held), default="")
        how = _dice(word, best) if best else 0.0
        if how >= WORD_ALIKE:
            matched += how * (_weight(word) + _weight(best))
            left.remove(best)
    return matched / (sum(map(_weight, few)) + sum(map(_weight, many)))


@lru_cache(maxsize=20_000)
def words(name: str) -> tuple[str, ...]:
    """The words of a name without accents, case, punctuation and fillers; of CJK its bigrams.

    >>> words("Universität Zürich, the Institute of Physics")
    ('universitat', 'zurich', 'institute', 'physics')
    """
    plain = _plain(name)
    found = []
    for word in re.findall(r"\w+", plain):
        for part in re.findall(
            r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[^\u3040-\uffff]+", word
        ):
            if "\u3040" <= part[0] <= "\ud7af" and len(part) > 1:
                found += [part[at : at + 2] for at in range(len(part) - 1)]
            else:
                found.append(WRITTEN_OUT.get(part, part))
    return tuple(word for word in found if word not in FILLERS) or tuple(found)


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.casefold())
    spread = spread.replace("'", "").replace("\u2019", "").replace(".", "")
    return "".join(c for c in spread if not unicodedata.combining(c)).replace("ł", "l")


def _abbreviates(short: tuple[str, ...], long: str) -> bool:
    """Is the one word the initials of the other name, with its fillers or without?"""
    if len(short) != 1 or not 3 <= len(short[0]) <= 8:
        return False
    every = re.findall(r"\w+", _plain(long))
    main = [word for word in every if word not in FILLERS]
    return any(len(held) >= 3 and short[0] == "".join(w[0] for w in held) for held in (every, main))


def _weight(word: str) -> float:
    return LITTLE if word in COMMON_PLAIN else 1.0


@lru_cache(maxsize=50_000)
def _dice(one: str, other: str) -> float:
    if one == other:
        return 1.0
    ours, theirs = _trigrams(one), _trigrams(other)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def _trigrams(word: str) -> frozenset[str]:
    padded = f"  {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


COMMON_PLAIN = frozenset(plain for word in COMMON for plain in (*words(word), _plain(word)))
