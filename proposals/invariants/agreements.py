from collections.abc import Iterator
from datetime import datetime, timedelta

from portal.invariants import register
from proposals import queries
from proposals.models import Agreement, Call, Decision, Project
from proposals.models.agreements import OFFERED
from proposals.models.lois import GIVEN_BACK


@register
def projects_are_of_the_cases_that_name_them(now: datetime) -> Iterator[str]:
    """One line in the ledger for all: what its cases are granted is nothing, what it is stands."""
    for call in Call.objects.filter(projects__isnull=False).distinct():
        numbers = [project.reference for project in call.projects.order_by("pk")]
        if numbers != [f"{call.code}-P-{n:02d}" for n in range(1, len(numbers) + 1)]:
            yield f"{call.code}: the projects' references are {numbers}"
    for project in Project.objects.select_related("call").prefetch_related("grants", "entries"):
        merged = len(project.cases)
        if (project.state == "void") != (merged == 0) or merged == 1:
            yield f"{project.reference} is {project.state}, of {merged} cases"
        become = {"call_cancelled": {"call_cancelled"}, "ended": {"call_cancelled", "merged"}}
        expected = become.get(project.state, {"merged"})
        if project.told and any(loi.state not in expected for loi in project.cases):
            yield f"{project.reference} is {project.state}, and not all of its cases are merged"
        signs = {"hold": 1, "commit": 0, "return": -1}
        standing = sum(signs[line.kind] * line.amount for line in project.entries.all())
        granted = sum(grant.amount for grant in project.grants.all())
        back = {"void", "call_cancelled", "ended", *GIVEN_BACK}
        expected = 0 if project.state in back else granted
        if standing != expected:
            yield f"{project.reference}: {standing} stand for grants of {expected}"


@register
def whoever_is_selected_has_something_to_accept_and_nobody_else(now: datetime) -> Iterator[str]:
    """And what was accepted, signed or given back agrees with the state."""
    told = Decision.objects.filter(state="released").select_related("loi__call", "agreement")
    decided = [(one, one.loi, one.positive) for one in told]
    merged = Project.objects.select_related("call", "agreement")
    formed = [(one, one, one.told and one.state != "ended") for one in merged]
    for follows, subject, wanted in (*decided, *formed):
        agreement = getattr(follows, "agreement", None)
        if (agreement is not None) != wanted:
            yield f"{subject.reference} is {subject.state}, its agreement is {agreement}"
        if agreement:
            yield from _faults(agreement, now)


def _faults(agreement: Agreement, now: datetime) -> Iterator[str]:
    subject = agreement.subject
    said = f"{subject.reference} is {subject.state}"
    accepted = agreement.accepted_at is not None
    either = subject.state in {"declined", "call_cancelled"}
    if not either and accepted != (subject.state not in (*OFFERED, "lapsed")):
        yield f"{said}, accepted at {agreement.accepted_at}"
    if subject.state == "agreement_signed" and agreement.signed_on is None:
        yield f"{said}, and no signing is on record"
    if accepted and agreement.accepted_at >= agreement.accept_by:
        yield f"{subject.reference} was accepted late, at {agreement.accepted_at}"
    late = now - timedelta(minutes=10)
    runs = subject.state in OFFERED and queries.carrier(subject).state != "suspended"
    if runs and agreement.lapses_at < late:
        yield f"{subject.reference} should have lapsed at {agreement.lapses_at}"
