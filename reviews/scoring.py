"""From scores to totals, spread and what counts. Scores are 0–5 in halves, totals points of 100."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, stdev

from portal.text import Text, say

HALF = Decimal("0.5")
EXACT = Decimal("1e-12")  # thirds leave a rest that must not turn a half point
RANGE_DUE = Decimal(2)
SD_DUE = Decimal(10)
CATEGORIES = (("I", Decimal(80)), ("II", Decimal(70)), ("III", Decimal(60)))
WORDS = (
    (Decimal("4.5"), say("excellent")),
    (Decimal("3.5"), say("very good")),
    (Decimal("2.5"), say("good")),
    (Decimal("1.5"), say("weak")),
    (Decimal(0), say("serious weaknesses")),
)


@dataclass(frozen=True, slots=True)
class Weight:
    """A criterion of the rubric: its share of 100, and the score below which it fails."""

    code: str
    weight: int
    threshold: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """One locked review: criterion code → score. `confidence` is 1 to 3, or None.

    A criterion that does not apply is not among the scores.
    """

    scores: Mapping[str, Decimal]
    confidence: int | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """Why a consensus must be written: on one criterion, which then needs an agreed score, or on none."""

    code: str
    reason: Text

    def __str__(self) -> str:
        return str(self.reason)


@dataclass(frozen=True, slots=True)
class Spread:
    """The locked reviews of a case together, as they were given.

    `sd` is the sample SD of the totals, None under two reviews; `weighted` their
    mean by confidence, Σ total × confidence / Σ confidence, None without any.
    """

    totals: tuple[Decimal, ...]
    mean: Decimal | None
    sd: Decimal | None
    criteria: Mapping[str, Decimal]
    consensus_due: tuple[Due, ...] = ()
    weighted: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """What ranks: the mean of each criterion, in its place the score the panel agreed on.

    `scores` are the agreed ones alone; `total` is None without a review.
    """

    criteria: Mapping[str, Decimal]
    total: Decimal | None
    scores: Mapping[str, Decimal] = field(default_factory=dict)


def total(review: Review, rubric: Sequence[Weight]) -> Decimal:
    """Σ weight × score / 5, in points of 100, of a review with at least one score.

    What does not apply gives its weight to the others, in proportion.

    >>> total(Review({"C1": Decimal(4)}), [Weight("C1", 60), Weight("C2", 40)])
    Decimal('80')
    """
    scored = [w for w in rubric if w.code in review.scores]
    points = sum((w.weight * review.scores[w.code] / 5 for w in scored), Decimal(0))
    return points * sum(w.weight for w in rubric) / sum(w.weight for w in scored)


def spread(reviews: Sequence[Review], rubric: Sequence[Weight]) -> Spread:
    """Mean and spread of a case, and the reasons why a consensus must be written.

    A range of two on a criterion, an SD of ten among the totals, or a
    threshold that only some reviewers see missed: each forces one.
    """
    if not reviews:
        return Spread((), None, None, {})
    totals = tuple(total(review, rubric) for review in reviews)
    given = {w.code: [r.scores[w.code] for r in reviews if w.code in r.scores] for w in rubric}
    sd = stdev(totals) if len(totals) > 1 else None
    due = [one for w in rubric if given[w.code] for one in _apart(w, given[w.code])]
    if sd is not None and sd >= SD_DUE:
        why = say("the totals have a standard deviation of %(sd)s", sd=rounded(sd, "0.1"))
        due.append(Due("", why))
    return Spread(
        totals,
        mean(totals),
        sd,
        {code: mean(values) for code, values in given.items() if values},
        tuple(due),
        _by_confidence(reviews, totals),
    )


def _apart(w: Weight, values: Sequence[Decimal]) -> list[Due]:
    due = []
    width = max(values) - min(values)
    if width >= RANGE_DUE:
        why = say("%(code)s ranges over %(width)s points", code=w.code, width=width)
        due.append(Due(w.code, why))
    under = 0 if w.threshold is None else sum(value < w.threshold for value in values)
    if 0 < under < len(values):
        why = say(
            "%(code)s: %(under)s of %(all)s reviewers are below the threshold of %(threshold)s",
            code=w.code,
            under=under,
            all=len(values),
            threshold=w.threshold,
        )
        due.append(Due(w.code, why))
    return due


def _by_confidence(reviews: Sequence[Review], totals: Sequence[Decimal]) -> Decimal | None:
    pairs = zip(reviews, totals, strict=True)
    weights = [(r.confidence, value) for r, value in pairs if r.confidence]
    whole = sum(weight for weight, _ in weights)
    return sum(weight * value for weight, value in weights) / whole if whole else None


def agree(found: Spread, scores: Mapping[str, Decimal], rubric: Sequence[Weight]) -> Agreed:
    """The means with the agreed scores in their place; the raw figures are left as they are.

    Without an agreed score, and with every criterion scored by everyone, the
    total is the mean of the totals.
    """
    if found.mean is None:
        return Agreed({}, None)
    criteria = {**found.criteria, **scores}
    return Agreed(criteria, total(Review(criteria), rubric).quantize(EXACT), dict(scores))


def missed(found: Agreed, rubric: Sequence[Weight]) -> tuple[str, ...]:
    """The criteria whose threshold is not reached, by what counts."""
    return tuple(
        w.code
        for w in rubric
        if w.threshold is not None and found.criteria.get(w.code, w.threshold) < w.threshold
    )


def category(found: Agreed, rubric: Sequence[Weight]) -> str:
    """I to IV, for the panel alone, by the agreed total and what counts for each criterion.

    I needs every threshold met. A case of strong value (C1 of 4 or more) whose
    feasibility (C3) is under its threshold is in III, whatever its total.
    """
    under = missed(found, rubric)
    if "C3" in under and found.criteria.get("C1", Decimal(0)) >= 4:
        return "III"
    if found.total is None:
        return "IV"
    reached = (name for name, least in CATEGORIES if found.total >= least)
    best = next(reached, "IV")
    return "II" if best == "I" and under else best


def to_half(value: Decimal) -> Decimal:
    return (value / HALF).quantize(Decimal(1), ROUND_HALF_UP) * HALF


def rounded(value: Decimal, to: str = "0.01") -> Decimal:
    return value.quantize(Decimal(to), ROUND_HALF_UP)


def word(score: Decimal) -> Text:
    """A mean score as the applicant reads it."""
    return next(text for least, text in WORDS if score >= least)


def finding_owed(score: Decimal, strengths: int, weaknesses: int, major: int) -> Text | None:
    """What is still missing to a score: a finding, and a major one at 2 or less and at 5."""
    if not strengths + weaknesses:
        return say("a finding is owed")
    if (score <= 2 or score == 5) and not major:
        return say("a score of %(score)s needs a major finding", score=score)
    return None
