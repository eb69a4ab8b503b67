import json
from decimal import Decimal
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import canonical
from proposals import content as document
from proposals import reading
from proposals.sections import CHOICES, SECTIONS, Field
from proposals.terms import Terms
from tests.make import content, element

TERMS = Terms(latitude_deg=Decimal(-45))


def typed_again(frozen: dict) -> dict:
    """What was frozen, typed into a form again."""

    def text(value):
        if isinstance(value, bool):
            return "on" if value else ""
        return value if isinstance(value, list) else "" if value is None else str(value)

    return {
        section: {
            name: [{key: text(one) for key, one in row.items()} for row in value]
            if isinstance(value, list) and value and isinstance(value[0], dict)
            else text(value)
            for name, value in fields.items()
        }
        for section, fields in frozen.items()
    }


def entry(field: Field):
    if field.kind == CHOICES:
        return st.lists(st.sampled_from(["science", "volatiles", "x"]), max_size=3)
    return st.sampled_from(["", " ", "on", "7", "1,5", "0.10", "1e3", "NaN", "2028-05-31", "a"]) | (
        st.text(max_size=12)
    )


drafts = st.fixed_dictionaries(
    {},
    optional={
        section.name: st.fixed_dictionaries(
            {},
            optional={
                **{field.name: entry(field) for field in section.fields},
                **{
                    rows.name: st.lists(
                        st.fixed_dictionaries({field.name: entry(field) for field in rows.fields}),
                        max_size=3,
                    )
                    for rows in section.rows
                },
            },
        )
        for section in SECTIONS
    },
)


@given(drafts)
def test_whatever_was_typed_can_be_frozen_and_read_back(draft):
    frozen = document.typed(draft, TERMS)
    assert json.loads(json.dumps(frozen)) == frozen
    assert document.typed(typed_again(frozen), TERMS) == frozen
    assert canonical.digest(document.typed(typed_again(frozen), TERMS)) == canonical.digest(frozen)


@given(drafts)
def test_a_draft_of_anything_has_a_sheet(draft):
    sheet = document.sheet(draft)
    assert sheet.mev_kg >= sheet.cbe_kg >= 0


def test_a_whole_letter_freezes_with_its_types():
    frozen = document.typed(content(mass_cbe_kg="9,60"), TERMS)
    assert frozen["resources"]["elements"][0]["mass_cbe_kg"] == "9.60"
    assert frozen["resources"]["stowed_length_mm"] == 400
    assert frozen["resources"]["elements"][0]["contingency_percent"] is None
    assert frozen["declarations"]["authority"] is True
    assert frozen["identity"]["areas"] == ["science"]


def test_every_field_that_applies_is_frozen():
    frozen = document.typed({}, TERMS)
    for section in SECTIONS:
        asked = {one.name for one in section.items if document.applies(one, {}, TERMS)}
        assert set(frozen[section.name]) == asked


def test_rows_in_which_nothing_is_filled_in_are_no_rows():
    draft = content(resources={"elements": [element("1"), dict.fromkeys(element(), " ")]})
    assert len(document.typed(draft, TERMS)["resources"]["elements"]) == 1
    assert document.sheet(draft).cbe_kg == 1


def test_ticks_freeze_in_one_order():
    one = document.typed(content(identity={"areas": ["science", "ground"]}), TERMS)
    other = document.typed(content(identity={"areas": ["ground", "science"]}), TERMS)
    assert canonical.digest(one) == canonical.digest(other)


@pytest.mark.parametrize(
    "raw, value",
    [
        ("1.5", Decimal("1.5")),
        (" 1,5 ", Decimal("1.5")),
        ("", None),
        ("1.000,5", None),
        ("NaN", None),
        ("Infinity", None),
        ("ten", None),
        ("1e2", Decimal(100)),
        ("0.001", Decimal("0.001")),
        ("1000000000", Decimal(10**9)),
        # Typed in a second, and reckoned with for hours.
        ("1e999999", None),
        ("-1e999999", None),
        ("1e-999999", None),
        ("0e999999", None),
        ("9" * 20_000, None),
        ("1." + "0" * 20_000, None),
    ],
    ids=lambda value: str(value)[:12],
)
def test_numbers_are_read_as_people_type_them(raw, value):
    assert document.number(raw) == value


def test_elements_that_cannot_be_read_yet_are_left_out_of_the_sheet():
    rows = [
        element("10"),
        element("ten"),
        element("10", "Z"),
        element("10", quantity="0"),
        element("10", quantity="1.5"),
        element("501"),
    ]
    sheet = document.sheet(content(resources={"elements": rows}))
    assert [row.place for row in sheet.elements] == [0]


def test_a_half_given_box_is_no_box():
    assert document.sheet(content(resources={"stowed_width_mm": ""})).stowed_mm is None
    assert document.sheet(content()).stowed_mm == (400, 300, 250)


def test_the_mission_level_draws_nothing():
    assert document.sheet(content(identity={"level": "mission"})).demand() == {}
    assert document.sheet(content()).demand()["mass"] == Decimal("10.5")


# A letter filed before the form was complete

OLDER = {
    "resources": {
        "power_average_w": "12",
        "power_peak_w": "20.0",
        "data_mbit_day": "800",
        "elements": [element("10")],
    },
    "compliance": {
        "radioactive": "Cm-244, sealed",
        "biological": "none",
        "hazards": "none",
        "funding_status": "secured",
        "funding_source": "National programme",
    },
    "declarations": {"no_exchange_of_funds": True, "authority": True},
}


def test_what_was_filed_before_reads_as_it_did():
    parts = reading.parts(reading.thaw(OLDER), TERMS)
    shown = {(str(line.label), line.value) for part in parts for line in part.lines}
    assert shown >= {
        ("Average power", "12"),
        ("Peak power", "20.0"),
        ("Data volume", "800"),
        ("Radioactive sources", "Cm-244, sealed"),
        ("Source of funding", "National programme"),
        ("Funding", "secured"),
    }
    sheet = document.sheet(reading.thaw(OLDER))
    assert (sheet.power_average_w, sheet.power_peak_w) == (12, 20)
    assert sheet.demand()["power"] == 20


def test_a_draft_of_before_moves_along_and_loses_nothing():
    moved = import_module("proposals.migrations.0011_site_of_a_mission").moved(reading.thaw(OLDER))
    sheet = document.sheet(moved)
    assert (sheet.power_average_w, sheet.power_peak_w) == (12, 20)
    assert moved["compliance"]["sources"][0]["purpose"] == "Cm-244, sealed"
    assert moved["compliance"]["hazard_kinds"] == ["none"]
    assert moved["compliance"]["living"] == "no"
    assert moved["funding"] == {
        "funding_status": "secured",
        "funding_source": "National programme",
        "no_exchange_of_funds": "on",
    }
    form = {rows.name for section in SECTIONS for rows in section.items}
    assert {name for given in moved.values() for name in given} <= form
