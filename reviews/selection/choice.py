"""What a committee chooses from, and under which limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from portal.text import Text, plain


@dataclass(frozen=True, slots=True)
class Item:
    """One case: its value in points to the thousandth, what it asks of each budget (MEV, in the
    budget's unit).

    `groups` are what shares count: themes, countries, levels, by any names.
    """

    key: str
    value: Decimal
    demand: Mapping[str, Decimal] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Budget:
    """One resource: what can still be given, and the most one case may take.

    What is counted has no unit.
    """

    name: str
    unit: str
    capacity: Decimal
    each: Decimal | None = None

    def amount(self, value: Decimal) -> str:
        return f"{plain(value)} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Share:
    """At least, and at most, so many cases of a group."""

    group: str
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Everything a proposal is made from. `apart` are pairs of which one at most is taken;
    `needs` are pairs of which the first is taken only with the second."""

    items: tuple[Item, ...]
    budgets: tuple[Budget, ...]
    shares: tuple[Share, ...] = ()
    apart: frozenset[tuple[str, str]] = frozenset()
    needs: frozenset[tuple[str, str]] = frozenset()
    inside: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """The best set found. `value` equal to `bound` is proven; without that it is not the best.

    `clash` names rules that cannot hold together, where there is no set at all;
    not `known` is whether there is one, where the time was not enough.
    """

    chosen: tuple[str, ...] = ()
    value: Decimal = Decimal(0)
    bound: Decimal = Decimal(0)
    used: Mapping[str, Decimal] = field(default_factory=dict)
    binds: tuple[Text, ...] = ()
    clash: tuple[Text, ...] = ()
    known: bool = True

    @property
    def possible(self) -> bool:
        return self.known and not self.clash

    @property
    def proven(self) -> bool:
        return self.possible and self.value == self.bound


@dataclass(frozen=True, slots=True)
class Price:
    """What one limit costs: `more` of its unit would admit these cases, and drop those."""

    budget: str
    more: Decimal
    admits: tuple[str, ...]
    drops: tuple[str, ...]
    value: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """What one rule costs: without it the best set would be worth `gain` points more."""

    rule: Text | str
    gain: Decimal
    admits: tuple[str, ...]
    drops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the frontier: no set takes less of the budget for this value."""

    used: Decimal
    value: Decimal
    chosen: tuple[str, ...]
