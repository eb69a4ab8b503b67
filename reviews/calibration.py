"""What strict and lenient reviewers do to the order of cases: advice beside the raw mean, never in its place.

Model: total = mean + case + reviewer + noise, cases and reviewers drawn from
normal distributions whose variances are estimated from the totals themselves
(EM for REML: Searle, Casella and McCulloch, Variance Components, 1992, ch. 8).
The estimates are best linear unbiased predictions (Henderson 1975), so that
with little data they shrink to the mean and a reviewer of one score is hardly
corrected. Scores are never scaled by a reviewer's own spread (z-scores): that
takes every pile to be equally good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from portal.text import Text, say

LEAST_SCORES = 3
ROUNDS = 500
CLOSE = 1e-7
NINETY = 1.6449  # a normal value lies within so many SD nine times of ten


@dataclass(frozen=True, slots=True)
class Score:
    """One locked review's total, 0 to 100."""

    reviewer: str
    case: str
    total: float


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A case: its raw mean, what it would be with reviewers alike, and 90 % bounds of that.

    Places count from 1, by each of the two figures; equal figures share one.
    """

    raw: float
    adjusted: float
    low: float
    high: float
    raw_place: int
    place: int

    @property
    def moved(self) -> int:
        """Places gained by the calibration; negative where lost."""
        return self.raw_place - self.place


@dataclass(frozen=True, slots=True)
class Calibration:
    """All cases; what each reviewer gives above the others; and the SDs, in points of 100.

    `caveats` say where the figures mean little or nothing.
    """

    cases: Mapping[str, Calibrated]
    reviewers: Mapping[str, float]
    case_sd: float
    reviewer_sd: float
    noise_sd: float
    caveats: tuple[Text, ...] = field(default=())

    def crossing(self, line: int) -> list[str]:
        """The cases that stand on the other side of a line after so many places."""
        return sorted(
            case
            for case, one in self.cases.items()
            if (one.raw_place <= line) != (one.place <= line)
        )


def calibrate(scores: Sequence[Score]) -> Calibration:
    """See the module. A reviewer of fewer than three scores is taken as they come."""
    if not scores:
        return Calibration({}, {}, 0.0, 0.0, 0.0)
    cases = sorted({score.case for score in scores})
    given = _counts(score.reviewer for score in scores)
    reviewers = sorted(name for name, count in given.items() if count >= LEAST_SCORES)
    case = np.array([cases.index(score.case) for score in scores])
    judge = np.array(
        [reviewers.index(s.reviewer) if s.reviewer in reviewers else -1 for s in scores]
    )
    totals = np.array([float(score.total) for score in scores])
    fit = _fit(totals, case, judge, len(cases), len(reviewers))
    raw = np.bincount(case, totals) / np.bincount(case)
    wide = _ninety(len(reviewers) - 1)
    return Calibration(
        cases={
            name: Calibrated(
                raw=float(raw[place]),
                adjusted=float(fit.quality[place]),
                low=float(fit.quality[place] - wide * fit.error[place]),
                high=float(fit.quality[place] + wide * fit.error[place]),
                raw_place=_place(raw, place),
                place=_place(fit.quality, place),
            )
            for place, name in enumerate(cases)
        },
        reviewers=dict(zip(reviewers, fit.bias.tolist(), strict=True)),
        case_sd=fit.case_sd,
        reviewer_sd=fit.reviewer_sd,
        noise_sd=fit.noise_sd,
        caveats=tuple(_caveats(scores, cases, given)),
    )


@dataclass(frozen=True)
class _Fit:
    quality: np.ndarray
    error: np.ndarray
    bias: np.ndarray
    case_sd: float
    reviewer_sd: float
    noise_sd: float


def _fit(totals: np.ndarray, case: np.ndarray, judge: np.ndarray, cases: int, judges: int) -> _Fit:
    """The mixed model by Henderson's equations; columns are the mean, the cases, the reviewers."""
    n = len(totals)
    design = np.zeros((n, 1 + cases + judges))
    design[:, 0] = 1
    design[np.arange(n), 1 + case] = 1
    corrected = judge >= 0
    design[np.flatnonzero(corrected), 1 + cases + judge[corrected]] = 1
    of_case, of_judge = slice(1, 1 + cases), slice(1 + cases, 1 + cases + judges)
    product, right = design.T @ design, design.T @ totals
    spread = max(float(totals.var()), 1e-6)
    q2 = b2 = e2 = spread / 3
    for _round in range(ROUNDS):
        ridge = np.zeros(len(right))
        ridge[of_case], ridge[of_judge] = e2 / q2, e2 / b2
        inverse = np.linalg.inv(product + np.diag(ridge))
        found = inverse @ right
        q, b = found[of_case], found[of_judge]
        before = (q2, b2, e2)
        q2 = _at_least(q @ q + e2 * np.trace(inverse[of_case, of_case]), cases, spread)
        if judges:
            b2 = _at_least(b @ b + e2 * np.trace(inverse[of_judge, of_judge]), judges, spread)
        e2 = _at_least(totals @ totals - found @ right, max(n - 1, 1), spread)
        if max(abs(new - old) for new, old in zip((q2, b2, e2), before, strict=True)) < CLOSE:
            break
    # The prediction error of mean + case, from the same inverse.
    both = inverse[0, 0] + 2 * inverse[0, of_case] + np.diag(inverse)[of_case]
    return _Fit(
        found[0] + q,
        np.sqrt(e2 * both),
        b,
        float(np.sqrt(q2)),
        float(np.sqrt(b2)) if judges else 0.0,
        float(np.sqrt(e2)),
    )


