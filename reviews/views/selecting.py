"""The workbench: what fits together, while the chair puts a set of cases together."""

from collections.abc import Mapping
from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal import countries, roles
from portal.deadline import said
from portal.text import plain, say
from portal.verdict import Refused, Verdict
from portal.workflow import State
from proposals import boards, policy
from proposals import queries as proposals
from proposals.bars import percent
from proposals.models import Call, Decision, Project
from proposals.resources import SLOTS, Resource
from proposals.workflow import CALL, LOI
from reviews import queries
from reviews.forms.scores import CompareForm
from reviews.forms.selecting import FilterForm
from reviews.models import Scenario
from reviews.selection.inputs import available, changed
from reviews.selection.rules import MILLI, up
from reviews.services import scenarios
from reviews.services.scenarios import NOT, RESERVE, SELECT
from reviews.views.ranking import LEVELS, RISKS
from reviews.views.reading import fixed, status_of
from reviews.workflow import SCENARIO

PLACES = ((SELECT, say("Select")), (RESERVE, say("Reserve")), (NOT, say("Not")))
BY_OUTCOME = {
    Decision.Outcome.SELECTED: SELECT,
    Decision.Outcome.CONDITIONAL: SELECT,
    Decision.Outcome.RESERVE: RESERVE,
    Decision.Outcome.NOT_SELECTED: NOT,
}
# Column → what a case is sorted by; ties stay in the order of the ranking.
SORTS = {
    "rank": lambda row: row["rank"] or 10**6,
    "case": lambda row: row["reference"],
    "total": lambda row: -(row["contender"].total or 0),
    "country": lambda row: row["country"],
    "level": lambda row: row["level_code"],
    "place": lambda row: (SELECT, RESERVE, NOT).index(row["place"]),
}


def selected_call(request: HttpRequest, code: str) -> Call:
    """A call before those who decide on it; its chair alone puts sets together."""
    call = get_object_or_404(proposals.visible_calls(request.user), code=code, history=False)
    if not policy.call_relation(request.user, call) & boards.DECIDERS:
        raise Http404
    return call


def chairs(request: HttpRequest, call: Call) -> bool:
    return "chair" in CALL.relation(request.user, call)


@require_http_methods(["GET", "HEAD", "POST"])
def selection(request: HttpRequest, code: str) -> HttpResponse:
    """The cases and the budgets; what is typed is counted, and kept when asked."""
    call = selected_call(request, code)
    if request.POST.get("act") != "keep":
        return _page(request, call, request.POST or request.GET)
    places = {
        name.removeprefix("case-"): value
        for name, value in request.POST.items()
        if name.startswith("case-") and value in dict(PLACES)
    }
    note = request.POST.get("note", "")[:200]
    try:
        kept = scenarios.keep(
            call, places=places, note=note, by=request.user, now=request.arrived_at
        )
    except Refused as refused:
        return _page(
            request, call, request.POST, refusal=refused.verdict, status=status_of(refused)
        )
    messages.info(request, _("Kept as scenario %(n)s.") % {"n": kept.number})
    return redirect("scenario", key=kept.key)


