from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.resources import DATA, MASS, POWER
from proposals.sheet import (
    MATURITIES,
    Element,
    Limit,
    Mode,
    Sheet,
    density_kg_m3,
    fits,
    over_cap,
)

CAP = Limit(MASS, Decimal(200), Decimal(20), Decimal(100))
REASON = "The arm flew twice and was weighed."

kilograms = st.decimals("0.001", "500", places=3)
watts = st.decimals("0", "500", places=1)
duties = st.decimals("0", "100", places=1)
percents = st.none() | st.decimals("0", "60", places=1)
elements = st.builds(
    Element,
    name=st.text(min_size=1, max_size=20),
    quantity=st.integers(1, 50),
    mass_cbe_kg=kilograms,
    maturity=st.sampled_from(sorted(MATURITIES)),
    contingency_percent=percents,
    contingency_reason=st.sampled_from(["", REASON]),
)


def of(*rows: Element, **more) -> Sheet:
    return Sheet(elements=rows, **more)


def arm(percent: str | None = None, reason: str = "") -> Element:
    own = None if percent is None else Decimal(percent)
    return Element("Robotic arm", 1, Decimal(92), "D", own, reason)


def test_a_new_design_of_92_kg_is_110_point_4_kg_mev_and_over_the_cap():
    sheet = of(arm())
    assert sheet.mev_kg == Decimal("110.4")
    assert str(over_cap(sheet, CAP, sheet.mev_kg)) == (
        "110.4 kg MEV exceeds the 100 kg cap; CBE 92 kg"
    )


def test_a_contingency_of_its_own_takes_the_place_of_the_class():
    sheet = of(arm("8", REASON))
    assert sheet.mev_kg == Decimal("99.36")
    assert over_cap(sheet, CAP, sheet.mev_kg) is None


def test_grams_are_kept():
    assert of(Element("Reflector", 1, Decimal("0.9"), "AB")).mev_kg == Decimal("0.945")


def test_mev_is_rounded_up_to_the_gram():
    assert Element("Tag", 1, Decimal("0.001"), "AB").mev_kg == Decimal("0.002")


def test_sums_run_over_quantities_and_rows():
    sheet = of(
        Element("Sensor", 3, Decimal("1.2"), "AB"),
        Element("Harness", 1, Decimal("0.5"), "C"),
        Element("Boom", 2, Decimal("2"), "D"),
    )
    assert sheet.cbe_kg == Decimal("8.1")
    assert sheet.mev_kg == Decimal("3.78") + Decimal("0.55") + Decimal("4.8")


@pytest.mark.parametrize("code, percent", [("AB", 5), ("C", 10), ("D", 20)])
def test_each_class_owes_its_contingency(code, percent):
    assert Element("Box", 1, Decimal(100), code).mev_kg == 100 + percent


def test_the_cap_itself_fits():
    sheet = of(Element("Module", 1, Decimal("80"), "D", Decimal(25)))
    assert sheet.mev_kg == 100
    assert over_cap(sheet, CAP, sheet.mev_kg) is None


def test_without_a_module_cap_the_available_amount_is_the_most():
    limit = Limit(MASS, Decimal(10), Decimal(2), None)
    assert limit.most == 8
    sheet = of(Element("Module", 1, Decimal("8"), "AB"))
    assert "8.4 kg MEV exceeds the 8 kg" in str(over_cap(sheet, limit, sheet.mev_kg))


def test_a_mission_level_payload_draws_nothing_and_may_weigh_nothing():
    sheet = of(Element("Own craft", 1, Decimal(0), "D"), draws=False)
    assert sheet.demand() == {}


MODES = (
    Mode("standby", Decimal(3), Decimal(60)),
    Mode("operate", Decimal("12.01"), Decimal(38)),
    Mode("peak", Decimal(20), Decimal(2)),
)


def test_average_power_is_the_sum_of_watts_and_duty_and_peak_the_highest():
    sheet = of(modes=MODES)
    assert sheet.duty_percent == 100
    assert sheet.power_average_w == Decimal("6.8")  # 1.8 + 4.5638 + 0.4, up to a tenth
    assert sheet.power_peak_w == 20


@given(st.lists(st.builds(Mode, st.just("operate"), watts, duties), min_size=1, max_size=6))
def test_the_average_of_a_day_is_never_above_the_peak(modes):
    sheet = of(modes=tuple(modes))
    if sheet.duty_percent <= 100:
        assert sheet.power_average_w <= POWER.up(sheet.power_peak_w)


def test_what_is_not_stated_is_unknown_and_what_is_passive_is_nothing():
    assert (of().power_average_w, of().power_peak_w) == (None, None)
    passive = of(passive=True)
    assert (passive.power_average_w, passive.power_peak_w) == (0, 0)


def test_what_is_asked_of_the_platform():
    sheet = of(
        Element("Box", 1, Decimal(1), "AB"),
        modes=(Mode("peak", Decimal("12.01"), Decimal(1)),),
        data_mbit_day=Decimal("0.11"),
    )
    assert sheet.demand() == {
        "mass": Decimal("1.05"),
        "power": Decimal("12.1"),
        "data": Decimal("0.2"),
        "slots": Decimal(1),
    }
    assert str(over_cap(sheet, Limit(POWER, Decimal(12), Decimal(0), None), Decimal("12.1"))) == (
        "12.1 W peak exceeds the 12 W one module may ask."
    )
    assert str(over_cap(sheet, Limit(DATA, Decimal("0.1"), Decimal(0), None), Decimal("0.2"))) == (
        "0.2 Mbit/day sent exceeds the 0.1 Mbit/day one module may ask."
    )


@pytest.mark.parametrize(
    "stowed, inside",
    [
        ((300, 150, 150), True),
        ((150, 300, 150), True),
        ((150, 150, 300), True),
        ((301, 150, 150), False),
        ((151, 151, 100), False),
    ],
)
def test_a_box_may_be_turned_to_fit(stowed, inside):
    assert fits(stowed, (300, 150, 150)) is inside


def test_without_a_box_there_is_no_density():
    assert density_kg_m3(of(Element("Box", 1, Decimal(10), "AB"))) is None


@given(st.lists(elements, max_size=20))
def test_what_is_asked_is_never_below_the_estimate(rows):
    sheet = of(*rows)
    assert sheet.mev_kg >= sheet.cbe_kg
    assert sheet.mev_kg == sum(row.mev_kg for row in rows)
    assert sheet.mev_kg == MASS.up(sheet.mev_kg)
    exact = sum(row.cbe_kg * (100 + row.contingency) / 100 for row in rows)
    assert exact <= sheet.mev_kg < exact + Decimal("0.001") * max(len(rows), 1)


@given(st.lists(elements, min_size=1, max_size=5), kilograms)
def test_a_cap_refuses_exactly_what_is_over_it(rows, cap):
    sheet = of(*rows)
    limit = Limit(MASS, Decimal(500), Decimal(0), cap)
    assert (over_cap(sheet, limit, sheet.mev_kg) is not None) == (sheet.mev_kg > cap)
