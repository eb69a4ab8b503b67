"""Who could review what: the panel and the cases as the matcher sees them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from portal.text import Text

Pair = tuple[str, str]  # (reviewer, case), by their keys


@dataclass(frozen=True, slots=True)
class Reviewer:
    """One member of the panel: `least` and `most` count cases; `name` is for sentences."""

    key: str
    most: int
    least: int = 0
    countries: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()
    name: str = ""

    @property
    def called(self) -> str:
        return self.name or self.key


@dataclass(frozen=True, slots=True)
class Case:
    """One case: it needs so many reviewers, of whom one should know each keyword.

    `countries` are those of its partners: a reviewer from one of them is taken
    only where nobody else can be.
    """

    key: str
    needed: int
    countries: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()
    name: str = ""

    @property
    def called(self) -> str:
        return self.name or self.key


@dataclass(frozen=True, slots=True)
class Panel:
    """What a match is made from. `affinity` is in thousandths, 0 where a pair is not named.

    `conflicts` are never assigned; `forbidden` neither, by the chair's word;
    `locked` always are. `published` is the assignment that stands: of equally
    good answers the one that changes least is taken.
    """

    reviewers: tuple[Reviewer, ...]
    cases: tuple[Case, ...]
    affinity: Mapping[Pair, int]
    conflicts: frozenset[Pair] = frozenset()
    forbidden: frozenset[Pair] = frozenset()
    locked: frozenset[Pair] = frozenset()
    published: frozenset[Pair] = frozenset()
    one_a_country: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """An assignment. `total` and `worst` are sums of affinity; `worst` that of the case served worst.

    `bound` is the most `worst` could be; equal to it, it is proven. Empty
    `pairs` with `reasons` is a match that cannot be made. `relaxed` names
    each rule of the panel that no assignment could keep.
    """

    pairs: frozenset[Pair] = frozenset()
    total: int = 0
    worst: int = 0
    bound: int = 0
    exact: bool = True
    relaxed: tuple[Text, ...] = ()
    reasons: tuple[Text, ...] = ()
    added: frozenset[Pair] = frozenset()
    dropped: frozenset[Pair] = frozenset()
    unused: tuple[str, ...] = field(default=())

    @property
    def made(self) -> bool:
        return not self.reasons

    @property
    def proven(self) -> bool:
        return self.made and self.exact and self.worst == self.bound

    def served(self, panel: Panel) -> Callable[[str], int]:
        """Case key → the affinity its reviewers have for it together."""
        sums = {case.key: 0 for case in panel.cases}
        for pair in self.pairs:
            sums[pair[1]] += panel.affinity.get(pair, 0)
        return lambda key: sums[key]
