from dataclasses import replace
from decimal import Decimal

import pytest

from proposals.checks import check
from proposals.compliance import BLOCK, LEVELS, REFER, RULES, WARN
from proposals.resources import DATA, MASS, POWER, SLOTS
from proposals.sheet import Limit
from tests.make import content, element
from tests.make.documents import mode, modes
from tests.proposals.test_checks import TERMS

LETTER = ("letter",)
REASON = "x" * 20
POLAR = replace(TERMS, latitude_deg=Decimal("-79.001"))
LEVEL = {rule.name: rule.level for rule in RULES}


def offering(resource, most) -> tuple:
    return (("lander", (Limit(resource, Decimal(most), Decimal(0), None),)),)


def partner(**share: str) -> dict:
    return {"team": {"partners": [{"name": "X", "role": "Builds a part.", **share}]}}


def milestone(*rows: tuple[str, str]) -> dict:
    return {"maturity": {"milestones": [{"milestone": name, "on": day} for name, day in rows]}}


def operating(low: str, high: str) -> dict:
    return {"resources": {"operating_low_c": low, "operating_high_c": high}}


def survival(low: str, high: str) -> dict:
    return {"resources": {"survival_low_c": low, "survival_high_c": high}}


def heavy(mass: str, percent: str = "", reason: str = "") -> dict:
    row = element(mass, "D", contingency_percent=percent, contingency_reason=reason)
    return {"resources": {"elements": [row]}}


def box(*sides: int) -> dict:
    names = ("stowed_length_mm", "stowed_width_mm", "stowed_height_mm")
    return {"resources": dict(zip(names, map(str, sides), strict=True))}


def running(*rows: tuple[str, str, str]) -> dict:
    return {"resources": {"modes": [mode(*row) for row in rows]}}


def typed(section: str, **changed: str) -> dict:
    return {section: changed}


def source(isotope: str, activity_bq: str) -> dict:
    row = {"isotope": isotope, "activity_bq": activity_bq, "sealed": "yes", "purpose": "Tuning"}
    return {"compliance": {"radioactivity": "some", "sources": [row]}}


def cost(low: str, high: str) -> dict:
    return {"funding": {"cost_low": low, "cost_high": high, "cost_currency": "EUR"}}


