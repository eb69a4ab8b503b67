from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import scoring
from reviews.scoring import Review, Weight

RUBRIC = [
    Weight("C1", 30, Decimal(3)),
    Weight("C2", 15),
    Weight("C3", 20, Decimal(3)),
    Weight("C4", 15),
    Weight("C5", 10, Decimal("2.5")),
    Weight("C6", 10),
]
CODES = [weight.code for weight in RUBRIC]
# The worked example of the rubric: the scores of three reviewers, the totals, mean and SD.
WORKED = {
    "FIC-01": (
        ["4 3.5 4 4 3.5 3", "4.5 4 4 4.5 4 4", "3.5 3 3.5 3.5 3 3"],
        ["75.5", "84.5", "66.5"],
        "75.50",
        "9.0",
    ),
    "FIC-02": (
        ["4.5 4.5 3 3.5 3.5 3.5", "5 4.5 3.5 4 4 4", "4 4 2.5 3 3 3"],
        ["77.0", "85.5", "67.0"],
        "76.50",
        "9.3",
    ),
    "FIC-05": (
        ["3.5 4 3 3 4 4.5", "4 4.5 3.5 3.5 4.5 5", "2.5 3 2 2.5 3 3.5"],
        ["71.0", "81.0", "52.5"],
        "68.17",
        "14.5",
    ),
    "FIC-07": (
        ["4.5 4 3.5 3 3.5 4", "4.5 4.5 4 3.5 4 4.5", "4 3.5 3 3 3 3.5"],
        ["77.0", "84.0", "68.5"],
        "76.50",
        "7.8",
    ),
    "FIC-08": (
        ["3 2.5 5 5 4.5 3", "3.5 3 5 5 5 3.5", "2.5 2 4.5 4.5 4 2.5"],
        ["75.5", "82.0", "65.5"],
        "74.33",
        "8.3",
    ),
}
MEV_KG = {"FIC-01": "10.080", "FIC-02": "13.440", "FIC-05": "33.600"}
MEV_KG |= {"FIC-07": "28.800", "FIC-08": "0.945"}


def review(scores: str) -> Review:
    return Review(dict(zip(CODES, map(Decimal, scores.split()), strict=True)))


def spread(lines: list[str]) -> scoring.Spread:
    return scoring.spread([review(line) for line in lines], RUBRIC)


@pytest.mark.parametrize("name", WORKED)
def test_the_worked_example_to_the_digit(name):
    lines, totals, mean, sd = WORKED[name]
    found = spread(lines)
    assert found.totals == tuple(map(Decimal, totals))
    assert str(scoring.rounded(found.mean)) == mean
    assert str(scoring.rounded(found.sd, "0.1")) == sd


def test_the_second_reviewer_is_the_mild_one_and_the_third_the_strict_one():
    columns = zip(*(map(Decimal, totals) for _, totals, *_ in WORKED.values()), strict=True)
    means = [sum(column) / len(column) for column in columns]
    assert means[1:] == [Decimal("83.4"), Decimal("64.0")]


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("FIC-01", []),
        ("FIC-02", ["C3: 1 of 3 reviewers are below the threshold of 3"]),
        (
            "FIC-05",
            [
                "C1: 1 of 3 reviewers are below the threshold of 3",
                "C3: 1 of 3 reviewers are below the threshold of 3",
                "the totals have a standard deviation of 14.5",
            ],
        ),
        ("FIC-07", []),
        ("FIC-08", ["C1: 1 of 3 reviewers are below the threshold of 3"]),
    ],
)
def test_a_consensus_is_forced_with_its_reasons(name, reasons):
    assert [str(why) for why in spread(WORKED[name][0]).consensus_due] == reasons


def test_a_range_of_two_points_forces_a_consensus():
    found = spread(["3 3 3 3 3 3", "5 3 3 3 3 3"])
    assert [str(why) for why in found.consensus_due] == ["C1 ranges over 2 points"]


def test_a_threshold_that_all_miss_is_no_disagreement():
    assert spread(["2 3 3 3 3 3"] * 3).consensus_due == ()


def test_one_review_has_no_deviation_and_none_has_no_mean():
    assert spread(["4 4 4 4 4 4"]).sd is None
    assert spread([]).mean is None


@pytest.mark.parametrize(
    ("score", "strengths", "weaknesses", "major", "owed"),
    [
        ("3", 0, 0, 0, "a finding is owed"),
        ("3", 1, 0, 0, None),
        ("2.5", 0, 1, 0, None),
        ("2", 0, 1, 0, "a score of 2 needs a major finding"),
        ("2", 0, 1, 1, None),
        ("0", 0, 1, 0, "a score of 0 needs a major finding"),
        ("5", 1, 0, 0, "a score of 5 needs a major finding"),
        ("5.0", 1, 0, 1, None),
        ("4.5", 1, 0, 0, None),
    ],
)
def test_findings_that_are_owed(score, strengths, weaknesses, major, owed):
    found = scoring.finding_owed(Decimal(score), strengths, weaknesses, major)
    assert (str(found) if found else None) == owed


