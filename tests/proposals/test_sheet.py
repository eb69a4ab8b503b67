from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.resources import MASS, POWER
from proposals.sheet import (
    MATURITIES,
    Element,
    Limit,
    Sheet,
    density_kg_m3,
    over_cap,
    remarks,
)

CAP = Limit(MASS, Decimal(200), Decimal(20), Decimal(100))
REASON = "The arm flew twice and was weighed."

kilograms = st.decimals("0.001", "500", places=3)
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


def rules(sheet: Sheet, *limits: Limit) -> dict[str, bool]:
    """Rule → hard, of every remark."""
    return {remark.rule: remark.hard for remark in remarks(sheet, limits)}


def arm(percent: str | None = None, reason: str = "") -> Element:
    own = None if percent is None else Decimal(percent)
    return Element("Robotic arm", 1, Decimal(92), "D", own, reason)


def test_a_new_design_of_92_kg_is_110_point_4_kg_mev_and_over_the_cap():
    sheet = of(arm())
    assert sheet.mev_kg == Decimal("110.4")
    assert str(over_cap(sheet, CAP, sheet.mev_kg)) == (
        "110.4 kg MEV exceeds the 100 kg cap; CBE 92 kg"
    )
    assert rules(sheet, CAP) == {"mass_over_cap": True}


def test_a_reasoned_contingency_of_8_percent_is_99_point_36_kg_with_a_warning():
    sheet = of(arm("8", REASON))
    assert sheet.mev_kg == Decimal("99.36")
    assert rules(sheet, CAP) == {"contingency_below_class": False}


def test_a_contingency_below_its_class_without_a_reason_stops_the_filing():
    assert rules(of(arm("8")), CAP) == {"contingency_needs_reason": True}
    assert rules(of(arm("8", "x" * 19)), CAP)["contingency_needs_reason"]
    assert "contingency_needs_reason" not in rules(of(arm("8", "x" * 20)), CAP)


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
    assert rules(sheet, CAP) == {}


def test_without_a_module_cap_the_available_amount_is_the_most():
    limit = Limit(MASS, Decimal(10), Decimal(2), None)
    assert limit.most == 8
    sheet = of(Element("Module", 1, Decimal("8"), "AB"))
    assert "8.4 kg MEV exceeds the 8 kg" in str(over_cap(sheet, limit, sheet.mev_kg))


def test_a_mission_level_payload_draws_nothing_and_may_weigh_nothing():
    sheet = of(Element("Own craft", 1, Decimal(0), "D"), draws=False)
    assert sheet.demand() == {}
    assert rules(sheet, CAP) == {}


def test_a_payload_that_rides_along_weighs_something():
    assert rules(of(Element("Box", 1, Decimal(0), "D")), CAP)["mass_is_zero"]


def test_the_average_power_is_not_above_the_peak():
    sheet = of(
        Element("Box", 1, Decimal(1), "AB"),
        power_average_w=Decimal(20),
        power_peak_w=Decimal("19.9"),
    )
    assert rules(sheet)["average_above_peak"]


def test_peak_power_is_asked_up_to_a_tenth_of_a_watt():
    sheet = of(Element("Box", 1, Decimal(1), "AB"), power_peak_w=Decimal("12.01"))
    assert sheet.demand() == {
        "mass": Decimal("1.05"),
        "power": Decimal("12.1"),
        "slots": Decimal(1),
    }
    assert "power_over_cap" in rules(sheet, Limit(POWER, Decimal(12), Decimal(0), None))


@pytest.mark.parametrize("side_mm, strange", [(100, True), (200, False), (700, False), (900, True)])
def test_a_strange_density_is_a_warning(side_mm, strange):
    sheet = of(Element("Box", 1, Decimal(10), "AB"), stowed_mm=(side_mm,) * 3)
    assert rules(sheet) == ({"density": False} if strange else {})


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
    refused = any(remark.rule == "mass_over_cap" for remark in remarks(sheet, [limit]))
    assert refused == (sheet.mev_kg > cap)


@given(st.lists(elements, max_size=6))
def test_remarks_name_the_row_they_are_about(rows):
    placed = [
        Element(**{**{f: getattr(row, f) for f in row.__slots__}, "place": place})
        for place, row in enumerate(rows)
    ]
    for remark in remarks(of(*placed), []):
        assert remark.row is None or 0 <= remark.row < len(rows)
        assert "%(" not in str(remark.sentence)