# fmt: off
EDGES = [  # rule, what it lets pass, what it finds, the terms where not the usual ones
    ("shares_above_mass", partner(share_mass_kg="10.5"), partner(share_mass_kg="10.501")),
    ("shares_above_power", partner(share_power_w="20"), partner(share_power_w="20.1")),
    ("names_in_text", {}, typed("science", background="By institute  c. " * 9), replace(TERMS, hides_applicants=True)),
    ("us_affiliation", typed("team", us_affiliation="none"), typed("team", us_affiliation="unsure")),
    ("us_affiliation", typed("team", us_affiliation="none"), typed("team", us_affiliation="yes")),
    ("mass_over_cap", heavy("83.333"), heavy("83.334")),
    ("mass_is_zero", heavy("0.001"), heavy("0")),
    ("contingency_needs_reason", heavy("50", "19.9", REASON), heavy("50", "19.9", "x" * 19)),
    ("contingency_below_class", heavy("50", "20"), heavy("50", "19.9", REASON)),
    ("outside_envelope", box(1200, 2000, 1500), box(1201, 2000, 1501)),
    ("envelope_unknown", {}, {}, replace(TERMS, envelopes=())),
    ("density", box(400, 300, 250), box(10, 100, 1000)),
    ("density", box(790, 790, 790), box(800, 800, 800)),
    ("modes_missing", running(("operate", "12", "50"), ("peak", "20", "1")), running(("operate", "12", "50"))),
    ("modes_missing", running(("operate", "12", "50"), ("peak", "20", "1")), running(("peak", "20", "1"))),
    ("duty_over_100", running(("operate", "12", "99"), ("peak", "20", "1")), running(("operate", "12", "99.1"), ("peak", "20", "1"))),
    ("peak_is_not_highest", running(("operate", "20", "9"), ("peak", "20", "1")), running(("operate", "20.1", "9"), ("peak", "20", "1"))),
    ("power_over_cap", {"resources": modes("12", "20")}, {"resources": modes("12", "20.1")}, replace(TERMS, limits=offering(POWER, 20))),
    ("slots_over_cap", {}, {}, replace(TERMS, limits=offering(SLOTS, 0))),
    ("data_over_cap", typed("resources", data_mbit_day="800"), typed("resources", data_mbit_day="800.1"), replace(TERMS, limits=offering(DATA, 800))),
    ("night_power", typed("resources", power_night_w="20"), typed("resources", power_night_w="20.1")),
    ("data_over_rate", typed("resources", data_rate_kbit_s="10", data_mbit_day="864"), typed("resources", data_rate_kbit_s="10", data_mbit_day="864.1")),
    ("temperatures_reversed", operating("-40", "60"), operating("60", "60")),
    ("temperatures_reversed", survival("-180", "90"), survival("90", "90")),
    ("operating_beyond_survival", operating("-180", "90"), operating("-181", "90")),
    ("operating_beyond_survival", operating("-180", "90"), operating("-180", "91")),
    ("temperatures_uncovered", operating("-40", "60"), operating("-39", "60")),
    ("temperatures_uncovered", operating("-40", "60"), operating("-40", "59")),
    ("trl_low", typed("maturity", trl_now="4"), typed("maturity", trl_now="3")),
    ("trl_falls", typed("maturity", trl_now="8"), typed("maturity", trl_now="9")),
    ("trl_low_at_delivery", typed("maturity", trl_delivery="8"), typed("maturity", trl_delivery="7")),
    ("milestone_twice", milestone(("pdr", "2027-01-01"), ("cdr", "2027-02-01")), milestone(("pdr", "2027-01-01"), ("pdr", "2027-02-01"))),
    ("milestones_out_of_order", milestone(("cdr", "2027-02-01"), ("pdr", "2027-02-01")), milestone(("cdr", "2027-02-01"), ("pdr", "2027-02-02"))),
    ("milestones_out_of_order", milestone(("qm", "2028-05-31")), milestone(("qm", "2028-06-01"))),
    ("need_by", typed("maturity", flight_model_on="2028-09-30"), typed("maturity", flight_model_on="2028-10-01")),
    ("site_not_told", {}, {}, replace(TERMS, latitude_deg=None)),
    ("inventory_missing", typed("compliance", organics_g="1000"), typed("compliance", organics_g="1000.1"), POLAR),
    ("living_material", typed("compliance", living="no"), typed("compliance", living="yes", biological=REASON)),
    ("radioactive_source", {}, source("Cm-244", "1e9")),
    ("none_and_more", typed("compliance", hazard_kinds=["none"]), {"compliance": {"hazard_kinds": ["none", "laser"], "hazards": REASON}}),
    ("controlled_parts", {}, {"compliance": {"export_status": "itar", "origins": [{"country": "US", "parts": "Cores"}], "export_plan": REASON}}),
    ("controlled_parts", {}, {"compliance": {"export_status": "unknown", "export_plan": REASON}}),
    ("no_funding", typed("funding", funding_status="applied"), typed("funding", funding_status="none")),
    ("cost_reversed", cost("2", "2"), cost("2.01", "2")),
    ("cost_currency", typed("funding", cost_low="2", cost_currency="CNY"), typed("funding", cost_low="2")),
]
# fmt: on


@pytest.mark.parametrize("rule, passes, found, terms", [(*row, TERMS)[:4] for row in EDGES])
def test_each_rule_at_its_edge(rule, passes, found, terms):
    if passes != found:
        assert rule not in {one.rule for one in check(content(**passes), terms, files=LETTER)}
    else:
        assert check(content(**passes), TERMS, files=LETTER) == []
    problems = check(content(**found), terms, files=LETTER)
    (problem,) = [one for one in problems if one.rule == rule]
    assert problem.level == LEVEL[rule]
    assert "%(" not in str(problem.sentence)


def test_every_rule_of_the_table_has_its_edge_here():
    tried = {row[0] for row in EDGES} | {"required"}
    assert tried == {rule.name for rule in RULES}


def test_every_rule_says_where_it_stands_and_what_it_does():
    for rule in RULES:
        assert rule.level in LEVELS
        assert rule.clause[0] in "ABCDEFGHI"
        assert str(rule.says).endswith(".")


