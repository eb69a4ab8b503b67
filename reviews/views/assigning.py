from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from portal import roles
from portal.deadline import ZONE_NAMES, zoned
from portal.forms import reason_of
from portal.verdict import Refused
from portal.workflow import Act
from proposals import queries as proposals
from proposals.models import LetterOfIntent
from proposals.workflow import LOI
from reviews import queries, services
from reviews.forms.panel import AssignForm
from reviews.views.reading import status_of
from reviews.workflow import ASSIGNMENT
from reviews.workflow.assignments import OPEN_CASES

WEEKS = timedelta(weeks=4)


@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, key: str) -> HttpResponse:
    """The panel's reviewers before one case: load, keywords, conflicts; tick and invite."""
    loi = _case(request, key)
    candidates, assigned = _candidates(loi, request.arrived_at)
    form = AssignForm(
        request.POST or None,
        zone=loi.call.zone,
        now=request.arrived_at,
        candidates=candidates,
        initial={"due": _due(loi, assigned, request.arrived_at)},
    )
    refusal, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _assigned(request, loi, candidates, form.cleaned_data)
            except Refused as refused:
                refusal, status = refused.verdict, status_of(refused)
    act = Act(by=request.user, now=request.arrived_at, facts=queries.facts(loi))
    context = {
        "loi": loi,
        "call": loi.call,
        "state": LOI.state(loi.state),
        "candidates": candidates,
        "ticked": set(form["reviewers"].value() or ()),
        "assigned": assigned,
        "invites": roles.SECRETARY in LOI.relation(request.user, loi) and loi.state in OPEN_CASES,
        "begins": LOI.verdict(loi, "begin_review", act) if loi.state == "screening" else None,
        "zone": ZONE_NAMES.get(loi.call.zone, loi.call.zone),
        "least": loi.call.reviewers_least,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "reviews/assign.html", context, status=status)


def _due(loi: LetterOfIntent, assigned: list[dict], now: datetime) -> datetime:
    """As with those on the case already, else four weeks from now, by the clock of the call."""
    dues = [row["assignment"].due_at for row in assigned if row["assignment"].due_at]
    if dues and max(dues) > now:
        return max(dues).astimezone(loi.call.zoneinfo).replace(tzinfo=None)
    local = (now + WEEKS).astimezone(loi.call.zoneinfo)
    return local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


def _case(request: HttpRequest, key: str) -> LetterOfIntent:
    """A filed case, for the secretary, and for the auditor to read."""
    if not request.user.roles() & {roles.SECRETARY, roles.AUDITOR}:
        raise Http404
    found = proposals.visible_lois(request.user).select_related("pi").exclude(filing=None)
    loi = get_object_or_404(found, key=key)
    if not LOI.relation(request.user, loi) & {roles.SECRETARY, roles.AUDITOR}:
        raise Http404
    return loi


def _candidates(loi: LetterOfIntent, now: datetime) -> tuple[list[queries.Candidate], list[dict]]:
    """Who may be invited still, and who is on the case or was."""
    assignments = list(loi.assignments.exclude(state="removed").select_related("reviewer"))
    taken = {assignment.reviewer_id for assignment in assignments}
    free = [c for c in queries.candidates(loi, on=now.date()) if c.member.user_id not in taken]
    assigned = [
        {
            "assignment": assignment,
            "state": ASSIGNMENT.state(assignment.state),
            "due": zoned(assignment.due_at, loi.call.zone) if assignment.due_at else "",
            "removable": assignment.state in {"invited", "accepted"},
        }
        for assignment in sorted(assignments, key=lambda a: a.pk)
    ]
    return free, assigned


def _assigned(
    request: HttpRequest, loi: LetterOfIntent, candidates: list[queries.Candidate], given: dict
) -> HttpResponse:
    people = {c.member.user.key: c.member.user for c in candidates}
    services.assign_all(
        loi,
        [people[key] for key in given["reviewers"]],
        due_at=given["due"],
        by=request.user,
        now=request.arrived_at,
    )
    number = len(given["reviewers"])
    messages.info(
        request,
        ngettext("%(n)s reviewer invited.", "%(n)s reviewers invited.", number) % {"n": number},
    )
    return redirect("assign", key=loi.key)


@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Take a reviewer off a case; done by the secretary or the chair."""
    assignment = get_object_or_404(
        queries.visible_assignments(request.user).exclude(reviewer=request.user), key=key
    )
    services.remove(
        assignment,
        reason=reason_of(request, most=500),
        by=request.user,
        now=request.arrived_at,
    )
    secretary = roles.SECRETARY in request.user.roles()
    return redirect("assign" if secretary else "judging", key=assignment.loi.key)


@require_POST
def begin_review(request: HttpRequest, key: str) -> HttpResponse:
    loi = _case(request, key)
    services.begin_review(loi, by=request.user, now=request.arrived_at)
    return redirect("assign", key=loi.key)
