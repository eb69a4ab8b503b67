from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from statistics import correlation, mean

from portal.models import User
from proposals.models import LetterOfIntent
from reviews import calibration, plots, scoring
from reviews.queries.sums import Standing, ranking

LEAST_COMMON = 3  # cases, below which a correlation says nothing


@dataclass(frozen=True, slots=True)
class Scores:
    """The locked reviews of the given cases, as one person may see them: raw and calibrated.

    `totals` has, by reviewer and by case reference, each locked total.
    """

    standings: tuple[Standing, ...]
    calibration: calibration.Calibration
    totals: dict[User, dict[str, float]]

    def of_case(self, reference: str) -> list[float]:
        return sorted(
            by_case[reference] for by_case in self.totals.values() if reference in by_case
        )

    @property
    def agreement(self) -> float | None:
        """The share of the variance of one total that is the case's own (intraclass correlation)."""
        found = self.calibration
        whole = found.case_sd**2 + found.reviewer_sd**2 + found.noise_sd**2
        return found.case_sd**2 / whole if whole else None


def scores(lois: Iterable[LetterOfIntent]) -> Scores:
    return scores_of(ranking(lois))


def scores_of(standings: Iterable[Standing]) -> Scores:
    """The same of cases in their order already."""
    standings = [standing for standing in standings if standing.bench.locked]
    totals: dict[User, dict[str, float]] = {}
    for standing in standings:
        for review, total in zip(standing.bench.locked, standing.bench.spread.totals, strict=True):
            totals.setdefault(review.reviewer, {})[standing.loi.reference] = float(total)
    given = [
        calibration.Score(reviewer.key, reference, total)
        for reviewer, by_case in totals.items()
        for reference, total in by_case.items()
    ]
    ordered = dict(sorted(totals.items(), key=lambda pair: (pair[0].name, pair[0].pk)))
    return Scores(tuple(standings), calibration.calibrate(given), ordered)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reviewers on the cases both have scored: first minus second, in points of 100.

    `correlation` of their totals is None under three common cases, and where one gave all alike.
    """

    first: User
    second: User
    differences: tuple[float, ...]
    correlation: float | None

    @property
    def apart(self) -> float:
        """How far they lie from each other in the mean, whichever way."""
        return mean(abs(value) for value in self.differences)


def pairs(found: Scores) -> list[Pair]:
    """Every two reviewers with a case in common, those farthest apart first."""
    every = []
    for one, other in combinations(found.totals, 2):
        common = sorted(found.totals[one].keys() & found.totals[other].keys())
        if common:
            left = [found.totals[one][case] for case in common]
            right = [found.totals[other][case] for case in common]
            apart = tuple(a - b for a, b in zip(left, right, strict=True))
            vary = len(common) >= LEAST_COMMON and len(set(left)) > 1 and len(set(right)) > 1
            every.append(Pair(one, other, apart, correlation(left, right) if vary else None))
    return sorted(every, key=lambda pair: -pair.apart)


def days(standings: Iterable[Standing]) -> list[plots.Day]:
    """Day by day how many of the reviews of these cases were due, and how many are locked.

    Of those that count, and of the technical assessors' reports.
    """
    found = [a for one in standings for a in (*one.bench.assignments, *one.bench.assessors)]
    due: dict[date, int] = {}
    locked: dict[date, int] = {}
    for review in found:
        for counts, at in ((due, review.due_at), (locked, review.locked_at)):
            if at:
                counts[at.date()] = counts.get(at.date(), 0) + 1
    written, by_due, by_locked = [], 0, 0
    for on in sorted(due.keys() | locked.keys()):
        by_due, by_locked = by_due + due.get(on, 0), by_locked + locked.get(on, 0)
        written.append(plots.Day(on, by_due, by_locked))
    return written


@dataclass(frozen=True, slots=True)
class Part:
    """What one criterion adds to the difference between two cases, in points of 100."""

    code: str
    title: str
    weight: int
    first: str
    second: str
    points: str


def difference(first: Standing, second: Standing) -> list[Part]:
    """Criterion by criterion: weight × difference of what counts ÷ 5; together that of the totals.

    A criterion that applies to one of them only is not compared.
    """
    found = []
    for criterion in first.loi.call.criteria.all():
        one = first.bench.agreed.criteria.get(criterion.code)
        other = second.bench.agreed.criteria.get(criterion.code)
        if one is None or other is None:
            continue
        points = criterion.weight * (one - other) / 5
        found.append(
            Part(
                criterion.code,
                criterion.title,
                criterion.weight,
                f"{scoring.rounded(one):f}",
                f"{scoring.rounded(other):f}",
                f"{scoring.rounded(points):+f}",
            )
        )
    return found
