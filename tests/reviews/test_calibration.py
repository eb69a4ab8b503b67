"""Calibration against worlds whose truth is known, and the designs in which it means nothing."""

import numpy as np
import pytest

from reviews.calibration import Score, calibrate, components

CASES, REVIEWERS, CHOSEN = 60, 20, 15
WORKED = {
    "FIC-01": (75.5, 84.5, 66.5),
    "FIC-02": (77.0, 85.5, 67.0),
    "FIC-05": (71.0, 81.0, 52.5),
    "FIC-07": (77.0, 84.0, 68.5),
    "FIC-08": (75.5, 82.0, 65.5),
}


def world(seed: int, *, bias: float, noise: float = 6.0, reviews: int = 3, sorted_: bool = False):
    """Totals of a simulated panel, and the cases' true quality (SD 8 around 70)."""
    chance = np.random.default_rng(seed)
    quality = chance.normal(70, 8, CASES)
    lenience = chance.normal(0, bias, REVIEWERS) if bias else np.zeros(REVIEWERS)
    turns = np.concatenate([chance.permutation(REVIEWERS) for _ in range(CASES * reviews)])
    by_case = turns[: CASES * reviews].reshape(CASES, reviews)
    if sorted_:  # the best cases go to the strictest reviewers
        strict = np.argsort(lenience)
        best = np.argsort(-quality)
        for place, case in enumerate(best):
            start = place * REVIEWERS // CASES
            by_case[case] = strict[(start + np.arange(reviews) * 2) % REVIEWERS]
    scores = [
        Score(f"R{r}", f"C{c:02d}", quality[c] + lenience[r] + chance.normal(0, noise))
        for c in range(CASES)
        for r in dict.fromkeys(by_case[c].tolist())
    ]
    return scores, {f"C{c:02d}": quality[c] for c in range(CASES)}


def precision(figures: dict[str, float], truth: dict[str, float]) -> float:
    """The share of the truly best that a choice by these figures takes."""
    best = set(sorted(truth, key=truth.get)[-CHOSEN:])
    return len(best & set(sorted(figures, key=figures.get)[-CHOSEN:])) / CHOSEN


# What is simulated, and by how much the calibrated choice is the better one at least. The worlds
# of the method's source; where nobody is biased it may lose a hundredth and no more.
WORLDS = {
    "biased": ({"bias": 8.0}, 0.05),
    "unbiased": ({"bias": 0.0}, -0.01),
    "little": ({"bias": 3.0}, -0.01),
    "noisy": ({"bias": 8.0, "noise": 12.0}, -0.01),
    "five": ({"bias": 8.0, "reviews": 5}, 0.05),
    "two": ({"bias": 8.0, "reviews": 2}, 0.05),
    "best to the strictest": ({"bias": 8.0, "sorted_": True}, 0.05),
}


def simulate(how: dict, seeds: int) -> tuple[float, float, float]:
    """Precision of the raw and of the calibrated choice, and the share of the truth within the bounds."""
    raw, calibrated, covered, all_cases = [], [], 0, 0
    for seed in range(seeds):
        scores, truth = world(seed, **how)
        found = calibrate(scores).cases
        raw.append(precision({c: one.raw for c, one in found.items()}, truth))
        calibrated.append(precision({c: one.adjusted for c, one in found.items()}, truth))
        covered += sum(one.low <= truth[c] <= one.high for c, one in found.items())
        all_cases += len(found)
    return float(np.mean(raw)), float(np.mean(calibrated)), covered / all_cases


@pytest.mark.parametrize("name", WORLDS)
def test_it_finds_the_best_cases_more_often_where_reviewers_differ(name):
    """In small; `python -m tests.bench.calibration` simulates ten times as many, and prints them."""
    how, better_by = WORLDS[name]
    raw, calibrated, covered = simulate(how, 10 if name == "unbiased" else 24)
    assert calibrated - raw >= better_by
    if not how.get("sorted_"):  # there who reviews what hangs on the truth: no bounds are claimed
        assert 0.87 <= covered <= 0.93


def test_where_everyone_scored_everything_no_order_changes():
    scores = [Score(f"R{n}", c, t) for c, ts in WORKED.items() for n, t in enumerate(ts, 1)]
    found = calibrate(scores)
    assert [one.moved for one in found.cases.values()] == [0] * 5
    assert [round(one.raw, 2) for one in found.cases.values()] == [75.5, 76.5, 68.17, 76.5, 74.33]
    assert "change no order" in str(found.caveats[0])
    assert found.crossing(3) == []
    assert found.reviewers["R2"] > 0 > found.reviewers["R3"]


def test_groups_without_a_common_reviewer_are_named():
    scores = [Score("R1", c, 70) for c in ("A", "B", "C")]
    scores += [Score("R2", c, 80) for c in ("D", "E", "F")]
    assert components(scores) == [["A", "B", "C"], ["D", "E", "F"]]
    assert "A, B, C; D, E, F" in " ".join(map(str, calibrate(scores).caveats))


def test_a_reviewer_of_two_scores_is_taken_as_they_come():
    scores = [Score(f"R{n}", f"C{c}", 60 + 5 * n + c) for n in range(3) for c in range(4)]
    scores += [Score("rare", "C0", 10), Score("rare", "C1", 12)]
    found = calibrate(scores)
    assert "rare" not in found.reviewers
    assert "1 reviewers" in " ".join(map(str, found.caveats))


def test_a_design_that_tells_something_has_no_caveat():
    scores, _ = world(1, bias=8.0)
    assert calibrate(scores).caveats == ()


def test_nothing_to_calibrate_and_nothing_that_varies():
    assert calibrate([]).cases == {}
    one = calibrate([Score("R1", "C1", 70)]).cases["C1"]
    assert one.adjusted == pytest.approx(70)
    same = calibrate([Score(f"R{n}", f"C{c}", 70) for n in range(3) for c in range(3)])
    assert all(case.adjusted == pytest.approx(70) for case in same.cases.values())


def test_the_order_of_the_input_plays_no_part():
    scores, _ = world(5, bias=8.0)
    again = calibrate(scores[::-1])
    for case, one in calibrate(scores).cases.items():
        assert one.adjusted == pytest.approx(again.cases[case].adjusted)
