"""The order of the cases: the worked example, each rule for ties alone, and what holds always."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import order, scoring
from reviews.order import Candidate, Choice
from reviews.scoring import Agreed
from tests.reviews.test_scoring import MEV_KG, RUBRIC, WORKED, spread


def case(reference: str, total="75", c1="4", c3="4", mev="5", level="", discipline="", country=""):
    criteria = {"C1": Decimal(c1), "C3": Decimal(c3)}
    agreed = Agreed(criteria, Decimal(total))
    return Candidate(reference, agreed, Decimal(mev), level, discipline, country)


def placed(*cases: Candidate, choices: tuple[Choice, ...] = ()) -> list[tuple]:
    return [(p.reference, p.rank, p.tied, p.broken_by) for p in order.rank(cases, choices)]


def test_the_worked_example_in_its_order():
    cases = [
        Candidate(name, scoring.agree(spread(lines), {}, RUBRIC), Decimal(MEV_KG[name]))
        for name, (lines, *_) in WORKED.items()
    ]
    assert placed(*cases) == [
        ("FIC-02", 1, False, "C1"),
        ("FIC-07", 2, False, "C1"),
        ("FIC-01", 3, False, ""),
        ("FIC-08", 4, False, ""),
        ("FIC-05", 5, False, ""),
    ]


# Each pair is equal in every rule before the one that tells it apart.
@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        ("C1", case("B", c1="4.5", c3="1"), case("A")),
        ("C3", case("B", c3="4.5", mev="9"), case("A")),
        ("coverage", case("B", level="system", mev="9"), case("A", level="unit", country="KE")),
        ("coverage", case("B", discipline="dust", mev="9"), case("A", discipline="radio")),
        ("country", case("B", country="KE", mev="9"), case("A", country="IT")),
        ("MEV", case("B", mev="4.9"), case("A")),
    ],
)
def test_each_rule_decides_in_its_turn(rule, first, second):
    # A better case before them has what the second of them would add.
    ahead = replace(second, reference="0", agreed=case("", total="90").agreed)
    assert placed(second, first, ahead)[1:] == [
        ("B", 2, False, rule),
        ("A", 3, False, rule),
    ]


def test_totals_are_compared_to_the_half_point():
    assert placed(case("A", "75.2", c1="3"), case("B", "74.8"))[0] == ("B", 1, False, "C1")
    assert placed(case("A", "75.3", c1="3"), case("B", "74.8"))[0] == ("A", 1, False, "")


def test_what_the_rules_leave_equal_is_tied_until_the_chair_chooses():
    three = case("A"), case("B"), case("C", mev="6")
    assert placed(*three) == [("A", 1, True, ""), ("B", 1, True, "MEV"), ("C", 3, False, "MEV")]
    chosen = Choice("B", frozenset({"A"}))
    assert placed(*three, choices=(chosen,)) == [
        ("B", 1, False, "choice"),
        ("A", 2, False, "choice"),
        ("C", 3, False, "MEV"),
    ]


def test_a_later_choice_takes_the_place_of_an_earlier_one():
    choices = Choice("B", frozenset({"A"})), Choice("A", frozenset({"B"}))
    assert [p[0] for p in placed(case("A"), case("B"), choices=choices)] == ["A", "B"]


def test_a_choice_between_two_says_nothing_of_a_third_that_joins_them():
    chosen = (Choice("B", frozenset({"A"})),)
    assert [p[1:3] for p in placed(case("A"), case("B"), case("C"), choices=chosen)] == [
        (1, True)
    ] * 3


def test_a_choice_settles_nothing_that_a_rule_settles():
    chosen = (Choice("B", frozenset({"A"})),)
    assert placed(case("A"), case("B", mev="6"), choices=chosen)[0] == ("A", 1, False, "MEV")


def test_an_organisation_without_a_country_covers_none():
    assert placed(case("A"), case("B", country="KE"))[0] == ("B", 1, False, "country")


def test_a_case_without_a_review_has_no_place():
    assert order.rank([Candidate("A", Agreed({}, None), Decimal(1))]) == []


CASES = st.lists(
    st.builds(
        lambda total, c1, c3, mev, level, country: case(
            "", f"{total}", f"{c1}", f"{c3}", f"{mev}", level, "", country
        ),
        st.sampled_from([Decimal("75"), Decimal("75.2"), Decimal("80")]),
        st.sampled_from([Decimal(4), Decimal("4.5")]),
        st.just(Decimal(4)),
        st.integers(1, 2),
        st.sampled_from(["unit", "system"]),
        st.sampled_from(["", "KE", "IT"]),
    ),
    min_size=1,
    max_size=4,
).map(lambda found: [replace(c, reference=f"R{n}") for n, c in enumerate(found)])


@given(CASES)
def test_the_order_of_the_cases_means_nothing(cases):
    found = order.rank(cases)
    for other in permutations(cases):
        assert order.rank(other) == found
    assert [p.rank for p in found] == sorted(p.rank for p in found)
    halves = {c.reference: scoring.to_half(c.agreed.total) for c in cases}
    assert [halves[p.reference] for p in found] == sorted(halves.values(), reverse=True)


@given(CASES)
def test_what_told_two_apart_is_said_of_every_pair(cases):
    by = {c.reference: c for c in cases}
    found = order.rank(cases)
    for place, one in enumerate(found):
        for other in found[place + 1 :]:
            rule = order.told_apart((by[one.reference], one), (by[other.reference], other))
            assert (rule == "") == (one.rank == other.rank)
