"""One function a verb. Lock order as in `proposals.services`: call, case, then the review."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal import events, roles
from portal.models import Event, Organisation, User
from portal.text import say
from portal.verdict import Refused, no
from proposals.models import Call, Decision, LetterOfIntent
from proposals.services import decisions, locks, lois
from proposals.workflow import LOI
from reviews import queries
from reviews.models import Assignment, Conflict, Consensus, Finding, PanelMember, Score
from reviews.workflow import ASSIGNMENT

STEP = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class FindingDraft:
    criterion: str
    strength: bool
    text: str
    major: bool = False
    confidential: bool = False


@transaction.atomic
def add_member(
    call: Call,
    user: User,
    role: str,
    *,
    organisation: Organisation | None = None,
    country: str = "",
    keywords: list[str] | None = None,
    quota: int = 8,
    by: User,
    now: datetime,
) -> PanelMember:
    if roles.SECRETARY not in by.roles():
        raise Refused(no("panel.who", say("Only the secretary composes the panel."), who=True))
    if PanelMember.objects.filter(call=call, user=user, role=role, left_at=None).exists():
        raise Refused(
            no("panel.twice", say("%(name)s holds this place already.", name=user), field="user")
        )
    member = PanelMember.objects.create(
        call=call,
        user=user,
        role=role,
        organisation=organisation,
        country=country,
        keywords=keywords or [],
        quota=quota,
        joined_at=now,
    )
    events.record("panel.joined", call, by=by, now=now, data={"member": user.key, "role": role})
    return member


@transaction.atomic
def assign(
    loi: LetterOfIntent, reviewer: User, *, due_at: datetime | None = None, by: User, now: datetime
) -> Assignment:
    """Invite a reviewer to a case. Soft conflicts the rules find are kept for the chair."""
    loi = locks.case(loi)
    if loi.assignments.filter(reviewer=reviewer).exclude(state="removed").exists():
        raise Refused(
            no(
                "assignment.twice",
                say("%(name)s is on this case already.", name=reviewer),
                field="reviewer",
            )
        )
    assignment = Assignment(loi=loi, reviewer=reviewer, assigned_at=now, due_at=due_at)
    ASSIGNMENT.enter(assignment, "assign", by=by, now=now, case=loi.key, reviewer=reviewer.key)
    for found in queries.conflicts_of(reviewer, loi):
        _note(loi, reviewer, found.hard, found.kind, str(found.reason), declared=False, now=now)
    return assignment


@transaction.atomic
def accept(assignment: Assignment, *, soft_conflict: str = "", by: User, now: datetime) -> Event:
    """Declare no conflict, or a soft one in words, and begin to read."""
    assignment = _locked(assignment)
    event = ASSIGNMENT.move(
        assignment, "accept", by=by, now=now, declared="soft" if soft_conflict else "none"
    )
    if soft_conflict:
        _note(assignment.loi, by, False, "other", soft_conflict, declared=True, now=now)
    return event


@transaction.atomic
def recuse(assignment: Assignment, *, reason: str, by: User, now: datetime) -> Event:
    """Declare a hard conflict: from now on the person sees nothing of the case."""
    assignment = _locked(assignment)
    event = ASSIGNMENT.move(assignment, "recuse", by=by, now=now, reason=reason)
    _note(assignment.loi, by, True, "declared", reason, declared=True, now=now)
    return event


@transaction.atomic
def remove(assignment: Assignment, *, reason: str, by: User, now: datetime) -> Event:
    return ASSIGNMENT.move(_locked(assignment), "remove", by=by, now=now, reason=reason)


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
    """Keep a review as far as it is written; a save, and so no event."""
    assignment = _locked(assignment)
    if assignment.reviewer_id != by.pk:
        raise Refused(no("review.who", say("This is another reviewer's sheet."), who=True))
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
        raise lois.Stale(
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
            text=draft.text.strip(),
        )
        for draft in findings
        if draft.text.strip()
    )
    assignment.confidence, assignment.risk = confidence, risk
    assignment.version, assignment.saved_at = version + 1, now
    assignment.save(update_fields=["confidence", "risk", "version", "saved_at"])
    return assignment


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
    assignment = _locked(assignment)
    if assignment.version != version:
        raise lois.Stale(
            no(
                "review.version",
                say("The sheet has been saved since this page was loaded: read it again first."),
            )
        )
    return ASSIGNMENT.move(assignment, "lock", by=by, now=now, columns={"locked_at": now})


@transaction.atomic
def reopen(assignment: Assignment, *, reason: str, by: User, now: datetime) -> Event:
    return ASSIGNMENT.move(
        _locked(assignment), "reopen", by=by, now=now, reason=reason, columns={"locked_at": None}
    )


@transaction.atomic
def begin_review(loi: LetterOfIntent, *, by: User, now: datetime) -> Event:
    loi = locks.case(loi)
    return lois.begin_review(loi, facts=queries.facts(loi), by=by, now=now)


@transaction.atomic
def conclude_reviews(loi: LetterOfIntent, *, by: User, now: datetime) -> Event:
    loi = locks.case(loi)
    return lois.conclude_reviews(loi, facts=queries.facts(loi), by=by, now=now)


@transaction.atomic
def conclude(loi: LetterOfIntent, *, consensus: str = "", by: User, now: datetime) -> Event:
    """Send a case to final review, with the consensus in words where one is due."""
    loi = locks.case(loi)
    if consensus.strip():
        if "chair" not in LOI.relation(by, loi):
            raise Refused(
                no("consensus.who", say("Only the chair writes the consensus down."), who=True)
            )
        Consensus.objects.create(loi=loi, text=consensus.strip(), by=by, at=now)
    return lois.conclude(loi, facts=queries.facts(loi), by=by, now=now)


@transaction.atomic
def prepare_decision(
    loi: LetterOfIntent,
    *,
    outcome: str,
    reason: str,
    conditions: list[dict] | None = None,
    granted: dict[str, tuple[Decimal, str]] | None = None,
    by: User,
    now: datetime,
) -> Decision:
    """The chair's private decision, with the panel's result as its basis."""
    loi = locks.case(loi)
    return decisions.prepare(
        loi,
        outcome=outcome,
        reason=reason,
        result=queries.result(loi),
        conditions=conditions,
        granted=granted,
        by=by,
        now=now,
    )


def _locked(assignment: Assignment) -> Assignment:
    loi = locks.case(assignment.loi)
    found = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("reviewer")
        .get(pk=assignment.pk)
    )
    found.loi = loi
    return found


def _note(
    loi: LetterOfIntent,
    user: User,
    hard: bool,
    kind: str,
    reason: str,
    *,
    declared: bool,
    now: datetime,
) -> None:
    Conflict.objects.get_or_create(
        loi=loi,
        user=user,
        kind=kind,
        declared=declared,
        defaults={"hard": hard, "reason": reason[:500], "at": now},
    )