def test_an_inventory_settles_what_asks_for_it():
    draft = content(compliance={"organics_g": "1400"})
    assert check(draft, POLAR, files=("letter", "inventory")) == []
    assert [p.rule for p in check(draft, POLAR, files=LETTER)] == ["inventory_missing"]
    assert check(draft, TERMS, files=LETTER) == []  # at another site nobody asks


@pytest.mark.parametrize(
    "latitude, shadowed, category",
    [
        ("-79", None, "IIa"),
        ("-79.001", None, "IIb"),
        ("86", False, "IIa"),
        ("86.001", False, "IIb"),
        ("0", True, "IIb"),
        (None, True, "IIb"),
        (None, None, ""),
        (None, False, ""),
    ],
)
def test_the_site_decides_the_category(latitude, shadowed, category):
    degrees = None if latitude is None else Decimal(latitude)
    assert replace(TERMS, latitude_deg=degrees, shadowed=shadowed).protection == category


# The cases that an agency tells of


def test_a_robot_of_92_kg_is_over_the_cap():
    robot = content(identity={"level": "system"}, **heavy("92"))
    (problem,) = check(robot, TERMS, files=LETTER)
    assert str(problem.sentence) == "110.4 kg MEV exceeds the 100 kg cap; CBE 92 kg"
    assert (problem.level, problem.clause) == (BLOCK, "D1")


def test_the_same_robot_with_a_reasoned_contingency_may_be_filed_with_a_warning():
    robot = content(identity={"level": "system"}, **heavy("92", "8", REASON))
    assert [p.level for p in check(robot, TERMS, files=LETTER)] == [WARN]


def test_a_cubesat_at_mission_level_weighs_nothing_here_and_says_what_it_does():
    own = {"identity": {"level": "mission", "platform": ""}}
    silent = content(**own, **heavy("0"))
    assert [p.field for p in check(silent, TERMS, files=LETTER)] == ["interaction"]
    telling = content(**own, **heavy("0"), science={"interaction": "It relays to Earth. " * 5})
    assert check(telling, TERMS, files=LETTER) == []


def test_a_passive_reflector_states_neither_watts_nor_bits():
    silent = {"modes": [], "power_night_w": "", "data_rate_kbit_s": "", "data_mbit_day": ""}
    reflector = content(identity={"level": "unit"}, resources={"powered": "passive", **silent})
    limits = (*offering(POWER, 1)[0][1], *offering(DATA, 1)[0][1])
    terms = replace(TERMS, limits=(("lander", limits),))
    reflector["team"]["partners"] = []  # whose share of the power would be above its 0 W
    assert check(reflector, terms, files=LETTER) == []
    asked = {p.field for p in check(content(resources=silent), TERMS, files=LETTER)}
    assert {"modes", "power_night_w", "data_rate_kbit_s", "data_mbit_day"} <= asked


def test_parts_under_control_need_a_plan_and_their_origin():
    found = check(content(compliance={"export_status": "itar"}), TERMS, files=LETTER)
    assert [(p.field, p.level) for p in found] == [
        ("export_status", REFER),
        ("origins", BLOCK),
        ("export_plan", BLOCK),
    ]


def test_limits_are_those_of_the_chosen_platform():
    terms = replace(TERMS, limits=(("rover", (Limit(MASS, Decimal(1), Decimal(0), None),)),))
    assert check(content(), terms, files=LETTER) == []


def test_a_name_in_a_text_is_found_where_it_stands_and_only_where_applicants_are_hidden():
    named = content(
        science={"background": "As Lunar Works did before. " * 6},
        resources={"elements": [{**element(), "name": "Head by Co-investigator"}]},
    )
    terms = replace(TERMS, hides_applicants=True)
    found = check(named, terms, files=LETTER, lead=("Lunar Works", "LW"))
    assert [(p.section, p.table, p.field, p.row, p.level) for p in found] == [
        ("science", "", "background", None, WARN),
        ("resources", "elements", "name", 0, WARN),
    ]
    assert "this names Lunar Works" in str(found[0].sentence)
    assert check(named, TERMS, files=LETTER, lead=("Lunar Works",)) == []
