"""The resource sheet: from estimates to what is counted against the limits."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from portal.text import Text, say
from proposals.resources import MASS, POWER, RESOURCES, SLOTS, Resource

DENSITY_KG_M3 = (Decimal(20), Decimal(8000))


@dataclass(frozen=True, slots=True)
class Maturity:
    """A design class and the contingency it owes (ESA's unit maturity margins)."""

    code: str
    label: Text
    contingency_percent: Decimal


MATURITIES = {
    maturity.code: maturity
    for maturity in (
        Maturity("AB", say("A/B: off the shelf, 5 %%"), Decimal(5)),
        Maturity("C", say("C: off the shelf with minor change, 10 %%"), Decimal(10)),
        Maturity("D", say("D: new or major redesign, 20 %%"), Decimal(20)),
    )
}


@dataclass(frozen=True, slots=True)
class Element:
    """One row of the sheet. `contingency_percent` is None where the class's own holds."""

    name: str
    quantity: int
    mass_cbe_kg: Decimal
    maturity: str
    contingency_percent: Decimal | None = None
    contingency_reason: str = ""
    place: int = 0  # its row in the form

    @property
    def contingency(self) -> Decimal:
        own = self.contingency_percent
        return MATURITIES[self.maturity].contingency_percent if own is None else own

    @property
    def cbe_kg(self) -> Decimal:
        return self.mass_cbe_kg * self.quantity

    @property
    def mev_kg(self) -> Decimal:
        """Maximum expected value in kg: CBE × quantity × (1 + contingency), up to the gram.

        >>> Element("arm", 1, Decimal("92"), "D").mev_kg
        Decimal('110.400')
        """
        return MASS.up(self.cbe_kg * (100 + self.contingency) / 100)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All elements of one module with its power; mission-level modules draw on nothing."""

    elements: tuple[Element, ...] = ()
    power_average_w: Decimal | None = None
    power_peak_w: Decimal | None = None
    stowed_mm: tuple[int, int, int] | None = None
    draws: bool = True

    @property
    def cbe_kg(self) -> Decimal:
        return sum((element.cbe_kg for element in self.elements), Decimal(0))

    @property
    def mev_kg(self) -> Decimal:
        return sum((element.mev_kg for element in self.elements), Decimal(0))

    def demand(self) -> dict[str, Decimal]:
        """Resource code → what this module asks of its platform."""
        if not self.draws:
            return {}
        return {
            MASS.code: self.mev_kg,
            POWER.code: POWER.up(self.power_peak_w or Decimal(0)),
            SLOTS.code: Decimal(1),
        }


@dataclass(frozen=True, slots=True)
class Limit:
    """What the call offers of one resource on the chosen platform."""

    resource: Resource
    capacity: Decimal
    held_back: Decimal
    module_cap: Decimal | None

    @property
    def available(self) -> Decimal:
        return self.capacity - self.held_back

    @property
    def most(self) -> Decimal:
        """The most one module may ask."""
        return self.available if self.module_cap is None else min(self.module_cap, self.available)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say of the sheet: `hard` stops the filing, the rest is a warning."""

    rule: str
    sentence: Text
    hard: bool
    row: int | None = None
    field: str = ""


def over_cap(sheet: Sheet, limit: Limit, amount: Decimal) -> Text | None:
    """Why this amount may not be asked of one module, or None when it fits."""
    resource = limit.resource
    if amount <= limit.most:
        return None
    if resource is MASS and limit.module_cap is not None and amount > limit.module_cap:
        return say(
            "%(mev)s kg MEV exceeds the %(cap)s kg cap; CBE %(cbe)s kg",
            mev=amount,
            cap=limit.module_cap,
            cbe=sheet.cbe_kg,
        )
    return say(
        "%(amount)s %(basis)s exceeds the %(most)s one module may ask.",
        amount=resource.amount(amount),
        basis=resource.basis,
        most=resource.amount(limit.most),
    )


def remarks(sheet: Sheet, limits: Iterable[Limit]) -> list[Remark]:
    found = []
    for element in sheet.elements:
        default = MATURITIES[element.maturity].contingency_percent
        if element.contingency < default:
            numbers = {"given": element.contingency, "default": default, "name": element.name}
            if len(element.contingency_reason.strip()) < 20:
                found.append(
                    Remark(
                        "contingency_needs_reason",
                        say(
                            "%(name)s: a contingency of %(given)s %% is below the %(default)s %% of its class and needs a reason of at least 20 characters.",
                            **numbers,
                        ),
                        hard=True,
                        row=element.place,
                        field="contingency_reason",
                    )
                )
            else:
                found.append(
                    Remark(
                        "contingency_below_class",
                        say(
                            "%(name)s: a contingency of %(given)s %% is below the %(default)s %% of its class. The screening may restore it.",
                            **numbers,
                        ),
                        hard=False,
                        row=element.place,
                        field="contingency_percent",
                    )
                )
        if sheet.draws and element.mass_cbe_kg == 0:
            found.append(
                Remark(
                    "mass_is_zero",
                    say(
                        "%(name)s: a mass of 0 kg is possible at mission level only.",
                        name=element.name,
                    ),
                    hard=True,
                    row=element.place,
                    field="mass_cbe_kg",
                )
            )
    average, peak = sheet.power_average_w, sheet.power_peak_w
    if average is not None and peak is not None and average > peak:
        found.append(
            Remark(
                "average_above_peak",
                say(
                    "The average of %(average)s W is above the peak of %(peak)s W.",
                    average=average,
                    peak=peak,
                ),
                hard=True,
                field="power_average_w",
            )
        )
    if sheet.draws:
        demand = sheet.demand()
        for limit in limits:
            code = limit.resource.code
            if sentence := over_cap(sheet, limit, demand.get(code, Decimal(0))):
                found.append(Remark(f"{code}_over_cap", sentence, hard=True))
    if (density := density_kg_m3(sheet)) is not None:
        least, most = DENSITY_KG_M3
        if not least <= density <= most:
            found.append(
                Remark(
                    "density",
                    say(
                        "%(density)s kg/m³ of the stowed box is outside %(least)s to %(most)s: check mass and dimensions.",
                        density=density.quantize(Decimal(1)),
                        least=least,
                        most=most,
                    ),
                    hard=False,
                )
            )
    return found


def density_kg_m3(sheet: Sheet) -> Decimal | None:
    """CBE over the stowed box, or None where one of them is not known."""
    if sheet.stowed_mm is None or not sheet.cbe_kg:
        return None
    length, width, height = sheet.stowed_mm
    return sheet.cbe_kg * 10**9 / (length * width * height)


def limit(code: str, capacity: Decimal, held_back: Decimal, module_cap: Decimal | None) -> Limit:
    return Limit(RESOURCES[code], capacity, held_back, module_cap)
