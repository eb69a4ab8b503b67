from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal import countries
from portal.verdict import Refused
from reviews import queries, services
from reviews.conflicts import KINDS
from reviews.forms.declaring import DeclareForm
from reviews.models import Assignment
from reviews.views.reading import status_of
from reviews.views.reviewing import WRITTEN, deadline, own


@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, key: str) -> HttpResponse:
    """Before the content: who takes part, and what the reviewer declares."""
    assignment = own(request, key, "invited", *WRITTEN)
    if assignment.state != "invited":
        return redirect("review", key=key)
    form = DeclareForm(
        request.POST if request.method == "POST" else None, assessed=assignment.assessed
    )
    refusal, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _declared(request, assignment, form)
            except Refused as refused:
                refusal, status = refused.verdict, status_of(refused)
    shown = queries.identities_open(request.user, assignment.loi)
    context = {
        "assignment": assignment,
        "loi": assignment.loi,
        "title": assignment.loi.filing.content["identity"]["title"],
        "deadline": deadline(request, assignment),
        "parties": _parties(assignment) if shown else None,
        "found": _found(request, assignment) if shown else [],
        "form": form,
        "refusal": refusal,
    }
    return render(request, "reviews/declare.html", context, status=status)


def _found(request: HttpRequest, assignment: Assignment) -> list:
    found = queries.conflicts_of(request.user, assignment.loi, on=request.arrived_at.date())
    return [one for one in found if not one.secret]


def _declared(request: HttpRequest, assignment: Assignment, form: DeclareForm) -> HttpResponse:
    acts = {"declared": form.declared, "by": request.user, "now": request.arrived_at}
    case = {"case": assignment.loi.reference}
    if form.steps_back:
        services.recuse(assignment, reason="; ".join(form.declared.values()), **acts)
        messages.info(request, _("You have stepped back from %(case)s.") % case)
        return redirect("inbox")
    services.accept(assignment, confidence=form.cleaned_data.get("confidence"), **acts)
    if assignment.loi.state in queries.JUDGED:
        return redirect("review", key=assignment.key)
    messages.info(request, _("Accepted. %(case)s opens when its screening is done.") % case)
    return redirect("inbox")


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


@login_not_required
@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """What counts as a conflict of interest, and who rules on it: for everybody."""
    groups = [[kind for kind in KINDS if kind.hard is hard] for hard in (True, False)]
    return render(request, "reviews/help_conflicts.html", {"hard": groups[0], "soft": groups[1]})
