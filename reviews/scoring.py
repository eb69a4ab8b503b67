"""From scores to totals, spread and rank. Scores are 0–5 in halves, totals points of 100."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, stdev

from portal.text import Text, say

HALF = Decimal("0.5")
CENT = Decimal("0.01")
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
class Spread:
    """The locked reviews of a case together; `sd` is the sample SD, None under two reviews."""

    totals: tuple[Decimal, ...]
    mean: Decimal | None
    sd: Decimal | None
    criteria: Mapping[str, Decimal]
    consensus_due: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A case's place; `tied` when every rule for ties left it equal to a neighbour."""

    reference: str
    rank: int
    tied: bool
    broken_by: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    reference: str
    spread: Spread
    mev_kg: Decimal


# What sets one case before another, in this order.
RULES = (
    ("total", lambda c: -to_half(c.spread.mean)),
    ("C1", lambda c: -c.spread.criteria.get("C1", Decimal(0))),
    ("C3", lambda c: -c.spread.criteria.get("C3", Decimal(0))),
    ("MEV", lambda c: c.mev_kg),
)


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
    scores = {w.code: [r.scores[w.code] for r in reviews if w.code in r.scores] for w in rubric}
    criteria = {code: mean(values) for code, values in scores.items() if values}
    sd = stdev(totals) if len(totals) > 1 else None
    due: list[Text] = []
    for w in rubric:
        if not (values := scores[w.code]):
            continue
        width = max(values) - min(values)
        if width >= RANGE_DUE:
            due.append(say("%(code)s ranges over %(width)s points", code=w.code, width=width))
        if w.threshold is not None:
            under = sum(value < w.threshold for value in values)
            if 0 < under < len(values):
                due.append(
                    say(
                        "%(code)s: %(under)s of %(all)s reviewers are below the threshold of %(threshold)s",
                        code=w.code,
                        under=under,
                        all=len(values),
                        threshold=w.threshold,
                    )
                )
    if sd is not None and sd >= SD_DUE:
        due.append(say("the totals have a standard deviation of %(sd)s", sd=rounded(sd, "0.1")))
    return Spread(totals, mean(totals), sd, criteria, tuple(due))


def rank(candidates: Sequence[Candidate]) -> list[Ranked]:
    """The cases in order: total to the half point, then C1, C3, lower MEV.

    Never by the time of filing. What these rules leave equal is said to be
    tied, and the chair's recorded choice decides.
    """
    scored = [c for c in candidates if c.spread.mean is not None]
    keyed = sorted(
        ((tuple(rule(c) for _, rule in RULES), c.reference) for c in scored),
        key=lambda pair: pair,
    )
    placed: list[Ranked] = []
    for place, (key, reference) in enumerate(keyed):
        before = keyed[place - 1][0] if place else None
        after = keyed[place + 1][0] if place + 1 < len(keyed) else None
        tied = key in {before, after}
        position = placed[-1].rank if key == before else place + 1
        placed.append(Ranked(reference, position, tied, _broken_by(key, before, after)))
    return placed


def _broken_by(key, before, after) -> str:
    """The rule that told this case from a neighbour with the same total, if one was needed."""
    for other in (before, after):
        if other is not None and other != key and other[0] == key[0]:
            return _told_apart(key, other)
    return ""


def told_apart(one: Candidate, other: Candidate) -> str:
    """The rule that puts one case before the other: total, C1, C3 or MEV; "" where none does."""
    return _told_apart(*(tuple(rule(c) for _, rule in RULES) for c in (one, other)))


def _told_apart(key, other) -> str:
    pairs = zip(RULES, key, other, strict=True)
    return next((name for (name, _), a, b in pairs if a != b), "")


def category(spread: Spread, rubric: Sequence[Weight]) -> str:
    """I to IV, for the panel alone, by the mean total and the mean of each criterion.

    I needs every threshold met. A case of strong value (C1 of 4 or more) whose
    feasibility (C3) is under its threshold is in III, whatever its total.
    """
    missed = {
        w.code
        for w in rubric
        if w.threshold is not None and w.code in spread.criteria
        if spread.criteria[w.code] < w.threshold
    }
    if "C3" in missed and spread.criteria.get("C1", Decimal(0)) >= 4:
        return "III"
    if spread.mean is None:
        return "IV"
    reached = (name for name, least in CATEGORIES if spread.mean >= least)
    found = next(reached, "IV")
    return "II" if found == "I" and missed else found


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