def _page(
    request: HttpRequest,
    call: Call,
    typed: Mapping[str, str],
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    pool = queries.pool(request.user, call)
    known = list(queries.visible_scenarios(request.user, call))
    start = next((one for one in known if one.key == typed.get("from")), None)
    columns = [one for one in boards.resources(call) if one is not SLOTS]
    form = FilterForm(typed, groups=queries.groups(pool), resources=columns)
    places = _places(pool, typed, start)
    rows = [row_of(one, places[one.loi.pk], columns) for one in pool.contenders]
    form.arrange(rows, SORTS)
    context = {
        "call": call,
        "state": CALL.state(call.state),
        "chair": chairs(request, call),
        "hidden": pool.hidden,
        "form": form,
        "ranks": bool(CALL.relation(request.user, call) & {"chair", roles.AUDITOR}),
        "rows": rows,
        "columns": columns,
        "projects": [project_of(one, columns) for one in pool.projects],
        "bars": [bar_of(one, rows) for one in pool.envelopes],
        "places": PLACES,
        "counts": {place: sum(row["place"] == place for row in rows) for place, _ in PLACES},
        "start": start,
        "note": typed.get("note", ""),
        "scenarios": [line_of(one) for one in known],
        "unseen": Scenario.objects.filter(call=call).count() - len(known),
        "refusal": refusal,
    }
    if context["ranks"]:
        context["compare_form"] = CompareForm(cases=[one.loi for one in pool.contenders])
    return render(request, "reviews/selection.html", context, status=status)


def _places(pool: queries.Pool, typed: Mapping[str, str], start: Scenario | None) -> dict[int, str]:
    """Case id → its place: as typed, else of the scenario begun from, else as prepared now."""
    found = {}
    for one in pool.contenders:
        place = typed.get(f"case-{one.loi.key}")
        if place not in dict(PLACES):
            place = NOT
            if start:
                reserve = start.found.get("reserve", [])
                place = RESERVE if one.loi.reference in reserve else NOT
                place = SELECT if one.loi.reference in start.chosen else place
            elif one.decision:
                place = BY_OUTCOME[one.decision.outcome]
        found[one.loi.pk] = place
    return found


def row_of(one: queries.Contender, place: str, columns: list[Resource]) -> dict:
    loi, spread, rank = one.loi, one.standing.bench.spread, one.standing.place
    themes = dict(loi.call.keywords)
    asked = one.standing.asked
    return {
        "contender": one,
        "loi": loi,
        "reference": loi.reference,
        "number": loi.reference[-2:],
        "title": loi.filing.content["identity"]["title"],
        "organisation": loi.organisation.name,
        "place": place if one.ready else NOT,
        "ready": one.ready,
        "unknown": one.unknown,
        "rank": rank.rank if rank else None,
        "total": fixed(one.total, "0.01"),
        "sd": fixed(spread.sd, "0.1"),
        "range": f"{plain(min(spread.totals))}–{plain(max(spread.totals))}"
        if spread.totals
        else "",
        "risk": RISKS.get(one.standing.bench.risks[-1]) if one.standing.bench.risks else "",
        "country": countries.name(one.country) if one.country else "",
        "level": LEVELS.get(one.level, ""),
        "level_code": one.level,
        "themes": ", ".join(themes.get(code, code) for code in one.themes),
        "in": {"theme": one.themes, "level": (one.level,), "country": (one.country,)},
        "groups": " ".join(sorted(queries.groups_of(one))),
        "asks": asked,
        "amounts": [
            {"resource": each, "amount": plain(asked[each.code]) if each.code in asked else "–"}
            for each in columns
        ],
        "uses": " ".join(f"{code}:{up(amount)}" for code, amount in sorted(one.uses.items())),
        "state": None if loi.state == "final_review" else LOI.state(loi.state),
        "decision": one.decision,
    }


def project_of(one: Project, columns: list[Resource]) -> dict:
    """Several cases that go on as one: given together, and decided elsewhere."""
    given: dict[str, Decimal] = {}
    for grant in one.grants.select_related("allocation"):
        code = grant.allocation.resource
        given[code] = given.get(code, Decimal(0)) + grant.amount
    amounts = [
        {"resource": each, "amount": plain(given[each.code]) if each.code in given else "–"}
        for each in columns
    ]
    references = ", ".join(loi.reference for loi in one.cases)
    return {"project": one, "cases": references, "amounts": amounts}


def bar_of(one: queries.Envelope, rows: list[dict]) -> dict:
    """One budget with a block for each selected case, in percent of what is offered."""
    balance = one.balance
    offered, most = balance.offered, balance.available
    blocks, at = [], one.others
    for row in rows:
        amount = row["contender"].uses.get(one.code) if row["place"] == SELECT else None
        if amount:
            end = min(at + amount, most)
            blocks.append(
                {
                    "label": f"{row['reference']} {plain(amount)}",
                    "start": percent(min(at, most), offered),
                    "width": percent(max(end - at, Decimal(0)), offered),
                }
            )
            at += amount
    over = max(at - most, Decimal(0))
    return {
        "code": one.code,
        "label": one.name,
        "unit": one.allocation.kind.symbol,
        "offered": plain(offered),
        "most": plain(most),
        "selected": plain(at - one.others),
        "others": plain(one.others) if one.others else "",
        "free": plain(max(most - at, Decimal(0))),
        "held_back": plain(balance.held_back) if balance.held_back else "",
        "over": plain(over) if over else "",
        "blocks": blocks,
        "others_width": percent(min(one.others, most), offered),
        "held_start": percent(most, offered),
        "held_width": percent(balance.held_back, offered),
        "over_width": percent(over, offered),
        "scale": percent(offered, offered + over),
        "grams": {"offered": up(offered), "most": int(most / MILLI), "others": up(one.others)},
    }


def line_of(one: Scenario) -> dict:
    """A scenario in the list of a call's."""
    first = next(iter(one.inputs["budgets"]), None)
    used = one.found.get("used", {}).get(first["name"]) if first else None
    return {
        "scenario": one,
        "at": said(one.at, one.call.zone),
        "state": standing_of(one),
        "value": plain(Decimal(one.found["value"])) if one.found.get("chosen") is not None else "",
        "cases": len(one.chosen),
        "used": plain(Decimal(used)) if used is not None else "",
        "unit": first["unit"] if first else "",
        "most": plain(available(first) - Decimal(first["others"])) if first else "",
    }


def standing_of(one: Scenario) -> State:
    """Where it is; of one that workers gave up, that it will not be worked out."""
    if one.failed_at and one.state in {"waiting", "running"}:
        return State("failed", say("could not be worked out"), tone="cinnabar")
    return SCENARIO.state(one.state)


def differences(one: Scenario, other: list[str]) -> dict[str, list[str]]:
    """What is in the set and not in the other, and the other way."""
    return dict(zip(("only_here", "only_there"), changed(one.chosen, other), strict=True))
