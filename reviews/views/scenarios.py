"""A scenario: asked of the proposer, watched, read, and decisions prepared from it."""

from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import roles
from portal.deadline import said
from portal.text import plain, say
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals.models import Decision
from proposals.workflow import CALL
from reviews import plots, queries
from reviews.forms.scenarios import ApplyForm, ProposeForm
from reviews.models import Scenario
from reviews.selection.inputs import available, changed, choice_of
from reviews.services import scenarios
from reviews.services.scenarios import Intent
from reviews.views.reading import status_of
from reviews.views.selecting import chairs, selected_call, standing_of
from reviews.workflow import SCENARIO

PREPARED = "prepared"
STANDINGS = ((90, say("core")), (10, say("borderline")), (0, say("exterior")))


def _load(request: HttpRequest, key: str) -> Scenario:
    """A scenario before those who decide, whose every case they may see."""
    found = get_object_or_404(Scenario.objects.select_related("call"), key=key)
    call = selected_call(request, found.call.code)
    return get_object_or_404(queries.visible_scenarios(request.user, call), key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """The rules under which the best set is worked out; begun from those of a scenario."""
    call = selected_call(request, code)
    if not chairs(request, call):
        raise Http404
    pool = queries.pool(request.user, call)
    start = queries.visible_scenarios(request.user, call).filter(
        key=request.POST.get("from") or request.GET.get("from") or "none"
    )
    start = start.first()
    known = {one.loi.reference for one in pool.ready}
    begun = start.inputs if start else queries.inputs(pool, {}, {})
    form = ProposeForm(
        request.POST or None,
        budgets=begun["budgets"],
        cases=[(one.loi.reference, f"{one.loi.reference} {one.loi.title}") for one in pool.ready],
        groups=queries.groups(pool),
        rules=_still(begun["rules"], known),
    )
    refusal, status = None, 200
    asked = request.method == "POST" and not {"add_rule", "add_share"} & request.POST.keys()
    if asked:
        if form.is_valid():
            try:
                made = scenarios.ask(
                    call,
                    rules=form.rules(),
                    what_if=form.what_if(),
                    note=form.cleaned_data["note"],
                    by=request.user,
                    now=request.arrived_at,
                )
            except Refused as refused:
                refusal, status = refused.verdict, status_of(refused)
            else:
                return redirect("scenario", key=made.key)
        else:
            status = 400
    context = {
        "call": call,
        "form": form,
        "asked": asked,
        "start": start,
        "refusal": refusal,
        "cases": len(pool.ready),
        "left": [one.loi.reference for one in pool.contenders if not one.ready],
    }
    return render(request, "reviews/propose.html", context, status=status)


def _still(rules: dict, known: set[str]) -> dict:
    """The rules of an earlier scenario that speak of cases which are still there."""
    return {
        **rules,
        **{kind: [one for one in rules[kind] if one in known] for kind in ("inside", "outside")},
        **{
            kind: [pair for pair in rules[kind] if set(pair) <= known]
            for kind in ("apart", "needs")
        },
    }


@require_safe
def scenario(request: HttpRequest, key: str) -> HttpResponse:
    found = _load(request, key)
    if request.htmx:
        response = render(request, "reviews/scenario_found.html", _context(request, found))
        if not found.going:
            response["HX-Refresh"] = "true"
        return response
    return _page(request, found)


def _page(
    request: HttpRequest, found: Scenario, *, refusal: Verdict | None = None, status: int = 200
) -> HttpResponse:
    context = _context(request, found) | {"refusal": refusal}
    return render(request, "reviews/scenario.html", context, status=status)


def _context(request: HttpRequest, found: Scenario) -> dict:
    cases = {one["reference"]: one for one in found.inputs["cases"]}
    others = queries.visible_scenarios(request.user, found.call).exclude(pk=found.pk)
    others = [one for one in others.exclude(inputs={}) if one.state == "done"]
    result = found.found
    offers = SCENARIO.available(found, request.user, request.arrived_at)
    return {
        "call": found.call,
        "scenario": found,
        "at": said(found.at, found.call.zone),
        "state": standing_of(found),
        "going": found.going,
        "chair": chairs(request, found.call),
        "ranks": bool(CALL.relation(request.user, found.call) & {"chair", roles.AUDITOR}),
        "found": result,
        "gap": _gap(result),
        "rows": _rows(request, found, cases),
        "budgets": [_budget(one, result) for one in found.inputs["budgets"]],
        "rules": _rules(found),
        "others": others,
        "against": _against(request, found, others),
        "percent": 100 * found.steps_done // (found.steps or 1),
        "plot": _plot(found),
        "offers": {offer.row.action: offer for offer in offers},
    }


def _gap(result: dict) -> str:
    """How far the best set that may exist lies above the one found, in points."""
    if not result.get("chosen") or "bound" not in result:
        return ""
    return plain(Decimal(result["bound"]) - Decimal(result["value"]))


def _rows(request: HttpRequest, found: Scenario, cases: dict) -> list[dict]:
    """Every case of the scenario, the set first, each with what it takes and how surely it is in."""
    lois = {one.reference: one for one in found.cases.select_related("organisation", "filing")}
    drawn, draws = found.found.get("drawn", {}), found.found.get("draws", 0)
    reserve = set(found.found.get("reserve", []))
    rows = []
    for reference, case in cases.items():
        share = 100 * drawn[reference] // draws if draws else None
        rows.append(
            {
                "reference": reference,
                "loi": lois.get(reference),
                "total": case["total"],
                "in": reference in found.chosen,
                "reserve": reference in reserve,
                "uses": [
                    {"budget": one, "amount": plain(Decimal(case["uses"].get(one["code"], 0)))}
                    for one in found.inputs["budgets"]
                ],
                "share": share,
                "standing": next(word for least, word in STANDINGS if (share or 0) >= least)
                if share is not None
                else "",
            }
        )
    return sorted(rows, key=lambda row: not row["in"])


def _budget(one: dict, result: dict) -> dict:
    offered, held = Decimal(one["offered"]), Decimal(one["held_back"])
    used = Decimal(result.get("used", {}).get(one["name"], 0))
    most = offered - held - Decimal(one["others"])
    return {
        **one,
        "offered": plain(offered),
        "held_back": plain(held) if held else "",
        "others": plain(Decimal(one["others"])) if Decimal(one["others"]) else "",
        "cap": "" if one["cap"] is None else plain(Decimal(one["cap"])),
        "used": plain(used),
        "most": plain(most),
        "free": plain(most - used),
    }


def _rules(found: Scenario) -> list[str]:
    """The rules of the set, each as a sentence."""
    choice = choice_of(found.inputs)
    return [
        *(str(say("%(case)s is in", case=one)) for one in sorted(choice.inside)),
        *(str(say("%(case)s stays out", case=one)) for one in sorted(choice.outside)),
        *(str(say("not both %(one)s and %(other)s", one=a, other=b)) for a, b in sorted(choice.apart)),
        *(str(say("%(one)s only with %(other)s", one=a, other=b)) for a, b in sorted(choice.needs)),
        *(
            str(say("at least %(n)s of %(group)s", n=one.least, group=one.group))
            for one in choice.shares
            if one.least
        ),
        *(
            str(say("at most %(n)s of %(group)s", n=one.most, group=one.group))
            for one in choice.shares
            if one.most is not None
        ),
    ]  # fmt: skip


def _against(request: HttpRequest, found: Scenario, others: list[Scenario]) -> dict | None:
    """What differs from another scenario, or from the decisions as they are prepared now."""
    asked = request.GET.get("against", PREPARED)
    other = next((one for one in others if one.key == asked), None)
    if other is None:
        decided = queries.pool(request.user, found.call).contenders
        there = [
            one.loi.reference
            for one in decided
            if one.decision is not None and one.decision.positive
        ]
        if not there and "against" not in request.GET:
            return None
    else:
        there = other.chosen
    here, away = changed(found.chosen, there)
    return {"other": other, "only_here": here, "only_there": away}


def _plot(found: Scenario) -> plots.Frontier | None:
    points = found.found.get("frontier", [])
    first = next(iter(found.inputs["budgets"]), None)
    if first is None:
        return None
    most = available(first) - Decimal(first["others"])
    return plots.frontier([(Decimal(one["used"]), Decimal(one["value"])) for one in points], most)


@require_POST
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    found = _load(request, key)
    try:
        scenarios.cancel(found, by=request.user, now=request.arrived_at)
    except Refused as refused:
        return _page(request, found, refusal=refused.verdict, status=status_of(refused))
    return redirect("scenario", key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, key: str) -> HttpResponse:
    """The committee's decisions from a scenario, each with its reason: all prepared, or none."""
    found = _load(request, key)
    act = Act(request.user, request.arrived_at)
    may = SCENARIO.verdict(found, "apply", act)
    rows = _to_prepare(request, found)
    form = ApplyForm(request.POST or None, rows=rows)
    refusal, status = None, 400 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        intents = {case: Intent(**given) for case, given in form.intents().items()}
        try:
            made = scenarios.apply(found, intents=intents, by=request.user, now=request.arrived_at)
        except Refused as refused:
            refusal, status = refused.verdict, status_of(refused)
        else:
            messages.info(request, _("Decisions prepared: %(n)s.") % {"n": len(made)})
            return redirect("ranking", code=found.call.code)
    elif not may and request.method != "POST":
        return _page(request, found, refusal=may, status=403 if may.who else 409)
    context = {"call": found.call, "scenario": found, "form": form, "refusal": refusal}
    return render(request, "reviews/apply_scenario.html", context, status=status)


def _to_prepare(request: HttpRequest, found: Scenario) -> list[dict]:
    """The cases in final review, each with the outcome that the scenario means for it."""
    reserve = set(found.found.get("reserve", []))
    rows = []
    for one in queries.pool(request.user, found.call).contenders:
        if one.loi.state != "final_review" or not one.ready:
            continue
        outcome = Decision.Outcome.NOT_SELECTED
        if one.loi.reference in reserve:
            outcome = Decision.Outcome.RESERVE
        if one.loi.reference in found.chosen:
            outcome = Decision.Outcome.SELECTED
        stands = one.decision
        same = stands and (
            stands.outcome == outcome or (stands.positive and outcome == Decision.Outcome.SELECTED)
        )
        rows.append(
            {
                "key": one.loi.key,
                "reference": one.loi.reference,
                "title": one.loi.title,
                "total": plain(one.total),
                "stands": stands.get_outcome_display() if stands else "",
                "outcome": "" if same else outcome,
                "instead": stands.key if stands else "",
                "high": one.standing.bench.all_risks.count("high"),
                "waiver": stands.waiver if stands else "",
            }
        )
    return rows
