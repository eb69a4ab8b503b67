from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.models import User
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import boards
from proposals import content as document
from proposals import queries as proposals
from proposals.bars import Bar, bar
from proposals.models import Call, Decision, LetterOfIntent
from proposals.models.decisions import PREPARED
from proposals.services import decisions
from proposals.workflow import DECISION
from reviews import queries, services
from reviews.forms.decisions import POSITIVE, DecisionForm
from reviews.views.ranking import board, judged_call, judged_case
from reviews.views.reading import status_of


@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest, key: str) -> HttpResponse:
    """What is to become of a case, private until the release; what it is given is held."""
    loi = judged_case(request, key)
    standing = standing_of(loi)
    demands, promotes = proposals.demands(loi), loi.state == "reserve"
    if request.method == "GET" and request.GET.get("part") == "bars":
        context = {"bars": bars_with(loi.call, request.user, standing, request.GET)}
        return render(request, "reviews/bars.html", context)
    if request.method != "POST":
        return _page(
            request, loi, DecisionForm(demands=demands, standing=standing, promotes=promotes)
        )
    form = DecisionForm(request.POST, demands=demands, standing=standing, promotes=promotes)
    if "add_condition" in request.POST:
        return _page(request, loi, form)
    if not form.is_valid():
        return _page(request, loi, form, status=400)
    try:
        services.prepare_decision(
            loi,
            outcome=form.cleaned_data["outcome"],
            reason=form.cleaned_data["reason"],
            conditions=form.agreed(),
            granted=form.granted(),
            waiver=form.cleaned_data["waiver"],
            instead_of=form.cleaned_data["instead_of"],
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refused:
        typed = request.POST.copy()
        standing = standing_of(loi)
        typed["instead_of"] = standing.key if standing else ""
        form = DecisionForm(typed, demands=demands, standing=standing, promotes=promotes)
        return _page(request, loi, form, refusal=refused.verdict, status=status_of(refused))
    return redirect("ranking", code=loi.call.code)


def standing_of(loi: LetterOfIntent) -> Decision | None:
    """The decision in preparation, with what it would give."""
    found = loi.decisions.filter(state__in=PREPARED)
    return found.prefetch_related("grants").first()


def bars_with(
    call: Call, user: User, standing: Decision | None, typed: Mapping[str, str]
) -> list[Bar]:
    """The ledger of a call as it would be with what is typed: the holds of the others and this one.

    Who may not see what is free reads no hold but this one.
    """
    free, unseen = boards.sees_what_is_free(user, call), boards.unseen(user, call)
    asked = boards.demanded(call, user)
    held = {g.allocation_id: g.amount for g in standing.grants.all()} if standing else {}
    drawn = []
    for allocation in call.allocations.select_related("platform"):
        balance, own = proposals.balance(allocation), held.get(allocation.pk, Decimal(0))
        balance = balance.without(unseen.get(allocation.pk, Decimal(0)))
        if not free:
            balance = replace(balance, proposed=own)
        if "outcome" in typed:
            wanted = Decimal(0)
            if typed["outcome"] in POSITIVE:
                amount = document.number(typed.get(f"granted_{allocation.resource}", ""))
                wanted = amount if amount and 0 < amount < 10**9 else Decimal(0)
            balance = replace(balance, proposed=balance.proposed - own + wanted)
        drawn.append(
            bar(
                balance,
                boards.label(allocation, call),
                asked=asked.get(allocation.pk, Decimal(0)),
                proposals=True,
            )
        )
    return drawn


def _page(
    request: HttpRequest,
    loi: LetterOfIntent,
    form: DecisionForm,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    act = Act(by=request.user, now=request.arrived_at)
    action = "promote" if loi.state == "reserve" else "prepare"
    may = DECISION.verdict(Decision(loi=loi), action, act)
    told = refusal is not None
    bench = queries.bench(loi)
    context = {
        "loi": loi,
        "call": loi.call,
        "title": document.text(loi.filing.content, "identity", "title"),
        "bars": bars_with(loi.call, request.user, standing_of(loi), request.POST),
        "standing": standing_of(loi),
        "outcomes": dict(Decision.Outcome.choices),
        "consensus": bench.consensus,
        "high": bench.all_risks.count("high"),
        "rated": len(bench.all_risks),
        "form": form,
        "refusal": refusal if told or may else may,
        "may": may,
        "title_of_refusal": _("Not prepared") if told else _("Nothing can be prepared now"),
    }
    return render(request, "reviews/prepare.html", context, status=status)


@require_POST
def propose_decisions(request: HttpRequest, code: str) -> HttpResponse:
    call = judged_call(request, code)
    try:
        decisions.propose_decisions(call, by=request.user, now=request.arrived_at)
    except Refused as refused:
        return board(request, call, refusal=refused.verdict, status=status_of(refused))
    return redirect("ranking", code=code)
