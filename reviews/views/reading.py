"""A sheet as it is read, by the panel and by whoever wrote it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from statistics import mean, stdev

from django.utils.translation import gettext as _

from portal.deadline import said
from portal.text import Text, plain, say
from portal.verdict import Refused
from proposals import queries as proposals
from proposals.models import Criterion, LetterOfIntent
from proposals.resources import RESOURCES
from reviews import queries, scoring, sheets
from reviews.forms.sheet import CONFIDENCE
from reviews.models import Assignment

ANCHORS = (
    ("0", say("cannot be judged")),
    ("1", say("serious inherent weaknesses")),
    ("2", say("significant weaknesses")),
    ("3", say("good, several shortcomings")),
    ("4", say("very good, few shortcomings")),
    ("5", say("no or minor shortcomings")),
)


def status_of(refused: Refused) -> int:
    return 403 if refused.verdict.who else 409


def anchors_of(criterion: Criterion) -> list[tuple[str, Text | str]]:
    """What the whole marks mean: in the call's words where it gives them, else in the scale's."""
    return [(mark, criterion.anchors.get(mark) or words) for mark, words in ANCHORS]


def whole(assignment: Assignment, content: Mapping | None = None) -> dict:
    """One sheet criterion by criterion, a review's with its total in points of 100.

    Of an earlier version where its `content` is given.
    """
    call = assignment.loi.call
    sheet = sheets.read(assignment.content if content is None else content)
    criteria = queries.criteria_of(assignment)
    scores = {code: value for code, value in sheet.scores.items() if value is not None}
    judged = {*scores, *sheet.not_applicable}
    total = None
    if scores and all(criterion.code in judged for criterion in criteria):
        weights = [scoring.Weight(c.code, c.weight) for c in criteria]
        total = scoring.rounded(scoring.total(scoring.Review(scores), weights))
    return {
        "assignment": assignment,
        "reviewer": assignment.reviewer,
        "locked": said(assignment.locked_at, call.zone) if assignment.locked_at else "",
        "total": plain(total) if total is not None else "",
        "confidence": dict(CONFIDENCE).get(sheet.confidence, ""),
        "risk": dict(Assignment.Risk.choices).get(sheet.risk, ""),
        "accommodation": dict(Assignment.Accommodation.choices).get(sheet.accommodation, ""),
        "text": sheet.text,
        "figures": figures_of(assignment, sheet),
        "criteria": [
            {
                "criterion": criterion,
                "score": score_of(sheet, criterion.code),
                "under": criterion.threshold is not None
                and criterion.code in scores
                and scores[criterion.code] < criterion.threshold,
                "findings": sheet.of(criterion.code),
            }
            for criterion in criteria
        ],
    }


def fixed(value: Decimal | None, to: str) -> str:
    """With all its decimals, so that a column of them lines up."""
    return "" if value is None else f"{scoring.rounded(value, to):f}"


def lines(loi: LetterOfIntent, bench: queries.Bench, reviews: Iterable[Assignment]) -> list[dict]:
    """A line a criterion: the scores of these reviews side by side, their spread, what was agreed."""
    reviews = list(reviews)
    due = {why.code: why for why in bench.spread.consensus_due}
    found = []
    for criterion in loi.call.criteria.all():
        given = {
            review.pk: score.value
            for review in reviews
            for score in review.scores.all()
            if score.criterion_id == criterion.pk
        }
        values = [value for value in given.values() if value is not None]
        agreed = bench.agreed.scores.get(criterion.code)
        found.append(
            {
                "criterion": criterion,
                "scores": [
                    _("n/a") if given.get(review.pk) is None else plain(given[review.pk])
                    for review in reviews
                ],
                "mean": fixed(mean(values), "0.01") if values else "",
                "sd": fixed(stdev(values), "0.01") if len(values) > 1 else "",
                "range": plain(max(values) - min(values)) if values else "",
                "under": criterion.threshold is not None
                and any(value < criterion.threshold for value in values),
                "due": due.get(criterion.code, ""),
                "agreed": "" if agreed is None else plain(agreed),
            }
        )
    return found


def score_of(sheet: sheets.Sheet, code: str) -> str:
    if code in sheet.not_applicable:
        return _("n/a")
    score = sheet.scores.get(code)
    return "" if score is None else plain(score)


def figures_of(assignment: Assignment, sheet: sheets.Sheet) -> list[dict]:
    """An assessor's own figures beside the letter's, each with its unit."""
    if not sheet.figures:
        return []
    asked = {of.resource: amount for of, amount in proposals.demands(assignment.loi).items()}
    return [
        {
            "resource": RESOURCES[code],
            "asked": RESOURCES[code].amount(asked[code]) if code in asked else "–",
            "amount": "–" if figure.amount is None else RESOURCES[code].amount(figure.amount),
            "reason": figure.reason,
        }
        for code, figure in sheet.figures.items()
    ]