def _ninety(freedom: int) -> float:
    """How many standard errors hold nine of ten, by Student's t (Cornish and Fisher's expansion).

    The variances are estimated themselves, that of the reviewers from as many as
    there are: with the normal's 1.64 the bounds hold 87 and not 90 of 100.
    """
    z, v = NINETY, max(freedom, 1)
    return z + (z**3 + z) / (4 * v) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)


def _at_least(total: float, count: int, spread: float) -> float:
    """A variance never quite zero, or the equations cannot be divided by it."""
    return max(float(total) / count, spread * 1e-6)


def _counts(names) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found


def _place(values: np.ndarray, place: int) -> int:
    return 1 + int((np.round(values, 6) > round(float(values[place]), 6)).sum())


def _caveats(scores: Sequence[Score], cases: list[str], given: Mapping[str, int]) -> list[Text]:
    found = []
    if len({(s.reviewer, s.case) for s in scores}) == len(cases) * len(given):
        found.append(
            say("Everyone scored every case: strict and lenient reviewers change no order here.")
        )
    groups = components(scores)
    if len(groups) > 1:
        found.append(
            say(
                "The reviews fall into %(n)s groups of cases without a common reviewer (%(groups)s): between them nothing can be calibrated.",
                n=len(groups),
                groups="; ".join(", ".join(group) for group in groups),
            )
        )
    few = sorted(name for name, count in given.items() if count < LEAST_SCORES)
    if few:
        found.append(
            say(
                "Fewer than %(least)s scores from %(n)s reviewers: theirs are taken as they come.",
                least=LEAST_SCORES,
                n=len(few),
            )
        )
    return found


def components(scores: Sequence[Score]) -> list[list[str]]:
    """The cases, by groups that reviewers connect: two cases are linked by whoever scored both."""
    by_reviewer: dict[str, set[str]] = {}
    for score in scores:
        by_reviewer.setdefault(score.reviewer, set()).add(score.case)
    groups: list[set[str]] = []
    for linked in by_reviewer.values():
        apart = [group for group in groups if not group & linked]
        groups = [*apart, linked.union(*(group for group in groups if group & linked))]
    return sorted(sorted(group) for group in groups)
