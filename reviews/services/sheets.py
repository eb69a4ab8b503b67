from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no, require
from portal.workflow import Act
from proposals.services.drafts import Stale
from reviews.models import Assignment, Finding, Score
from reviews.services import locks
from reviews.workflow import ASSIGNMENT
from reviews.workflow.assignments import case_is_under_review, no_hard_conflict, sheet_is_open

STEP = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class FindingDraft:
    criterion: str
    strength: bool
    text: str
    major: bool = False
    confidential: bool = False


@transaction.atomic
def save_review(
    assignment: Assignment,
    *,
    scores: dict[str, Decimal | None],
    findings: list[FindingDraft],
    confidence: int | None,
    risk: str,
    version: int,
    by: User,
    now: datetime,
) -> Assignment:
    """Keep a review as far as it is written; a save, and so no event.

    A second click sends what is kept already, and changes nothing.
    """
    assignment = locks.review(assignment)
    if assignment.reviewer_id != by.pk:
        raise Refused(no("review.who", say("This is another reviewer's sheet."), who=True))
    act = Act(by, now)
    require(case_is_under_review(assignment, act))
    require(no_hard_conflict(assignment, act))
    require(sheet_is_open(assignment, act))
    if assignment.state != "accepted":
        raise Refused(
            no(
                "review.from",
                say(
                    "The review is “%(state)s” and cannot be changed.",
                    state=ASSIGNMENT.state(assignment.state).label,
                ),
            )
        )
    if assignment.version != version:
        if _kept(assignment) == (scores, findings, confidence, risk):
            return assignment
        raise Stale(
            no(
                "review.version",
                say(
                    "This sheet was saved as version %(now)s in another window; this page began from version %(yours)s. What you typed is below.",
                    now=assignment.version,
                    yours=version,
                ),
            )
        )
    criteria = {c.code: c for c in assignment.loi.call.criteria.all()}
    for code, value in scores.items():
        _check_score(code, value, criteria)
    for draft in findings:
        _check_score(draft.criterion, None, criteria)
    assignment.scores.all().delete()
    Score.objects.bulk_create(
        Score(assignment=assignment, criterion=criteria[code], value=value)
        for code, value in scores.items()
        if value is not None
    )
    assignment.findings.all().delete()
    Finding.objects.bulk_create(
        Finding(
            assignment=assignment,
            criterion=criteria[draft.criterion],
            strength=draft.strength,
            major=draft.major,
            confidential=draft.confidential,
            text=draft.text,
        )
        for draft in findings
    )
    assignment.confidence, assignment.risk = confidence, risk
    assignment.version, assignment.saved_at = version + 1, now
    assignment.save(update_fields=["confidence", "risk", "version", "saved_at"])
    return assignment


def _kept(assignment: Assignment) -> tuple:
    scores: dict[str, Decimal | None] = {c.code: None for c in assignment.loi.call.criteria.all()}
    scores |= {s.criterion.code: s.value for s in assignment.scores.select_related("criterion")}
    findings = [
        FindingDraft(f.criterion.code, f.strength, f.text, f.major, f.confidential)
        for f in assignment.findings.select_related("criterion")
    ]
    return scores, findings, assignment.confidence, assignment.risk


def _check_score(code: str, value: Decimal | None, criteria: dict) -> None:
    if code not in criteria:
        raise Refused(no("score.criterion", say("There is no criterion %(code)s.", code=code)))
    if value is not None and not (0 <= value <= 5 and value % STEP == 0):
        raise Refused(
            no(
                "score.scale",
                say(
                    "%(code)s: %(value)s is not on the scale from 0 to 5 in halves.",
                    code=code,
                    value=value,
                ),
                field=code,
            )
        )


@transaction.atomic
def lock(assignment: Assignment, *, version: int, by: User, now: datetime) -> Event:
    assignment = locks.review(assignment)
    if assignment.version != version:
        raise Stale(
            no(
                "review.version",
                say("The sheet has been saved since this page was loaded: read it again first."),
            )
        )
    return ASSIGNMENT.move(assignment, "lock", by=by, now=now, columns={"locked_at": now})


def save_and_lock(
    assignment: Assignment, *, by: User, now: datetime, version: int, **sheet
) -> Event:
    """Two transactions: what is written is kept, even where the lock is refused."""
    saved = save_review(assignment, version=version, by=by, now=now, **sheet)
    return lock(saved, version=saved.version, by=by, now=now)


@transaction.atomic
def reopen(assignment: Assignment, *, reason: str, by: User, now: datetime) -> Event:
    assignment = locks.review(assignment)
    closed = assignment.closes_at is not None and assignment.closes_at <= now
    return ASSIGNMENT.move(
        assignment,
        "reopen",
        by=by,
        now=now,
        reason=reason,
        columns={"locked_at": None, **({"closes_at": None} if closed else {})},
    )
