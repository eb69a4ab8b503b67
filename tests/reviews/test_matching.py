"""The matcher: right by brute force on small panels, deaf to the order of its input, and it says why not."""

import itertools
import os
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.matching.match import match
from reviews.matching.panel import Case, Panel, Reviewer
from tests.bench.matching import solve

DATA = Path(os.environ.get("BENCH_DATA", "/nowhere"))
public = pytest.mark.skipif(not DATA.is_dir(), reason="BENCH_DATA names no folder")


@st.composite
def panels(draw) -> Panel:
    reviewers = draw(st.integers(1, 4))
    cases = draw(st.integers(1, 4))
    most = draw(st.integers(1, 3))
    pairs = [(f"R{r}", f"C{c}") for r in range(reviewers) for c in range(cases)]
    affinity = {pair: draw(st.integers(0, 5)) * 100 for pair in pairs}
    barred = draw(st.sets(st.sampled_from(pairs), max_size=4))
    least = draw(st.integers(0, 1))
    return Panel(
        tuple(Reviewer(f"R{r}", most, least=least) for r in range(reviewers)),
        tuple(Case(f"C{c}", draw(st.integers(1, 2))) for c in range(cases)),
        affinity,
        conflicts=frozenset(barred),
    )


def every_assignment(panel: Panel):
    choices = []
    for case in panel.cases:
        free = [r.key for r in panel.reviewers if (r.key, case.key) not in panel.conflicts]
        choices.append(
            [[(r, case.key) for r in some] for some in itertools.combinations(free, case.needed)]
        )
    for picked in itertools.product(*choices):
        pairs = [pair for some in picked for pair in some]
        if all(
            r.least <= sum(pair[0] == r.key for pair in pairs) <= r.most for r in panel.reviewers
        ):
            yield pairs


def served(panel: Panel, pairs) -> tuple[int, int]:
    sums = [
        sum(panel.affinity.get(pair, 0) for pair in pairs if pair[1] == case.key)
        for case in panel.cases
    ]
    return min(sums), sum(sums)


@given(panels())
def test_it_is_the_best_there_is(panel):
    best = max((served(panel, pairs) for pairs in every_assignment(panel)), default=None)
    found = match(panel)
    if best is None:
        assert not found.made and not found.pairs
        assert all(str(reason) for reason in found.reasons)
    else:
        assert (found.worst, found.total) == best
        assert served(panel, found.pairs) == best
        assert found.proven


@given(panels(), st.randoms())
def test_the_order_of_the_input_plays_no_part(panel, chance):
    reviewers, cases = list(panel.reviewers), list(panel.cases)
    chance.shuffle(reviewers)
    chance.shuffle(cases)
    again = Panel(
        tuple(reviewers),
        tuple(cases),
        dict(sorted(panel.affinity.items(), reverse=True)),
        conflicts=panel.conflicts,
    )
    assert match(panel) == match(again)


def five(**changes) -> Panel:
    """Five reviewers of three countries before four cases of three reviews each."""
    given = {
        "reviewers": tuple(
            Reviewer(f"R{n}", 4, countries=frozenset({country}), keywords=frozenset(words))
            for n, (country, words) in enumerate(
                [("CL", ["ice"]), ("KE", ["dust"]), ("IT", ["ice"]), ("IT", ["optics"]), ("TH", [])]
            )
        ),
        "cases": tuple(Case(f"C{n}", 3) for n in range(4)),
        "affinity": {(f"R{r}", f"C{c}"): (7 * r + 3 * c) % 10 * 100 for r in range(5) for c in range(4)},
        "one_a_country": False,
    }  # fmt: skip
    return Panel(**{**given, **changes})


def test_a_case_without_enough_reviewers_is_named_with_its_numbers():
    conflicts = frozenset({("R0", "C1"), ("R1", "C1"), ("R2", "C1")})
    cases = (Case("C0", 3), Case("C1", 3, keywords=frozenset({"optics"})))
    found = match(five(conflicts=conflicts, cases=cases))
    assert [str(reason) for reason in found.reasons] == [
        "C1 has 2 reviewers left after conflicts, 3 are needed: invite one more for optics or lower the number."
    ]


