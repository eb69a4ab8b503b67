from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal import countries
from portal.deadline import Deadline
from portal.forms import reason_of
from portal.verdict import Refused
from reviews import queries, services
from reviews.forms.panel import DeclareForm
from reviews.models import Assignment
from reviews.views.reading import status_of

WRITTEN = ("accepted", "locked")


def _deadline(request: HttpRequest, assignment: Assignment) -> Deadline | None:
    if assignment.due_at is None:
        return None
    return Deadline(assignment.due_at, assignment.loi.call.zone, request.arrived_at)


def _own(request: HttpRequest, key: str, *states: str) -> Assignment:
    """The reader's own review; 404 for everybody else's, and in every other state."""
    found = queries.visible_assignments(request.user).filter(reviewer=request.user)
    return get_object_or_404(found.filter(state__in=states), key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, key: str) -> HttpResponse:
    """Before the content: who takes part, and what the reviewer declares."""
    assignment = _own(request, key, "invited", *WRITTEN)
    if assignment.state != "invited":
        return redirect("review", key=key)
    form = DeclareForm(request.POST or None)
    refusal, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _declared(request, assignment, **form.cleaned_data)
            except Refused as refused:
                refusal, status = refused.verdict, status_of(refused)
    names = queries.identities_open(request.user, assignment.loi)
    context = {
        "assignment": assignment,
        "loi": assignment.loi,
        "deadline": _deadline(request, assignment),
        "title": assignment.loi.filing.content["identity"]["title"],
        "parties": _parties(assignment) if names else None,
        "found": _found(request, assignment) if names else [],
        "form": form,
        "refusal": refusal,
    }
    return render(request, "reviews/declare.html", context, status=status)


def _found(request: HttpRequest, assignment: Assignment) -> list:
    found = queries.conflicts_of(request.user, assignment.loi, on=request.arrived_at.date())
    return [one for one in found if not one.secret]


def _declared(
    request: HttpRequest, assignment: Assignment, *, conflict: str, words: str
) -> HttpResponse:
    acts = {"by": request.user, "now": request.arrived_at}
    if conflict == DeclareForm.HARD:
        services.recuse(assignment, reason=words, **acts)
        messages.info(request, _("You have stepped back from %(case)s.") % _case(assignment))
        return redirect("inbox")
    services.accept(assignment, soft_conflict=words if conflict == DeclareForm.SOFT else "", **acts)
    if assignment.loi.state in queries.JUDGED:
        return redirect("review", key=assignment.key)
    messages.info(
        request, _("Accepted. %(case)s opens when its screening is done.") % _case(assignment)
    )
    return redirect("inbox")


def _case(assignment: Assignment) -> dict:
    return {"case": assignment.loi.reference}


def _parties(assignment: Assignment) -> dict:
    """Names alone: organisations with their countries, and people."""
    loi = assignment.loi
    team = loi.filing.content["team"]
    named = [(loi.organisation.name, loi.organisation.country)]
    named += [(row["name"], row["country"]) for row in team["partners"]]
    return {
        "organisations": [
            {"name": name, "country": countries.name(country) if country else ""}
            for name, country in named
        ],
        "counterpart": team["counterpart"],
        "people": [
            {"name": team["pi_name"], "organisation": loi.organisation.name},
            *({"name": row["name"], "organisation": row["organisation"]} for row in team["people"]),
        ],
    }


@require_POST
def recuse(request: HttpRequest, key: str) -> HttpResponse:
    """A conflict noticed only while reading: step back, with the reason."""
    assignment = _own(request, key, "invited", "accepted")
    services.recuse(
        assignment,
        reason=reason_of(request, most=500),
        by=request.user,
        now=request.arrived_at,
    )
    messages.info(request, _("You have stepped back from %(case)s.") % _case(assignment))
    return redirect("inbox")


@require_POST
def give_back(request: HttpRequest, key: str) -> HttpResponse:
    """No conflict, and still it cannot be done: the case goes back to be assigned."""
    assignment = _own(request, key, "invited", "accepted")
    services.give_back(
        assignment,
        reason=reason_of(request, most=500),
        by=request.user,
        now=request.arrived_at,
    )
    messages.info(request, _("You have given %(case)s back.") % _case(assignment))
    return redirect("inbox")
