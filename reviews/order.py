"""The order of the cases of a call, and what settles equal totals. Never the time of filing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from reviews.scoring import Agreed, to_half

# What sets one case before another, in this order.
RULES = ("total", "C1", "C3", "coverage", "country", "MEV", "choice")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case before the ranking; without a total it takes no part.

    `country` is empty for an organisation without one, which covers none.
    """

    reference: str
    agreed: Agreed
    mev_kg: Decimal
    level: str = ""
    discipline: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chair put `first` before `over`, which every rule had left equal to it."""

    first: str
    over: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A case's place; `tied` when every rule left it equal to a neighbour.

    `beat` names, by case of the same total, C1 and C3 placed after it, the rule
    that put it behind; "" where none did. `broken_by` is the rule that told the
    case from a neighbour with the same total.
    """

    reference: str
    rank: int
    tied: bool
    broken_by: str = ""
    beat: Mapping[str, str] = field(default_factory=dict, compare=False)


def rank(candidates: Sequence[Candidate], choices: Sequence[Choice] = ()) -> list[Ranked]:
    """The cases in their order: by total to the half point, C1 and C3, then by what they add.

    A cooperation level or discipline that no case before has, then a country
    that none has, then the lower MEV; what all this leaves equal, the latest of
    the chair's `choices` over the same cases settles.
    """
    scored = [c for c in candidates if c.agreed.total is not None]
    placed: list[tuple[Candidate, Ranked]] = []
    waiting = sorted(scored, key=lambda c: (_key(c), c.reference))
    while waiting:
        equal = [c for c in waiting if _key(c) == _key(waiting[0])]
        taken, rules = _next(equal, [c for c, _ in placed], choices)
        place = len(placed) + 1
        for one in taken:
            rest = {c.reference: rules[c.reference] for c in equal if c is not one}
            placed.append((one, Ranked(one.reference, place, len(taken) > 1, beat=rest)))
        waiting = [c for c in waiting if c not in taken]
    return [
        Ranked(mine.reference, mine.rank, mine.tied, _neighbours(number, placed), mine.beat)
        for number, (_, mine) in enumerate(placed)
    ]


def told_apart(one: tuple[Candidate, Ranked], other: tuple[Candidate, Ranked]) -> str:
    """The rule that puts the first of two before the second; "" where none does."""
    keys = zip(RULES, _key(one[0]), _key(other[0]), strict=False)
    plain = next((rule for rule, a, b in keys if a != b), None)
    return one[1].beat.get(other[1].reference, "") if plain is None else plain


def _key(c: Candidate) -> tuple[Decimal, Decimal, Decimal]:
    codes = (c.agreed.criteria.get(code, Decimal(0)) for code in ("C1", "C3"))
    return (-to_half(c.agreed.total), *(-value for value in codes))


def _next(
    equal: list[Candidate], before: list[Candidate], choices: Sequence[Choice]
) -> tuple[list[Candidate], dict[str, str]]:
    """Who of the equal ones comes next, and by reference the rule that put each other behind."""
    levels, disciplines = {c.level for c in before}, {c.discipline for c in before}
    countries = {c.country for c in before} | {""}

    def adds(c: Candidate) -> tuple:
        covered = c.level in levels and c.discipline in disciplines
        return covered, c.country in countries, c.mev_kg

    best = min(map(adds, equal))
    rules = {
        c.reference: next(
            (rule for rule, a, b in zip(RULES[3:], best, adds(c), strict=False) if a != b), ""
        )
        for c in equal
    }
    taken = [c for c in equal if adds(c) == best]
    names = {c.reference for c in taken}
    for choice in reversed(choices):
        if len(taken) > 1 and choice.first in names and names - {choice.first} <= choice.over:
            rules |= dict.fromkeys(names, "choice")
            return [c for c in taken if c.reference == choice.first], rules
    return taken, rules


def _neighbours(number: int, placed: list[tuple[Candidate, Ranked]]) -> str:
    """The rule that told a case from the one beside it with the same total, if one was needed."""
    for first, second in ((number - 1, number), (number, number + 1)):
        if first >= 0 and second < len(placed):
            rule = told_apart(placed[first], placed[second])
            if rule not in {"", "total"}:
                return rule
    return ""