@pytest.mark.parametrize(
    ("scores", "category"),
    [
        ("4 4 4 4 4 4", "I"),
        ("4.5 4.5 4.5 5 2 5", "II"),  # over 80, the threshold of C5 missed
        ("4 3.5 3.5 3.5 3.5 3.5", "II"),
        ("3 3 3 3 3 3", "III"),
        ("4.5 5 2.5 5 5 5", "III"),  # strong, its feasibility under the threshold
        ("2.5 3 3 3 2.5 3", "IV"),
    ],
)
def test_the_panels_own_categories(scores, category):
    assert scoring.category(scoring.agree(spread([scores] * 3), {}, RUBRIC), RUBRIC) == category


SCORES = st.integers(0, 10).map(lambda n: Decimal(n) / 2)
REVIEWS = st.lists(
    st.fixed_dictionaries(dict.fromkeys(CODES, SCORES)).map(Review), min_size=1, max_size=5
)


@given(REVIEWS)
def test_the_mean_lies_between_the_totals(reviews):
    found = scoring.spread(reviews, RUBRIC)
    assert min(found.totals) <= found.mean <= max(found.totals)
    assert all(0 <= total <= 100 for total in found.totals)
    assert all(0 <= score <= 5 for score in found.criteria.values())


@given(REVIEWS)
def test_the_order_of_the_reviews_means_nothing(reviews):
    there, back = scoring.spread(reviews, RUBRIC), scoring.spread(reviews[::-1], RUBRIC)
    assert scoring.rounded(there.mean) == scoring.rounded(back.mean)
    assert there.consensus_due == back.consensus_due


@given(REVIEWS)
def test_without_an_agreed_score_the_mean_ranks(reviews):
    found = scoring.spread(reviews, RUBRIC)
    agreed = scoring.agree(found, {}, RUBRIC)
    assert agreed.total == found.mean.quantize(scoring.EXACT)
    assert agreed.criteria == found.criteria


@given(REVIEWS, st.dictionaries(st.sampled_from(CODES), SCORES))
def test_an_agreed_score_moves_the_total_by_its_weight_and_nothing_raw(reviews, scores):
    found = scoring.spread(reviews, RUBRIC)
    agreed = scoring.agree(found, scores, RUBRIC)
    weights = {w.code: w.weight for w in RUBRIC}
    moved = sum(weights[c] * (value - found.criteria[c]) / 5 for c, value in scores.items())
    assert abs(agreed.total - found.mean - moved) < Decimal("1e-9")
    assert found == scoring.spread(reviews, RUBRIC)


def test_an_agreed_score_equal_to_the_mean_leaves_the_total():
    agreed = scoring.agree(spread(WORKED["FIC-02"][0]), {"C3": Decimal(3)}, RUBRIC)
    assert agreed.total == Decimal("76.5")
    assert scoring.missed(agreed, RUBRIC) == ()
    lower = scoring.agree(spread(WORKED["FIC-02"][0]), {"C3": Decimal("2.5")}, RUBRIC)
    assert (lower.total, scoring.missed(lower, RUBRIC)) == (Decimal("74.5"), ("C3",))
    # C1 is 4.5, the feasibility under its threshold.
    assert scoring.category(lower, RUBRIC) == "III"


def test_a_spread_of_totals_alone_names_no_criterion():
    due = spread(WORKED["FIC-05"][0]).consensus_due
    assert [why.code for why in due] == ["C1", "C3", ""]


def test_the_mean_by_confidence_weighs_each_total():
    reviews = [
        Review(dict.fromkeys(CODES, Decimal(4)), 3),
        Review(dict.fromkeys(CODES, Decimal(2)), 1),
    ]
    found = scoring.spread(reviews, RUBRIC)
    assert (found.mean, found.weighted) == (60, 70)
    assert scoring.spread([Review(dict.fromkeys(CODES, Decimal(2)))], RUBRIC).weighted is None


# What does not apply


def test_the_weights_of_the_rest_are_scaled_to_100():
    lacking = {code: score for code, score in review("4 3 4 3 4 3").scores.items() if code != "C6"}
    assert scoring.total(Review(lacking), RUBRIC) == Decimal(66) * 100 / 90
    assert scoring.total(Review({"C5": Decimal("2.5")}), RUBRIC) == 50


def test_means_and_thresholds_are_of_those_who_scored_it():
    two = review("4 3 4 3 2 3"), review("4 3 4 3 3 3")
    without = Review({code: score for code, score in two[0].scores.items() if code != "C5"})
    found = scoring.spread([without, two[1]], RUBRIC)
    assert found.criteria["C5"] == 3
    assert found.consensus_due == ()
    assert [str(why)[:2] for why in scoring.spread(two, RUBRIC).consensus_due] == ["C5"]


def test_a_criterion_that_applies_to_nobody_is_in_no_mean_and_misses_no_threshold():
    lacking = {code: score for code, score in review("5 5 5 4 4 4").scores.items() if code != "C3"}
    found = scoring.spread([Review(lacking)] * 3, RUBRIC)
    assert "C3" not in found.criteria
    assert scoring.category(scoring.agree(found, {}, RUBRIC), RUBRIC) == "I"
