"""The resource sheet: from estimates to what is counted against the limits."""

from dataclasses import dataclass
from decimal import Decimal

from portal.text import Text, say
from proposals.resources import DATA, MASS, POWER, RESOURCES, SLOTS, Resource

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


MODES = (
    ("survival", say("off, survival")),
    ("standby", say("standby")),
    ("operate", say("operate")),
    ("peak", say("peak")),
)


@dataclass(frozen=True, slots=True)
class Mode:
    """One row of the power modes: what it draws, for which share of the time."""

    code: str
    power_w: Decimal
    duty_percent: Decimal
    place: int = 0  # its row in the form


@dataclass(frozen=True, slots=True)
class Sheet:
    """All elements of one module, its power and data; mission-level modules draw on nothing.

    What is not stated is None: a passive module states 0 of everything.
    """

    elements: tuple[Element, ...] = ()
    modes: tuple[Mode, ...] = ()
    data_mbit_day: Decimal | None = None
    stowed_mm: tuple[int, int, int] | None = None
    draws: bool = True
    passive: bool = False

    @property
    def cbe_kg(self) -> Decimal:
        return sum((element.cbe_kg for element in self.elements), Decimal(0))

    @property
    def mev_kg(self) -> Decimal:
        return sum((element.mev_kg for element in self.elements), Decimal(0))

    @property
    def duty_percent(self) -> Decimal:
        return sum((mode.duty_percent for mode in self.modes), Decimal(0))

    @property
    def power_average_w(self) -> Decimal | None:
        """The sum of W × duty over the modes."""
        if not self.modes:
            return Decimal(0) if self.passive else None
        return POWER.up(sum(mode.power_w * mode.duty_percent for mode in self.modes) / 100)

    @property
    def power_peak_w(self) -> Decimal | None:
        """The highest of the modes."""
        return max(
            (mode.power_w for mode in self.modes), default=Decimal(0) if self.passive else None
        )

    def demand(self) -> dict[str, Decimal]:
        """Resource code → what this module asks of its platform; what is not stated is left out."""
        if not self.draws:
            return {}
        asked = {MASS: self.mev_kg, POWER: self.power_peak_w, DATA: self.data_mbit_day}
        return {
            **{of.code: of.up(amount) for of, amount in asked.items() if amount is not None},
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


def density_kg_m3(sheet: Sheet) -> Decimal | None:
    """CBE over the stowed box, or None where one of them is not known."""
    if sheet.stowed_mm is None or not sheet.cbe_kg:
        return None
    length, width, height = sheet.stowed_mm
    return sheet.cbe_kg * 10**9 / (length * width * height)


def fits(stowed_mm: tuple[int, int, int], envelope_mm: tuple[int, int, int]) -> bool:
    """Whether a box stands in an envelope in some order of its axes."""
    return all(a <= b for a, b in zip(sorted(stowed_mm), sorted(envelope_mm), strict=True))


def limit(code: str, capacity: Decimal, held_back: Decimal, module_cap: Decimal | None) -> Limit:
    return Limit(RESOURCES[code], capacity, held_back, module_cap)
