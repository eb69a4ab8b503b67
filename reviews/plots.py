"""Plots as plain coordinates: a template draws them, and every figure stands beside its mark."""

from collections.abc import Iterable
from dataclasses import dataclass

STEP = 10


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale of points of 100, from a ten to a ten; `x` is percent of its length."""

    low: int
    high: int

    @classmethod
    def over(cls, values: Iterable[float]) -> "Axis":
        held = [min(max(value, 0.0), 100.0) for value in values] or [0.0, 100.0]
        low, high = int(min(held) // STEP * STEP), int(-(-max(held) // STEP) * STEP)
        return cls(low, max(high, low + STEP))

    def x(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return round((inside - self.low) * 100 / (self.high - self.low), 1)

    @property
    def ticks(self) -> list[tuple[float, int]]:
        return [(self.x(value), value) for value in range(self.low, self.high + 1, STEP)]


@dataclass(frozen=True, slots=True)
class Strip:
    """One line of marks: its dots, and where it has them a span and two means."""

    label: str
    dots: tuple[float, ...]
    left: float | None = None
    right: float | None = None
    raw: float | None = None
    adjusted: float | None = None
