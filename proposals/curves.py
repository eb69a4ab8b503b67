"""The ledger over time as steps: plain coordinates, which a template draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from proposals.ledger import Balance


@dataclass(frozen=True, slots=True)
class Curve:
    """Two areas in a box of 100 by 100, as points of an SVG polygon each.

    `committed` stands on the floor, `taken` is what is proposed on top of it;
    the ceiling is what is offered, and `available` the height of what can be given.
    """

    committed: str
    taken: str
    available: float
    first: datetime
    last: datetime


def curve(lines: Sequence[tuple[datetime, Balance]], until: datetime) -> Curve | None:
    """From the first line of a ledger to now; None where there is none.

    >>> from datetime import UTC
    >>> from proposals.resources import MASS
    >>> noon, one = datetime(2027, 1, 1, 12, tzinfo=UTC), datetime(2027, 1, 1, 13, tzinfo=UTC)
    >>> curve([(noon, Balance(MASS, Decimal(200), Decimal(20), Decimal(50)))], one).taken
    '0,100 0.0,100 0.0,75.0 100,75.0 100,100'
    """
    if not lines:
        return None
    first, last = lines[0][0], max(lines[-1][0], until)
    offered = lines[0][1].offered
    seconds = (last - first).total_seconds() or 1

    def area(amounts: Sequence[Decimal]) -> str:
        found, before = ["0,100"], 100
        for (at, _), amount in zip(lines, amounts, strict=True):
            x, y = round((at - first).total_seconds() * 100 / seconds, 2), _height(amount, offered)
            found += [f"{x},{before}", f"{x},{y}"]
            before = y
        return " ".join([*found, f"100,{before}", "100,100"])

    return Curve(
        area([balance.committed for _, balance in lines]),
        area([balance.taken for _, balance in lines]),
        _height(lines[0][1].available, offered),
        first,
        last,
    )


def _height(amount: Decimal, offered: Decimal) -> float:
    return float(round(100 - 100 * amount / offered, 2))
