from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.forms import reason_of
from portal.verdict import Refused
from portal.workflow import Act
from proposals import boards, conditions, policy, queries
from proposals.forms.calls import CallForm
from proposals.forms.prefill import blank, values_of
from proposals.forms.terms import AllocationRows, CriterionRows
from proposals.models import Call
from proposals.services import calls as services
from proposals.views.public import TERMS
from proposals.workflow import CALL

PAGE = 50


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    calls = (
        queries.visible_calls(request.user)
        .filter(history=False)
        .prefetch_related("milestones")
        .annotate(filed=Count("lois", filter=Q(lois__filing__isnull=False)))
        .order_by("-closes_at", "code")
    )
    page = Paginator(calls, PAGE).get_page(request.GET.get("page"))
    staff = bool(request.user.roles() & boards.READERS)
    context = {
        "page": page,
        "staff": staff,
        "reading": bool(request.user.roles() & queries.READERS),
        "drafting": "secretary" in request.user.roles(),
        "rows": [
            {
                "call": call,
                "standing": CALL.state(call.state)
                if staff and call.state != "published"
                else boards.standing(call, request.arrived_at),
                "deadline": boards.closing(call, request.arrived_at),
                "final": boards.planned(call, "final"),
            }
            for call in page
        ],
    }
    return render(request, "proposals/calls.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    if "secretary" not in request.user.roles():
        raise Http404
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def revise(request: HttpRequest, code: str) -> HttpResponse:
    call = get_object_or_404(queries.visible_calls(request.user), code=code)
    if "secretary" not in policy.call_relation(request.user, call):
        raise Http404
    return _edit(request, call)


def _edit(request: HttpRequest, call: Call | None) -> HttpResponse:
    """One form for a new call and a draft one; rows are added and terms checked without saving."""
    act = request.POST.get("act", "")
    refusal = None
    if request.method == "POST" and not act.startswith("add_"):
        form = CallForm(request.POST, call=call, now=request.arrived_at)
        allocations = AllocationRows(request.POST, prefix="offer", form=form)
        criteria = CriterionRows(request.POST, prefix="rubric")
        valid = all([form.is_valid(), allocations.is_valid(), criteria.is_valid()])
        if valid and act != "check":
            edited = form.call()
            terms = {
                "allocations": allocations.rows(),
                "criteria": criteria.rows(),
                "milestones": form.milestones(),
                "by": request.user,
                "now": request.arrived_at,
            }
            try:
                (services.revise if call else services.draft)(edited, **terms)
            except Refused as refused:
                refusal = refused.verdict
            else:
                return redirect("call", edited.code)
    else:
        valid = False
        values = blank(request.POST) if act else values_of(call)
        form = CallForm(initial=values["call"], call=call, now=request.arrived_at)
        allocations = AllocationRows(
            initial=values["offer"], prefix="offer", form=form, more=1 if act == "add_offer" else 0
        )
        criteria = CriterionRows(
            initial=values["rubric"], prefix="rubric", more=1 if act == "add_rubric" else 0
        )
    context = {
        "call": call,
        "form": form,
        "allocations": allocations,
        "criteria": criteria,
        "checked": valid,
        "instants": form.instants() if form.is_bound else [],
        "verdict": refusal,
    }
    return render(
        request, "proposals/call_form.html", context, status=200 if refusal is None else 409
    )


def _confirm(request: HttpRequest, code: str, action: str, words: dict) -> HttpResponse:
    """The page before an act that others will see, and the act itself."""
    call = get_object_or_404(
        queries.visible_calls(request.user).prefetch_related(*TERMS, "criteria"), code=code
    )
    verdict = CALL.verdict(call, action, Act(request.user, request.arrived_at))
    if request.method == "POST":
        act = {"propose": services.propose, "publish": services.publish}[action]
        act(call, by=request.user, now=request.arrived_at)
        return redirect("call", call.code)
    context = {
        **words,
        "call": call,
        "action": CALL.row(action),
        "url": reverse(f"{action}_call", args=[call.code]),
        "verdict": verdict,
        "bars": boards.public_bars(call),
        "offers": boards.offers(call),
        "milestones": boards.timeline(call, request.arrived_at),
        "opening": boards.opening(call, request.arrived_at),
        "deadline": boards.closing(call, request.arrived_at),
    }
    status = 200 if verdict else 403 if verdict.who else 409
    return render(request, "proposals/call_confirm.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, code: str) -> HttpResponse:
    words = {
        "title": _("Propose %(code)s for publication") % {"code": code},
        "lead": _("An approver reads what follows and publishes it, or sends it back."),
    }
    return _confirm(request, code, "propose", words)


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, code: str) -> HttpResponse:
    words = {
        "title": _("Publish %(code)s") % {"code": code},
        "lead": _(
            "From now on everybody reads what follows. The terms and the rubric are fixed from here."
        ),
    }
    return _confirm(request, code, "publish", words)


@require_POST
def send_back(request: HttpRequest, code: str) -> HttpResponse:
    call = get_object_or_404(queries.visible_calls(request.user), code=code)
    services.send_back(
        call,
        by=request.user,
        now=request.arrived_at,
        reason=reason_of(request, most=2000),
    )
    return redirect("call", call.code)


@require_safe
def board(request: HttpRequest, code: str) -> HttpResponse:
    call = get_object_or_404(
        queries.visible_calls(request.user).prefetch_related(*TERMS), code=code, history=False
    )
    relation = policy.call_relation(request.user, call)
    if not relation & (boards.READERS | boards.DECIDERS):
        raise Http404
    now = request.arrived_at
    context = {
        "call": call,
        "state": CALL.state(call.state)
        if call.state != "published"
        else boards.standing(call, now),
        "deciding": bool(relation & boards.DECIDERS),
        "reading": bool(relation & queries.READERS),
        "conditioned": conditions.of_call(request.user, call).exists(),
        **boards.board(call, request.user, now),
    }
    return render(request, "proposals/board.html", context)
