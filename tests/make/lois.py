from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal import documents, files
from portal.models import User
from proposals.models import Call, LetterOfIntent
from proposals.panel import PanelFacts
from proposals.services import attachments, clarifications, drafts, evaluation, filings
from proposals.workflow.filing import warnings
from reviews import services as judging
from reviews.models import Assignment
from tests.cast import Cast
from tests.make.calls import RUBRIC, call, close, panel
from tests.make.documents import content, pdf_bytes
from tests.make.story import ASKED, DURING, REVIEWED, SCREENED, again

QUESTION = "Is the flight spare of the sensor counted in the mass of the instrument?"
ENOUGH = PanelFacts(assigned=3, locked=3)


def begun(
    cast: Cast, of: Call | None = None, *, rival: bool = False, now: datetime = DURING
) -> LetterOfIntent:
    """An empty draft of Institute A, or of its rival."""
    pi = cast.rival_pi if rival else cast.pi
    return drafts.begin(
        of or call(cast), cast.rival if rival else cast.institute, pi=pi, by=pi, now=now
    )


def draft(
    cast: Cast,
    of: Call | None = None,
    *,
    rival: bool = False,
    now: datetime = DURING,
    attached: bool = True,
    **given: object,
) -> LetterOfIntent:
    """A draft with everything in it; `given` goes to `content`."""
    loi = begun(cast, of, rival=rival, now=now)
    with transaction.atomic():  # all steps in one save: it is what most tests begin with
        loi = drafts.keep(loi, content(**given), by=loi.pi, now=now)
    if attached:
        loi = attach(loi, now=now)
    return again(loi)


def attach(
    loi: LetterOfIntent,
    inside: bytes | None = None,
    *,
    kind: str = "letter",
    name: str = "signed.pdf",
    now: datetime = DURING,
) -> LetterOfIntent:
    """A file beside the draft, as it would be after it was looked at."""
    inside = inside or pdf_bytes()
    blob = files.keep(inside, media_type=documents.recognise(inside))
    return attachments.attach(
        loi, blob, kind=kind, name=name, pages=1, version=loi.version, by=loi.pi, now=now
    )


def awaiting(
    cast: Cast, of: Call | None = None, *, now: datetime = DURING, **given: object
) -> LetterOfIntent:
    loi = draft(cast, of, now=now, **given)
    ticks = [warning.id for warning in warnings(loi)]
    filings.sign_off(loi, version=loi.version, acknowledged=ticks, by=loi.pi, now=now)
    return again(loi)


def filed(
    cast: Cast, of: Call | None = None, *, now: datetime = DURING, **given: object
) -> LetterOfIntent:
    loi = awaiting(cast, of, now=now, **given)
    filings.file(loi, version=loi.version, by=representative(cast, loi), now=now)
    return again(loi)


def representative(cast: Cast, loi: LetterOfIntent) -> User:
    """The AOR of the letter's organisation."""
    return cast.rival_aor if loi.organisation_id == cast.rival.pk else cast.aor


def screened(
    cast: Cast, loi: LetterOfIntent | None = None, *, compliant: bool = True, **found: object
) -> LetterOfIntent:
    """Screened by the secretary, the call closed for it where it was open."""
    loi = loi or filed(cast)
    if again(loi.call).state == "published":
        close(loi.call)
    if not compliant:
        found = {"rule": "Most for one module", "note": "It is over the cap.", **found}
    evaluation.screen(again(loi), compliant=compliant, by=cast.secretary, now=SCREENED, **found)
    return again(loi)


def asked(
    cast: Cast,
    loi: LetterOfIntent | None = None,
    *,
    question: str = QUESTION,
    now: datetime = ASKED,
) -> LetterOfIntent:
    """In screening, with a question of fact to its partner, due in five working days."""
    loi = loi or filed(cast)
    if again(loi.call).state == "published":
        close(loi.call)
    clarifications.ask_clarification(
        again(loi),
        question=question,
        due_at=clarifications.usual_due(loi.call, now),
        by=cast.secretary,
        now=now,
    )
    return again(loi)


def ineligible(cast: Cast, loi: LetterOfIntent | None = None) -> LetterOfIntent:
    loi = screened(cast, loi, compliant=False)
    evaluation.declare_ineligible(loi, by=cast.approver, now=SCREENED)
    return again(loi)


def under_review(cast: Cast, loi: LetterOfIntent | None = None) -> LetterOfIntent:
    loi = screened(cast, loi)
    panel(cast, loi.call)
    evaluation.begin_review(loi, facts=ENOUGH, by=cast.secretary, now=SCREENED)
    return again(loi)


def review(
    cast: Cast, loi: LetterOfIntent, reviewer: User, *, scores: str = "4 4 4 4 4 4"
) -> Assignment:
    """The locked review of one reviewer: a score a criterion, each with a major finding."""
    assignment = judging.assign(loi, reviewer, by=cast.secretary, now=SCREENED)
    judging.accept(assignment, by=reviewer, now=SCREENED)
    if again(loi).state == "screening":
        return again(assignment)
    return lock_review(assignment, scores=scores)


def lock_review(assignment: Assignment, *, scores: str = "4 4 4 4 4 4") -> Assignment:
    given = {code: Decimal(value) for (code, *_), value in zip(RUBRIC, scores.split(), strict=True)}
    reviewer = assignment.reviewer
    assignment = judging.save_review(
        assignment,
        scores=given,
        findings=[
            judging.FindingDraft(code, strength, f"What was found on {code}.", major=True)
            for code in given
            for strength in (True, False)
        ],
        confidence=2,
        risk="low",
        version=again(assignment).version,
        by=reviewer,
        now=REVIEWED,
    )
    judging.lock(assignment, version=assignment.version, by=reviewer, now=REVIEWED)
    return again(assignment)


def reviewed(
    cast: Cast, loi: LetterOfIntent | None = None, *, scores: Sequence[str] = ("4 4 4 4 4 4",) * 3
) -> LetterOfIntent:
    """Under review with three locked reviews of `scores`, one line a reviewer."""
    loi = screened(cast, loi)
    panel(cast, loi.call)
    assignments = [review(cast, loi, reviewer) for reviewer in cast.reviewers]
    judging.begin_review(loi, by=cast.secretary, now=SCREENED)
    for assignment, line in zip(assignments, scores, strict=True):
        lock_review(assignment, scores=line)
    return again(loi)


def in_final_review(cast: Cast, loi: LetterOfIntent | None = None) -> LetterOfIntent:
    """Without a single review: the panel's counts are handed in as they would come down."""
    loi = under_review(cast, loi)
    evaluation.conclude_reviews(loi, facts=ENOUGH, by=cast.chair, now=REVIEWED)
    evaluation.conclude(loi, facts=ENOUGH, by=cast.chair, now=REVIEWED)
    return again(loi)
