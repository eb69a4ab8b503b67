from collections.abc import Iterable
from dataclasses import dataclass

from portal.models import User
from proposals.models import LetterOfIntent
from reviews import calibration, scoring
from reviews.queries.sums import Standing, ranking


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
