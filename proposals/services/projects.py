from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal import canonical
from portal.models import Event, Organisation, User
from portal.text import say
from portal.verdict import Refused, no, require
from portal.workflow import Act
from proposals import queries
from proposals.models import Allocation, Call, Decision, LetterOfIntent, Project
from proposals.panel import PanelResult
from proposals.services import decisions, ledger, locks
from proposals.workflow import DECISION, PROJECT


@transaction.atomic
def merge(
    call: Call,
    lois: Iterable[LetterOfIntent],
    *,
    title: str,
    lead: Organisation,
    reason: str,
    results: dict[int, PanelResult],
    granted: dict[str, tuple[Decimal, str]] | None = None,
    by: User,
    now: datetime,
) -> Project:
    """Make one project of several cases: each is decided “merged”, and one line holds for all.

    `results` has by the case's id what the panel found of it; `granted`, by
    resource code, an amount with its reason where it is less than what the
    cases ask together. What was prepared on a case before is void and returned.
    """
    call = locks.call(call)
    cases = locks.cases(call, lois)
    number = call.projects.count() + 1  # none is ever deleted, and the call is locked
    project = Project(
        reference=f"{call.code}-P-{number:02d}",
        call=call,
        title=title.strip(),
        lead=lead,
        reason=reason.strip(),
        prepared_by=by,
        prepared_at=now,
    )
    project.cases = cases
    require(PROJECT.verdict(project, "merge", Act(by, now)))
    _check_words(project)
    for loi in cases:
        decisions.void_of(loi, by=by, now=now)
    references = [loi.reference for loi in cases]
    PROJECT.enter(project, "merge", by=by, now=now, reference=project.reference, cases=references)
    for loi in cases:
        decision = Decision(
            loi=loi,
            outcome=Decision.Outcome.MERGED,
            project=project,
            reason=project.reason,
            basis=canonical.plain(asdict(results[loi.pk])),
            prepared_by=by,
            prepared_at=now,
        )
        DECISION.enter(decision, "prepare", by=by, now=now, outcome=decision.outcome)
    for allocation, asked in _asked(cases).items():
        amount, why = (granted or {}).get(allocation.resource, (asked, ""))
        decisions.grant(project, allocation, asked, amount, why)
        ledger.hold(project, allocation, amount, by=by, now=now)
    return project


def _check_words(project: Project) -> None:
    if not project.title:
        raise Refused(no("project.title", say("Give the project a title."), field="title"))
    if len(project.reason) < 20:
        raise Refused(
            no(
                "decision.reason",
                say(
                    "The reason has %(n)s characters; the letter needs at least 20.",
                    n=len(project.reason),
                ),
                field="reason",
            )
        )
    if project.lead_id not in {loi.organisation_id for loi in project.cases}:
        raise Refused(
            no(
                "project.lead",
                say("%(lead)s has none of the cases: it cannot lead.", lead=project.lead.name),
                field="lead",
            )
        )


def _asked(cases: Iterable[LetterOfIntent]) -> dict[Allocation, Decimal]:
    """What the cases ask together; at mission level nothing."""
    total: dict[Allocation, Decimal] = {}
    for loi in cases:
        for allocation, amount in queries.demands(loi).items():
            total[allocation] = total.get(allocation, Decimal(0)) + amount
    return total


@transaction.atomic
def dissolve(project: Project, *, by: User, now: datetime, reason: str) -> Event:
    """The cases are decided each by itself again: its decisions are void, its hold is returned."""
    return decisions.part(locks.project(project), "dissolve", by=by, now=now, reason=reason)
