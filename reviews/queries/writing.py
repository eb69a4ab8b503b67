from dataclasses import dataclass

from portal.text import Text, say
from reviews import scoring
from reviews.models import Assignment


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review is written: criteria scored of all, findings owed, the rest in words."""

    scored: int
    criteria: int
    findings: int
    owed: tuple[Text, ...]


def progress(assignment: Assignment) -> Progress:
    """What a review still needs before it can be locked, in the order of the rubric."""
    criteria = list(assignment.loi.call.criteria.all())
    scores = {score.criterion_id: score.value for score in assignment.scores.all()}
    missing: list[Text] = []
    findings_owed = 0
    for criterion in criteria:
        if criterion.pk not in scores:
            missing.append(
                say("%(code)s %(title)s: no score yet", code=criterion.code, title=criterion.title)
            )
            continue
        findings = [f for f in assignment.findings.all() if f.criterion_id == criterion.pk]
        strengths = sum(f.strength for f in findings)
        lacking = scoring.finding_owed(
            scores[criterion.pk],
            strengths,
            len(findings) - strengths,
            sum(f.major for f in findings),
        )
        if lacking:
            findings_owed += 1
            missing.append(say("%(code)s: %(what)s", code=criterion.code, what=lacking))
    if not assignment.risk:
        missing.append(say("the risk is not rated"))
    if assignment.confidence is None:
        missing.append(say("your expertise on the case is not stated"))
    return Progress(len(scores), len(criteria), findings_owed, tuple(missing))


def owed(assignment: Assignment) -> tuple[Text, ...]:
    return progress(assignment).owed
