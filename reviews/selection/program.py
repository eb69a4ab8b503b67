"""A zero-one program of whole numbers, whatever solves it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from portal.text import Text

OPTIMAL, FEASIBLE, IMPOSSIBLE, UNKNOWN = "optimal", "feasible", "impossible", "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """least ≤ Σ coefficient × variable ≤ most; `why` is the row in words.

    `budget` names the budget of which the row is the capacity.
    """

    terms: tuple[tuple[int, int], ...]  # (variable, coefficient)
    least: int | None = None
    most: int | None = None
    why: Text | str = ""
    budget: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """Maximise Σ value × variable over the rows."""

    values: tuple[int, ...]
    rows: tuple[Row, ...]

    def under(self, *rows: Row) -> "Program":
        return replace(self, rows=(*self.rows, *rows))

    def without(self, row: Row) -> "Program":
        return replace(self, rows=tuple(one for one in self.rows if one is not row))

    def worth(self, *values: int) -> "Program":
        return replace(self, values=values)


@dataclass(frozen=True, slots=True)
class Solved:
    status: str
    chosen: frozenset[int] = frozenset()
    value: int = 0
    bound: int = 0

    @property
    def found(self) -> bool:
        return self.status in {OPTIMAL, FEASIBLE}


Engine = Callable[[Program, float], Solved]
