from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal.models import Event, User
from portal.text import say
from portal.verdict import YES, Refused, Verdict, no, require
from portal.workflow import Act
from proposals.merging import merge
from proposals.services.drafts import Disputed, Stale
from reviews import queries, sheets
from reviews.models import Assignment, Finding, Revision, Score
from reviews.services import locks
from reviews.workflow import ASSIGNMENT
from reviews.workflow.assignments import (
    case_is_under_review,
    no_conflict_on_record,
    sheet_is_open,
)

# What must hold while a sheet is written.
WRITING = (case_is_under_review, no_conflict_on_record, sheet_is_open)


@transaction.atomic
def save_review(
    assignment: Assignment, *, version: int, by: User, now: datetime, **written: object
) -> Assignment:
    """Keep a sheet as far as it is written, as a new version; a save, and so no event.

    `written` are the fields of `sheets.Sheet`. `version` is the one the page was
    loaded with: what another window has saved since is kept beside it, criterion
    by criterion, and `Disputed` is raised where both changed one. What is there
    already makes no version.
    """
    assignment = locks.review(assignment)
    require(may_write(assignment, by, now))
    sheet = sheets.Sheet(**written)
    _judge(assignment, sheet)
    typed = sheets.content(sheet)
    if assignment.version != version:
        typed = _merged(assignment, typed, version)
    if typed == assignment.content:
        return assignment
    require(_leaves_closed(assignment, typed))
    return _keep(assignment, typed, by=by, now=now)


@transaction.atomic
def bring_back(
    assignment: Assignment, number: int, *, version: int, by: User, now: datetime
) -> Assignment:
    """Save what stood in an earlier version as a new one."""
    assignment = locks.review(assignment)
    require(may_write(assignment, by, now))
    must_be(assignment, version)
    content = base_of(assignment, number)
    require(_leaves_closed(assignment, content))
    return (
        assignment if content == assignment.content else _keep(assignment, content, by=by, now=now)
    )


@transaction.atomic
def lock(assignment: Assignment, *, version: int, by: User, now: datetime) -> Event:
    """Freeze what is saved, with the number of the lock and its digest in the event."""
    assignment = locks.review(assignment)
    must_be(assignment, version)
    number = assignment.revisions.exclude(lock=None).count() + 1
    digest = sheets.digest(assignment.key, number, assignment.content)
    event = ASSIGNMENT.move(
        assignment,
        "lock",
        by=by,
        now=now,
        columns={"locked_at": now, "version": version + 1},
        number=number,
        digest=digest,
    )
    Revision.objects.create(
        assignment=assignment,
        version=assignment.version,
        content=assignment.content,
        saved_by=by,
        saved_at=now,
        lock=number,
        digest=digest,
    )
    return event


@transaction.atomic
def reopen(assignment: Assignment, *, reason: str, by: User, now: datetime) -> Event:
    """Give a locked review back to its writer; what was locked stays as a version."""
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


def base_of(assignment: Assignment, version: int) -> dict:
    """What a page of this version was loaded with; empty before anything was saved."""
    held = assignment.revisions.filter(version__lte=version).order_by("-version")
    return held.values_list("content", flat=True).first() or {}


def may_write(assignment: Assignment, by: User, now: datetime) -> Verdict:
    """Its writer alone, while the case is under review and the sheet is not locked."""
    if assignment.reviewer_id != by.pk:
        return no("review.who", say("This is another reviewer's sheet."), who=True)
    if assignment.state != "accepted":
        state = ASSIGNMENT.state(assignment.state).label
        return no(
            "review.from", say("The review is “%(state)s” and cannot be changed.", state=state)
        )
    act = Act(by, now)
    verdicts = (guard(assignment, act) for guard in WRITING)
    return next((verdict for verdict in verdicts if not verdict), YES)


def _leaves_closed(assignment: Assignment, content: dict) -> Verdict:
    """What is judged by name waits for the names, and what was scored before them stays."""
    for code in sorted(queries.closed_criteria(assignment)):
        if content.get(code) == assignment.content.get(code):
            continue
        if assignment.names_opened_at is None:
            reason = say("%(code)s is judged by name: open the names first.", code=code)
        else:
            reason = say(
                "%(code)s was scored before you opened the names: it stays as it was.", code=code
            )
        return no("review.names", reason, field=code)
    return YES


def must_be(assignment: Assignment, version: int) -> None:
    if assignment.version != version:
        raise Stale(
            no(
                "review.version",
                say("The sheet has been saved since this page was loaded: read it again first."),
            )
        )


def _merged(assignment: Assignment, typed: dict, version: int) -> dict:
    since = assignment.revisions.filter(version__gt=version).order_by("-version")
    if typed in list(since.values_list("content", flat=True)[:50]):
        return assignment.content  # the same post again: it was saved then
    found = merge(base_of(assignment, version), typed, assignment.content)
    if not found.disputed:
        return {name: value for name, value in found.values.items() if value}
    raise Disputed(
        no(
            "review.version",
            say(
                "Version %(now)s was saved in another window while you wrote on version %(yours)s, and both changed the same. Nothing of either is lost.",
                now=assignment.version,
                yours=version,
            ),
        ),
        found,
    )


def _judge(assignment: Assignment, sheet: sheets.Sheet) -> None:
    """Only what belongs on this sheet: criteria of the rubric, marks of the scale."""
    criteria = {criterion.code: criterion for criterion in assignment.loi.call.criteria.all()}
    for code in (*sheet.scores, *sheet.not_applicable, *(f.criterion for f in sheet.findings)):
        if code not in criteria:
            raise Refused(no("score.criterion", say("There is no criterion %(code)s.", code=code)))
    for code, value in sheet.scores.items():
        if value is not None and not sheets.on_the_scale(value):
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
    for code in sheet.not_applicable:
        if not criteria[code].optional:
            raise Refused(
                no(
                    "score.applies",
                    say("%(code)s applies to every case of this call.", code=code),
                    field=code,
                )
            )


def _keep(assignment: Assignment, content: dict, *, by: User, now: datetime) -> Assignment:
    """The sheet as a new version, and the rows that the sums are made of."""
    sheet = sheets.read(content)
    criteria = {criterion.code: criterion for criterion in assignment.loi.call.criteria.all()}
    assignment.scores.all().delete()
    given: dict[str, Decimal | None] = {**sheet.scores, **dict.fromkeys(sheet.not_applicable)}
    Score.objects.bulk_create(
        Score(
            assignment=assignment,
            criterion=criteria[code],
            value=value,
            not_applicable=value is None,
        )
        for code, value in given.items()
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
        for draft in sheet.findings
    )
    assignment.content, assignment.confidence, assignment.risk = (
        content,
        sheet.confidence,
        sheet.risk,
    )
    assignment.version, assignment.saved_at = assignment.version + 1, now
    assignment.save(update_fields=["content", "confidence", "risk", "version", "saved_at"])
    Revision.objects.create(
        assignment=assignment,
        version=assignment.version,
        content=content,
        saved_by=by,
        saved_at=now,
    )
    return assignment
