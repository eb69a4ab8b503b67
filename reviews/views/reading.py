"""A written review as it is read, by the panel and by whoever wrote it."""

from portal.deadline import said
from portal.text import plain, say
from portal.verdict import Refused
from reviews import scoring
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
