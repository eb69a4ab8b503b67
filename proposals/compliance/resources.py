"""What the rules find in the resource sheet (D) and the shares of the partners (B)."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from portal.text import say
from proposals import content as document
from proposals.compliance.case import Case, Found
from proposals.resources import Resource
from proposals.sheet import (
    DENSITY_KG_M3,
    MATURITIES,
    MODES,
    Element,
    density_kg_m3,
    fits,
    over_cap,
)

NIGHT_W = Decimal(20)
MBIT_DAY = Decimal("86.4")  # of 1 kbit/s
REASON = 20  # characters


def above_offer(resource: Resource) -> Callable[[Case], Iterator[Found]]:
    def look(case: Case) -> Iterator[Found]:
        amount = case.sheet.demand().get(resource.code)
        for limit in case.limits:
            over = limit.resource is resource and amount is not None
            if over and (sentence := over_cap(case.sheet, limit, amount)):
                yield Found(sentence)

    return look


def zero_mass(case: Case) -> Iterator[Found]:
    for element in case.sheet.elements:
        if case.sheet.draws and element.mass_cbe_kg == 0:
            yield Found(
                say(
                    "%(name)s: a mass of 0 kg is possible at mission level only.", name=element.name
                ),
                element.place,
                "mass_cbe_kg",
            )


def unreasoned_contingency(case: Case) -> Iterator[Found]:
    for element, numbers in _below_class(case):
        if len(element.contingency_reason.strip()) < REASON:
            sentence = say(
                "%(name)s: a contingency of %(given)s %% is below the %(default)s %% of its class and needs a reason of at least 20 characters.",
                **numbers,
            )
            yield Found(sentence, element.place, "contingency_reason")


def reasoned_contingency(case: Case) -> Iterator[Found]:
    for element, numbers in _below_class(case):
        if len(element.contingency_reason.strip()) >= REASON:
            sentence = say(
                "%(name)s: a contingency of %(given)s %% is below the %(default)s %% of its class. The screening may restore it.",
                **numbers,
            )
            yield Found(sentence, element.place, "contingency_percent")


def _below_class(case: Case) -> Iterator[tuple[Element, dict]]:
    for element in case.sheet.elements:
        default = MATURITIES[element.maturity].contingency_percent
        if element.contingency < default:
            yield (
                element,
                {"given": element.contingency, "default": default, "name": element.name},
            )


def odd_density(case: Case) -> Iterator[Found]:
    density, (least, most) = density_kg_m3(case.sheet), DENSITY_KG_M3
    if density is not None and not least <= density <= most:
        yield Found(
            say(
                "%(density)s kg/m³ of the stowed box is outside %(least)s to %(most)s: check mass and dimensions.",
                density=density.quantize(Decimal(1)),
                least=least,
                most=most,
            )
        )


def outside_envelope(case: Case) -> Iterator[Found]:
    stowed, envelope = case.sheet.stowed_mm, case.terms.envelope_of(case.platform)
    if stowed and envelope and not fits(stowed, envelope):
        yield Found(
            say(
                "%(stowed)s mm stowed does not fit the %(envelope)s mm of the platform in any order of the axes.",
                stowed=" × ".join(map(str, stowed)),
                envelope=" × ".join(map(str, envelope)),
            )
        )


def unknown_envelope(case: Case) -> Iterator[Found]:
    if case.platform and case.terms.envelope_of(case.platform) is None:
        yield Found(
            say(
                "The call tells no envelope for this platform: the screening looks whether it fits."
            )
        )


def missing_modes(case: Case) -> Iterator[Found]:
    rows = case.rows("resources", "modes")
    given = {row.get("mode") for _, row in rows}
    missing = [label for code, label in MODES if code in {"operate", "peak"} - given]
    if rows and missing:
        modes = ", ".join(map(str, missing))
        yield Found(say("Power modes: a row is missing for %(modes)s.", modes=modes))


def too_much_duty(case: Case) -> Iterator[Found]:
    if case.sheet.duty_percent > 100:
        yield Found(
            say(
                "The duties of the modes add to %(sum)s %%; a day has 100 %%.",
                sum=case.sheet.duty_percent,
            )
        )


def low_peak(case: Case) -> Iterator[Found]:
    peaks = [mode.power_w for mode in case.sheet.modes if mode.code == "peak"]
    for mode in case.sheet.modes:
        if peaks and mode.power_w > max(peaks):
            yield Found(
                say(
                    "%(power)s W in the mode “%(mode)s” is above the peak of %(peak)s W.",
                    power=mode.power_w,
                    mode=dict(MODES)[mode.code],
                    peak=max(peaks),
                ),
                mode.place,
                "power_w",
            )


def hungry_night(case: Case) -> Iterator[Found]:
    night = case.number("resources", "power_night_w")
    if night is not None and night > NIGHT_W:
        yield Found(
            say(
                "%(night)s W through a night of 348 hours: above %(most)s W the host seldom can give it.",
                night=night,
                most=NIGHT_W,
            )
        )


def more_data_than_rate(case: Case) -> Iterator[Found]:
    rate = case.number("resources", "data_rate_kbit_s")
    volume = case.number("resources", "data_mbit_day")
    if rate is not None and volume is not None and volume > rate * MBIT_DAY:
        yield Found(
            say(
                "%(volume)s Mbit a day do not pass at %(rate)s kbit/s: that is %(most)s Mbit at most.",
                volume=volume,
                rate=rate,
                most=rate * MBIT_DAY,
            )
        )


def reversed_temperatures(case: Case) -> Iterator[Found]:
    for kind, label in (("operating", say("Operating")), ("survival", say("Survival"))):
        low, high = _range(case, kind)
        if low is not None and high is not None and low >= high:
            yield Found(
                say(
                    "%(kind)s temperatures: the lowest, %(low)s °C, is not below the highest, %(high)s °C.",
                    kind=label,
                    low=low,
                    high=high,
                ),
                field=f"{kind}_low_c",
            )


def operating_beyond_survival(case: Case) -> Iterator[Found]:
    (low, high), (coldest, hottest) = _range(case, "operating"), _range(case, "survival")
    if None not in (low, high, coldest, hottest) and not coldest <= low <= high <= hottest:
        yield Found(
            say(
                "Operating from %(low)s to %(high)s °C is outside survival from %(coldest)s to %(hottest)s °C.",
                low=low,
                high=high,
                coldest=coldest,
                hottest=hottest,
            )
        )


def uncovered_temperatures(case: Case) -> Iterator[Found]:
    offered = case.terms.temperature_of(case.platform)
    low, high = _range(case, "operating")
    if None in (offered, low, high) or low <= offered[0] < offered[1] <= high:
        return
    yield Found(
        say(
            "Operating from %(low)s to %(high)s °C does not cover the platform's %(coldest)s to %(hottest)s °C.",
            low=low,
            high=high,
            coldest=offered[0],
            hottest=offered[1],
        )
    )


def _range(case: Case, kind: str) -> tuple[Decimal | None, Decimal | None]:
    return (
        case.number("resources", f"{kind}_low_c"),
        case.number("resources", f"{kind}_high_c"),
    )


def shares_above_mass(case: Case) -> Iterator[Found]:
    shared, whole = _shared(case, "share_mass_kg"), case.sheet.mev_kg
    if case.sheet.draws and case.sheet.elements and shared > whole:
        yield Found(
            say(
                "The partners' shares add to %(shared)s kg; the module has %(whole)s kg MEV.",
                shared=shared,
                whole=whole,
            )
        )


def shares_above_power(case: Case) -> Iterator[Found]:
    shared, whole = _shared(case, "share_power_w"), case.sheet.power_peak_w
    if whole is not None and shared > whole:
        yield Found(
            say(
                "The partners' shares add to %(shared)s W; the module has a peak of %(whole)s W.",
                shared=shared,
                whole=whole,
            )
        )


def _shared(case: Case, name: str) -> Decimal:
    given = (document.number(row.get(name, "")) for _, row in case.rows("team", "partners"))
    return sum((share for share in given if share is not None), Decimal(0))
