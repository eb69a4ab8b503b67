"""Headroom while a resource sheet is typed: what it asks against what may be asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from portal.text import Text, plain, say
from proposals.resources import DATA, MASS, POWER, SLOTS
from proposals.sheet import Limit, Sheet, over_cap

CLOSE = Decimal("0.9")
MOST_PERCENT = 125  # the cap stands at 80 % of the line


@dataclass(frozen=True, slots=True)
class Line:
    """One bar: `amount` against `cap`, both as shown with their unit apart."""

    label: Text
    amount: str
    cap: str
    unit: Text
    percent: int
    tone: str
    sentence: Text | str


def lines(sheet: Sheet, limits: Iterable[Limit]) -> list[Line]:
    """A bar for each cap of one module and for what the call offers; none where nothing is drawn."""
    found = []
    demand = sheet.demand()
    for limit in limits:
        amount = demand.get(limit.resource.code)
        if amount is None or limit.resource is SLOTS:
            continue
        refusal = over_cap(sheet, limit, amount)
        caps = [(limit.available, False)]
        if limit.module_cap is not None:
            caps.insert(0, (limit.module_cap, True))
        for cap, one in caps:
            sentence: Text | str = ""
            if amount > cap:
                sentence = refusal or ""
            elif limit.resource is MASS and one:
                sentence = say(
                    "CBE %(cbe)s kg; %(left)s kg more fit.", cbe=sheet.cbe_kg, left=cap - amount
                )
            found.append(
                Line(
                    _label(limit, one),
                    plain(amount),
                    plain(cap),
                    limit.resource.unit,
                    min(int(amount * 100 / cap), MOST_PERCENT) if cap else MOST_PERCENT,
                    _tone(amount, cap),
                    sentence,
                )
            )
    return found


def _label(limit: Limit, one: bool) -> Text:
    if limit.resource is MASS:
        return say("Mass MEV, one module") if one else say("Mass MEV, of what is offered")
    if limit.resource is POWER:
        return say("Peak power, one module") if one else say("Peak power, of what is offered")
    if limit.resource is DATA:
        return say("Data, one module") if one else say("Data, of what is offered")
    return limit.resource.label


def _tone(amount: Decimal, cap: Decimal) -> str:
    if amount > cap:
        return "cinnabar"
    return "amber" if amount > cap * CLOSE else "jade"