def test_cases_that_share_too_few_reviewers_are_named_together():
    few = tuple(Reviewer(f"R{n}", 1) for n in range(5))
    found = match(five(reviewers=few))
    (reason,) = found.reasons
    assert "C0, C1, C2, C3 need 12 reviews together" in str(reason)
    assert "take at most 5" in str(reason)


def test_quotas_conflicts_and_locked_pairs_are_kept():
    locked = frozenset({("R4", "C0"), ("R4", "C2")})
    found = match(five(locked=locked, forbidden=frozenset({("R0", "C0")})))
    assert found.made and locked <= found.pairs
    assert ("R0", "C0") not in found.pairs
    clash = match(five(locked=locked, conflicts=frozenset({("R4", "C0")})))
    assert "R4 is locked on C0" in str(clash.reasons[0])


def test_a_keyword_finds_its_reviewer_and_a_rule_that_cannot_be_kept_is_said():
    wants = tuple(Case(f"C{n}", 3, keywords=frozenset({"optics"})) for n in range(4))
    found = match(five(cases=wants))
    assert found.made and not found.relaxed
    assert {case for reviewer, case in found.pairs if reviewer == "R3"} == {"C0", "C1", "C2", "C3"}
    unknown = match(five(cases=(Case("C0", 3, keywords=frozenset({"plasma"})),)))
    assert [str(one) for one in unknown.relaxed] == ["C0: nobody assigned knows plasma."]


def test_one_reviewer_a_country_and_none_of_a_partners_country():
    cases = (Case("C0", 3, countries=frozenset({"CL"})),)
    found = match(five(cases=cases, one_a_country=True))
    taken = {reviewer for reviewer, _ in found.pairs}
    assert "R0" not in taken and len(taken & {"R2", "R3"}) == 1
    assert not found.relaxed


def test_of_equal_answers_the_one_that_changes_least():
    flat = {(f"R{r}", f"C{c}"): 100 for r in range(5) for c in range(4)}
    first = match(five(affinity=flat))
    gone = tuple(one for one in five().reviewers if one.key != "R4")
    stands = frozenset(pair for pair in first.pairs if pair[0] != "R4")
    again = match(five(affinity=flat, reviewers=gone, published=first.pairs))
    assert stands <= again.pairs
    assert again.dropped == first.pairs - stands
    assert len(again.added) == len(again.dropped)


def test_of_equal_answers_the_most_even_one():
    flat = {(f"R{r}", f"C{c}"): 100 for r in range(5) for c in range(4)}
    found = match(five(affinity=flat))
    loads = Counter(reviewer for reviewer, _ in found.pairs)
    assert min(loads[f"R{r}"] for r in range(5)) == sum(loads.values()) // 5


def test_a_hundred_cases_with_every_rule_of_the_panel():
    chance = random.Random(7)
    words = [f"k{n}" for n in range(9)]
    panel = Panel(
        tuple(
            Reviewer(
                f"R{r:02d}", 9, least=5, countries=frozenset({f"X{r % 12}"}),
                keywords=frozenset(chance.sample(words, 3)),
            )
            for r in range(40)
        ),
        tuple(
            Case(f"C{c:03d}", 3, frozenset({f"X{c % 12}"}), frozenset(chance.sample(words, 1)))
            for c in range(100)
        ),
        {(f"R{r:02d}", f"C{c:03d}"): chance.randrange(1000) for r in range(40) for c in range(100)},
        conflicts=frozenset(
            (f"R{chance.randrange(40):02d}", f"C{chance.randrange(100):03d}") for _ in range(200)
        ),
    )  # fmt: skip
    found = match(panel)
    assert found.made and found.proven and not found.relaxed


@public
@pytest.mark.parametrize(
    "file, load_min, load_max, total, worst",
    [
        ("simmat/preflib1.npz", 4, 7, 124.75, 0.75),
        ("simmat/preflib2.npz", 5, 8, 141.5, 1.0),
        ("midl/scores.npy", 2, 4, 201.7, 0.9448),
    ],
)
def test_the_public_affinities(file, load_min, load_max, total, worst):
    found = solve(DATA / file, per_case=3, load_min=load_min, load_max=load_max, seconds=30)
    assert found["total"] >= total and found["worst_case"] >= worst
    assert found["worst_case_bound"] == pytest.approx(found["worst_case"], abs=1e-5)
