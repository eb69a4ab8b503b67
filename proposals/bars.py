"""The budget bar: one allocation's balance as segments in percent of what is offered."""

from dataclasses import dataclass, replace
from decimal import Decimal

from portal.text import Text, plain, say
from proposals.ledger import ZERO, Balance


@dataclass(frozen=True, slots=True)
class Segment:
    """`start` and `width` are percent of what is offered; `amount` is in the bar's unit."""

    key: str
    label: Text
    amount: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """What templates/parts/budget_bar.html draws. `extent` is the percent shown."""

    label: Text | str
    unit: Text | str
    offered: str
    segments: tuple[Segment, ...]
    over: str = ""
    extent: float = 100


def public(balance: Balance) -> Balance:
    """What everybody may know: holds of decisions not yet released count as free."""
    return replace(balance, proposed=ZERO)


def bar(
    balance: Balance, label: Text | str, *, asked: Decimal | None = None, proposals: bool = False
) -> Bar:
    """The bar of a balance: committed, proposed, free, held back, and what is asked under it.

    `proposals` shows the holds as a segment of their own; for people who do not
    decide, hand in `public(balance)` and leave it out.

    >>> from proposals.resources import MASS
    >>> drawn = bar(Balance(MASS, Decimal(200), Decimal(20)), "Mass")
    >>> [(s.key, s.start, s.width) for s in drawn.segments]
    [('committed', 0.0, 0.0), ('free', 0.0, 90.0), ('held_back', 90.0, 10.0)]
    """
    amounts = [("committed", say("committed"), balance.committed)]
    if proposals:
        amounts.append(("proposed", say("proposed"), balance.proposed))
    amounts.append(("free", say("free"), max(balance.free, ZERO)))
    over = max(-balance.free, ZERO)
    segments, end = [], ZERO
    for key, name, amount in amounts:
        # What is over stands beyond the end, not on what is held back.
        shown = min(amount, max(balance.available - end, ZERO))
        segments.append(_segment(key, name, amount, end, shown, balance.offered))
        end += shown
    held = balance.held_back
    segments.append(
        _segment("held_back", say("held back"), held, balance.available, held, balance.offered)
    )
    if over:
        segments.append(_segment("over", say("over"), over, balance.offered, over, balance.offered))
    if asked is not None:
        segments.append(_segment("asked", say("asked"), asked, ZERO, asked, balance.offered))
    return Bar(
        label=label,
        unit=balance.resource.symbol,
        offered=plain(balance.offered),
        segments=tuple(segments),
        over=plain(over) if over else "",
        extent=percent(max(balance.offered + over, asked or ZERO), balance.offered),
    )


def _segment(
    key: str, label: Text, amount: Decimal, start: Decimal, width: Decimal, offered: Decimal
) -> Segment:
    return Segment(key, label, plain(amount), percent(start, offered), percent(width, offered))


def percent(amount: Decimal, offered: Decimal) -> float:
    """Of what is offered, as a bar draws it."""
    return float(round(100 * amount / offered, 2))
