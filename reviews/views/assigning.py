from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from portal import roles
from portal.deadline import ZONE_NAMES, zoned
from portal.forms import reason_of
from portal.models import User
from portal.verdict import Refused
from portal.workflow import Act
from proposals import queries as proposals
from proposals.models import LetterOfIntent
from proposals.workflow import LOI
from reviews import queries, services
from reviews.forms.panel import AssignForm
from reviews.models import Assignment
from reviews.views.reading import status_of
from reviews.workflow import ASSIGNMENT
from reviews.workflow.assignments import OPEN_CASES

WEEKS, STAYS_OPEN = timedelta(weeks=4), timedelta(weeks=2)
SEATED = (*OPEN_CASES, "consensus")


@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, key: str) -> HttpResponse:
    """The panel's reviewers before one case: load, keywords, conflicts; tick and invite."""
    loi = _case(request, key)
    candidates, assigned = _candidates(request, loi)
    form = AssignForm(
        request.POST or None,
        zone=loi.call.zone,
        now=request.arrived_at,
        candidates=candidates,
        initial=_instants(loi, assigned, request.arrived_at),
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
        "presenting": _presenting(loi, assigned, request.user),
        "seats": request.user.roles() & {roles.SECRETARY} and loi.state in SEATED,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "reviews/assign.html", context, status=status)


def _instants(loi: LetterOfIntent, assigned: list[dict], now: datetime) -> dict[str, datetime]:
    """As with those on the case already, else in four weeks, by the clock of the call."""
    zone = loi.call.zoneinfo
    ahead = [row["assignment"] for row in assigned if row["assignment"].due_at]
    ahead = [one for one in ahead if one.due_at > now]
    if ahead:
        last = max(ahead, key=lambda one: one.due_at)
        found = {"due": last.due_at, "closes": last.closes_at}
        return {name: at.astimezone(zone).replace(tzinfo=None) for name, at in found.items() if at}
    return in_weeks(now, zone)


def in_weeks(now: datetime, zone: ZoneInfo) -> dict[str, datetime]:
    """Midnight four weeks from now by the clock of the call; the sheets close two weeks later."""
    local = (now + WEEKS).astimezone(zone)
    due = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return {"due": due, "closes": due + STAYS_OPEN}


def _presenting(loi: LetterOfIntent, assigned: list[dict], user: User) -> list[dict]:
    """The two seats with who holds them, or who is proposed for them, and who else could."""
    on_it = [row["assignment"] for row in assigned]
    on_it = [a for a in on_it if a.state in queries.ACTIVE and not a.assessed]
    held = {a.seat: a for a in on_it if a.seat in queries.PRESENTING}
    proposed = queries.presenters(loi, on_it, seen_by=user) if not held else {}
    return [
        {
            "seat": seat,
            "label": Assignment.Seat(seat).label,
            "held": held.get(seat),
            "proposed": None if seat in held else proposed.get(seat),
            "who": on_it,
        }
        for seat in queries.PRESENTING
    ]


@require_POST
def present(request: HttpRequest, key: str) -> HttpResponse:
    """Who presents the case in the meeting: one primary and one secondary reviewer, or nobody."""
    loi = _case(request, key)
    on_it = {a.key: a for a in loi.assignments.filter(state__in=queries.ACTIVE)}
    wanted = {seat: on_it.get(request.POST.get(seat, "")) for seat in queries.PRESENTING}
    services.present(loi, wanted, by=request.user, now=request.arrived_at)
    return redirect("assign", key=key)


def _case(request: HttpRequest, key: str) -> LetterOfIntent:
    """A filed case, for the secretary, and for the auditor to read."""
    if not request.user.roles() & {roles.SECRETARY, roles.AUDITOR}:
        raise Http404
    found = proposals.visible_lois(request.user).select_related("pi").exclude(filing=None)
    loi = get_object_or_404(found, key=key)
    if not LOI.relation(request.user, loi) & {roles.SECRETARY, roles.AUDITOR}:
        raise Http404
    return loi


def _candidates(
    request: HttpRequest, loi: LetterOfIntent
) -> tuple[list[queries.Candidate], list[dict]]:
    """Who may be invited still, and who is on the case or was."""
    assignments = list(loi.assignments.exclude(state="removed").select_related("reviewer"))
    taken = {assignment.reviewer_id for assignment in assignments}
    found = queries.candidates(loi, on=request.arrived_at.date(), seen_by=request.user)
    free = [c for c in found if c.member.user_id not in taken]
    assigned = [
        {
            "assignment": assignment,
            "state": ASSIGNMENT.state(assignment.state),
            "due": zoned(assignment.due_at, loi.call.zone) if assignment.due_at else "",
            "closes": zoned(assignment.closes_at, loi.call.zone) if assignment.closes_at else "",
            "removable": assignment.state in {"invited", "accepted"},
        }
        for assignment in sorted(assignments, key=lambda a: a.pk)
    ]
    return free, assigned


def _assigned(
    request: HttpRequest, loi: LetterOfIntent, candidates: list[queries.Candidate], given: dict
) -> HttpResponse:
    people = {c.member.user.key: c.member.user for c in candidates}
    roles_of = {c.member.user.key: c.member.role for c in candidates}
    services.assign_all(
        loi,
        [people[key] for key in given["reviewers"]],
        seats={key: "assessor" for key, role in roles_of.items() if role == roles.ASSESSOR},
        due_at=given["due"],
        closes_at=given["closes"],
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
