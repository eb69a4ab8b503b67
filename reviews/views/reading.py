"""A written review as it is read, by the panel and by whoever wrote it."""

from collections.abc import Iterable
from decimal import Decimal
from statistics import mean, stdev

from django.utils.translation import gettext as _

from portal.deadline import said
from portal.text import plain, say
from portal.verdict import Refused
from proposals.models import LetterOfIntent
from reviews import queries, scoring
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


def whole(assignment: Assignment) -> dict:
    """One review with its total in points of 100, criterion by criterion."""
    call = assignment.loi.call
    scores = {score.criterion_id: score.value for score in assignment.scores.all()}
    findings: dict[int, list] = {}
    for finding in assignment.findings.all():
        findings.setdefault(finding.criterion_id, []).append(finding)
    criteria = list(call.criteria.all())
    total = None
    if len(scores) == len(criteria):
        review = scoring.Review({c.code: scores[c.pk] for c in criteria})
        total = scoring.total(review, [scoring.Weight(c.code, c.weight) for c in criteria])
    return {
        "assignment": assignment,
        "reviewer": assignment.reviewer,
        "locked": said(assignment.locked_at, call.zone) if assignment.locked_at else "",
        "total": plain(total) if total is not None else "",
        "confidence": dict(CONFIDENCE).get(assignment.confidence, ""),
        "risk": assignment.get_risk_display(),
        "criteria": [
            {
                "criterion": criterion,
                "score": plain(scores[criterion.pk]) if criterion.pk in scores else "",
                "findings": findings.get(criterion.pk, []),
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
