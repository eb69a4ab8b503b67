from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from portal.text import say
from proposals.checks import Problem, check
from proposals.content import applies
from proposals.resources import MASS
from proposals.sections import SECTIONS, STEPS
from proposals.sheet import Limit
from proposals.terms import Terms
from tests.make import content, element
from tests.proposals.test_content import drafts

TERMS = Terms(
    platforms=(("lander", "Lander"),),
    limits=(("lander", (Limit(MASS, Decimal(200), Decimal(20), Decimal(100)),)),),
    envelopes=(("lander", (2000, 1500, 1200)),),
    temperatures=(("lander", (-40, 60)),),
    keywords=(("volatiles", "Volatiles"), ("dust", "Dust"), ("biology", "Biology")),
    need_by=date(2028, 9, 30),
    latitude_deg=Decimal(-45),
)


LETTER = ("letter",)


def wrong(draft: dict, files: tuple[str, ...] = LETTER) -> set[str]:
    """`section.field.rule` of every problem that stops the filing."""
    found = check(draft, TERMS, files=files)
    return {f"{p.section}.{p.field}.{p.rule}" for p in found if p.hard}


def warned(draft: dict) -> set[str]:
    return {problem.rule for problem in check(draft, TERMS, files=LETTER) if not problem.hard}


def test_a_whole_letter_has_nothing_wrong():
    assert check(content(), TERMS, files=LETTER) == []


def test_an_empty_draft_says_everything_that_is_missing():
    found = wrong({}, files=())
    for section in SECTIONS:
        for field in section.fields:
            rule = f"{section.name}.{field.name}.required"
            assert (rule in found) == (field.required and applies(field, {}, TERMS)), rule
    assert {
        "science.objectives.rows",
        "resources.elements.rows",
        "maturity.risks.rows",
        "files.letter.required",
    } <= found


def test_problems_come_in_the_order_of_the_form():
    order = [section.name for section in STEPS]
    places = [order.index(p.section) for p in check({}, TERMS, files=())]
    assert places == sorted(places)


def test_the_signed_letter_is_needed():
    assert wrong(content(), files=()) == {"files.letter.required"}


@pytest.mark.parametrize(
    "section, changed, rule",
    [
        ("identity", {"title": "Too short"}, "title.least"),
        ("identity", {"title": "x" * 151}, "title.most"),
        ("identity", {"level": "orbit"}, "level.choice"),
        ("identity", {"platform": "rover"}, "platform.choice"),
        ("identity", {"platform": ""}, "platform.required"),
        ("identity", {"acronym": "nspi"}, "acronym.shape"),
        ("identity", {"route": "agency"}, "route_body.required"),
        ("identity", {"keywords": ["dust", "volatiles"]}, "keywords.least"),
        ("identity", {"areas": []}, "areas.required"),
        ("identity", {"keywords": ["gold"]}, "keywords.choice"),
        ("resources", {"power_night_w": "many"}, "power_night_w.number"),
        ("resources", {"power_night_w": "50.1"}, "power_night_w.range"),
        ("resources", {"power_night_w": "20.12"}, "power_night_w.places"),
        ("resources", {"lifetime_months": "0"}, "lifetime_months.range"),
        ("resources", {"stowed_length_mm": "400.5"}, "stowed_length_mm.places"),
        ("resources", {"elements": [element("92", "D")]}, "elements.mass_over_cap"),
        ("resources", {"elements": []}, "elements.rows"),
        ("resources", {"elements": [element()] * 21}, "elements.rows"),
        ("resources", {"elements": [element("0")]}, "mass_cbe_kg.mass_is_zero"),
        ("resources", {"elements": [element("-1")]}, "mass_cbe_kg.range"),
        ("maturity", {"trl_now": "9", "trl_delivery": "8"}, "trl_delivery.trl_falls"),
        ("maturity", {"trl_delivery": "7"}, "trl_delivery.trl_low_at_delivery"),
        ("maturity", {"flight_model_on": "May 2028"}, "flight_model_on.date"),
        ("maturity", {"flight_model_on": "2028-10-01"}, "flight_model_on.need_by"),
        ("compliance", {"export_status": "itar"}, "export_plan.required"),
        ("funding", {"funding_status": "secured"}, "funding_source.required"),
        ("funding", {"cost_currency": "DEM"}, "cost_currency.choice"),
        ("team", {"pi_email": "pi at example.org"}, "pi_email.shape"),
        ("team", {"pi_orcid": "0000-0002-1825-0098"}, "pi_orcid.shape"),
        ("declarations", {"privacy": ""}, "privacy.required"),
        ("declarations", {"privacy": "yes"}, "privacy.required"),
        (
            "team",
            {"partners": [{"name": "X", "country": "it", "role": "Does a lot."}]},
            "country.choice",
        ),
        (
            "team",
            {"partners": [{"name": "X", "country": "XY", "role": "Does a lot."}]},
            "country.choice",
        ),
    ],
)
def test_each_rule_stops_the_filing(section, changed, rule):
    found = wrong(content(**{section: changed}))
    assert f"{section}.{rule}" in found


def test_the_day_the_host_needs_it_is_in_time():
    assert wrong(content(maturity={"flight_model_on": "2028-09-30"})) == set()


def test_the_mission_level_needs_no_platform_and_says_how_the_craft_meet():
    alone = content(identity={"level": "mission", "platform": ""})
    assert wrong(alone) == {"science.interaction.required"}


@pytest.mark.parametrize("mass_kg, stops", [("95.238", False), ("95.239", True)])
def test_the_cap_is_checked_on_mev_and_not_on_the_estimate(mass_kg, stops):
    found = wrong(content(mass_cbe_kg=mass_kg))
    assert found == ({"resources.elements.mass_over_cap"} if stops else set())


def test_a_low_trl_is_a_warning():
    low = content(maturity={"trl_now": "3"})
    assert (wrong(low), warned(low)) == (set(), {"trl_low"})


def test_a_problem_in_a_table_names_its_row():
    rows = [element("10"), element("heavy")]
    (problem,) = check(content(resources={"elements": rows}), TERMS, files=LETTER)
    assert (problem.table, problem.row, problem.field) == ("elements", 1, "mass_cbe_kg")
    assert "“heavy” is not a number" in str(problem.sentence)


def test_places_count_the_rows_as_they_were_typed():
    rows = [dict.fromkeys(element(), ""), element("heavy")]
    (problem,) = check(content(resources={"elements": rows}), TERMS, files=LETTER)
    assert problem.row == 1


@given(drafts)
def test_anything_can_be_checked_and_every_sentence_is_whole(draft):
    for problem in check(draft, TERMS, files=()):
        assert str(problem.sentence)
        assert "%(" not in str(problem.sentence)


@pytest.mark.parametrize(
    "problem, clause",
    [
        (Problem("identity", "title", "required", say("x")), "A1"),
        (Problem("resources", "name", "required", say("x"), 0, "elements"), "D1"),
        (Problem("files", "letter", "required", say("x")), "H1"),
    ],
)
def test_a_problem_names_the_clause_of_the_form(problem, clause):
    assert problem.clause == clause


def test_a_problem_keeps_its_identity_until_its_numbers_change():
    (one,) = check(content(mass_cbe_kg="96"), TERMS, files=LETTER)
    (same,) = check(content(mass_cbe_kg="96.0"), TERMS, files=LETTER)
    (other,) = check(content(mass_cbe_kg="97"), TERMS, files=LETTER)
    assert one.id == same.id != other.id
