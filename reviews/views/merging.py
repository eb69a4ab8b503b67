from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import boards
from proposals import queries as proposals
from proposals.models import Call, Project
from proposals.workflow import CALL
from proposals.workflow.projects import decisions_are_open
from reviews import queries, services
from reviews.forms.merging import MergeForm
from reviews.views.ranking import judged_call
from reviews.views.reading import status_of


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Several cases become one project with a budget line of its own; private until the release."""
    call = judged_call(request, code)
    cases = queries.judged_by_others(request.user).filter(call=call, state="final_review")
    found = list(
        cases.select_related("organisation", "filing")
        .prefetch_related(*proposals.DEMANDS)
        .order_by("reference")
    )
    offered = list(call.allocations.select_related("platform"))
    form = MergeForm(request.POST or None, cases=found, offered=offered)
    if request.method != "POST":
        return _page(request, call, form)
    if not form.is_valid():
        return _page(request, call, form, status=400)
    try:
        project = services.merge(
            call,
            form.cleaned_data["cases"],
            title=form.cleaned_data["title"],
            lead=form.cleaned_data["lead"],
            reason=form.cleaned_data["reason"],
            granted=form.granted(),
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refused:
        return _page(request, call, form, refusal=refused.verdict, status=status_of(refused))
    return redirect("project", project.key)


def _page(
    request: HttpRequest,
    call: Call,
    form: MergeForm,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    may = decisions_are_open(Project(call=call), Act(request.user, request.arrived_at))
    context = {
        "call": call,
        "bars": boards.board_bars(call, request.user),
        "form": form,
        "refusal": may if refusal is None and not may else refusal,
        "may": may and "chair" in CALL.relation(request.user, call),
    }
    return render(request, "reviews/merge.html", context, status=status)
