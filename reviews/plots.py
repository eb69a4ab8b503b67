"""Plots as plain coordinates: a template draws them, and every figure stands beside its mark."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.text import plain

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

    @classmethod
    def around(cls, values: Iterable[float]) -> "Axis":
        """For differences: as far to the one side as to the other."""
        reach = max((abs(value) for value in values), default=0.0)
        end = max(int(-(-reach // STEP) * STEP), STEP)
        return cls(-end, end)

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


@dataclass(frozen=True, slots=True)
class Day:
    """How many reviews were due and how many locked by the end of a day."""

    on: date
    due: int
    locked: int


@dataclass(frozen=True, slots=True)
class Steps:
    """Two lines that only rise, in a box of 100 by 100: `points` of an SVG polyline each."""

    due: str
    locked: str
    first: date
    last: date
    most: int


def steps(days: Sequence[Day]) -> Steps | None:
    """The days of a call's reviews as lines; None before there is a day."""
    if not days:
        return None
    first, last = days[0].on, days[-1].on
    length = max((last - first).days, 1)
    most = max(days[-1].due, days[-1].locked, 1)

    def line(counts: Sequence[int]) -> str:
        found, before = ["0,100"], 0
        for day, count in zip(days, counts, strict=True):
            x = round((day.on - first).days * 100 / length, 2)
            found += [f"{x},{_height(before, most)}", f"{x},{_height(count, most)}"]
            before = count
        return " ".join([*found, f"100,{_height(before, most)}"])

    return Steps(
        line([day.due for day in days]), line([day.locked for day in days]), first, last, most
    )


def _height(count: int, most: int) -> float:
    return round(100 - count * 100 / most, 2)


@dataclass(frozen=True, slots=True)
class Dot:
    """A point at `x` and `y` percent of a box, y downwards, with its two figures."""

    x: float
    y: float
    amount: str
    value: str


@dataclass(frozen=True, slots=True)
class Frontier:
    """What can be had for how much: `line` joins the dots by steps, as an SVG polyline."""

    dots: tuple[Dot, ...]
    line: str

    @property
    def low(self) -> str:
        return self.dots[0].value

    @property
    def high(self) -> str:
        return self.dots[-1].value


def frontier(points: Iterable[tuple[Decimal, Decimal]], most: Decimal) -> Frontier | None:
    """(amount, value) points up to the amount that can be given; None of fewer than two."""
    ordered = sorted(points)
    if len(ordered) < 2 or most <= 0:
        return None
    low, high = ordered[0][1], ordered[-1][1]
    rise = (high - low) or Decimal(1)
    dots = tuple(
        Dot(
            round(float(100 * amount / most), 2),
            round(float(100 - 100 * (value - low) / rise), 2),
            plain(amount),
            plain(value),
        )
        for amount, value in ordered
    )
    steps, before = [], dots[0]
    for dot in dots:
        steps += [f"{dot.x},{before.y}", f"{dot.x},{dot.y}"]
        before = dot
    return Frontier(dots, " ".join([*steps, f"100,{before.y}"]))
