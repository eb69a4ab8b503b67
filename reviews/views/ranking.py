"""The order of the cases of a call, with every number that made it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal import countries, roles
from portal.forms import reason_of
from portal.spreadsheets import csv_response
from portal.text import plain, say
from portal.verdict import Refused, Verdict
from proposals import boards
from proposals import queries as proposals
from proposals.models import Call, Decision, LetterOfIntent, Project
from proposals.sections import MISSION, SYSTEM, UNIT
from proposals.workflow import CALL, LOI
from reviews import order, queries, scoring, services
from reviews.calibration import Calibrated
from reviews.models import TieChoice
from reviews.views.reading import fixed, status_of

BROKEN = {
    "C1": say("equal to the half point; C1 decided"),
    "C3": say("equal to the half point and in C1; C3 decided"),
    "coverage": say(
        "equal to the half point, in C1 and in C3; a cooperation level or discipline not covered before decided"
    ),
    "country": say(
        "equal to the half point, in C1, in C3 and in what they cover; a country not covered before decided"
    ),
    "MEV": say(
        "equal to the half point, in C1, in C3 and in what they cover; the lower MEV decided"
    ),
    "choice": say("equal after every rule; the chair's recorded choice decided"),
}
LEVELS = {MISSION: say("mission"), SYSTEM: say("system"), UNIT: say("unit")}
RISKS = {"low": say("low"), "medium": say("medium"), "high": say("high")}
# (state of a case, of its call) in which the chair prepares what is to become of it.
PREPARABLE = {("final_review", "closed"), ("final_review", "released"), ("reserve", "released")}
RANKED = (*queries.JUDGED, *boards.DECIDED)


def judged_call(request: HttpRequest, code: str) -> Call:
    """A call before whoever ranks it: its chair, and the auditor to read."""
    call = get_object_or_404(proposals.visible_calls(request.user), code=code, history=False)
    if not CALL.relation(request.user, call) & {"chair", roles.AUDITOR}:
        raise Http404
    return call


def judged_case(request: HttpRequest, key: str) -> LetterOfIntent:
    """A case before its chair, and before the auditor to read."""
    found = queries.judged_by_others(request.user).filter(state__in=RANKED).select_related("pi")
    loi = get_object_or_404(found, key=key)
    if not LOI.relation(request.user, loi) & {"chair", roles.AUDITOR}:
        raise Http404
    return loi


@require_safe
def ranking(request: HttpRequest, code: str) -> HttpResponse:
    return board(request, judged_call(request, code))


def board(
    request: HttpRequest, call: Call, *, refusal: Verdict | None = None, status: int = 200
) -> HttpResponse:
    """The order of the cases with their spread, over the ledger of what is offered."""
    rows, caveats = _rows(request, call)
    chair = "chair" in CALL.relation(request.user, call)
    offers = [
        {
            "row": offer.row,
            "url": reverse(f"{offer.row.action}_call", args=[call.code]),
            "blocked": "" if offer.verdict else offer.verdict.reason,
        }
        for offer in CALL.available(call, request.user, request.arrived_at)
        if "chair" in offer.row.who
    ]
    context = {
        "call": call,
        "state": CALL.state(call.state),
        "bars": boards.board_bars(call, request.user),
        "rows": rows,
        "caveats": caveats,
        "ties": [row for row in rows if row["tie"]],
        "chair": chair,
        "offers": offers if chair else [],
        "refusal": refusal,
    }
    return render(request, "reviews/ranking.html", context, status=status)


def _rows(request: HttpRequest, call: Call) -> tuple[list[dict], tuple]:
    visible = queries.judged_by_others(request.user).filter(call=call, state__in=RANKED)
    decisions = {
        decision.loi_id: decision
        for decision in proposals.visible_decisions(request.user)
        .filter(loi__call=call)
        .exclude(state="superseded")
        .prefetch_related("grants__allocation")
        .order_by("pk")  # what is prepared stands over what was told before
    }
    projects = proposals.projects_of(request.user, decisions.values())
    standings = queries.ranking(visible)
    found = queries.scores_of(standings).calibration
    chosen = {choice.loi_id: choice for choice in queries.tie_choices(s.loi for s in standings)}
    rows = [
        _row(
            standing,
            decisions.get(standing.loi.pk),
            projects,
            found.cases.get(standing.loi.reference),
            chosen.get(standing.loi.pk),
        )
        for standing in standings
    ]
    return rows, found.caveats


def _row(
    standing: queries.Standing,
    decision: Decision | None,
    projects: dict[int, Project],
    calibrated: Calibrated | None,
    choice: TieChoice | None,
) -> dict:
    loi, spread, place = standing.loi, standing.bench.spread, standing.place
    agreed = standing.bench.agreed
    identity = loi.filing.content["identity"]
    facts = standing.bench.facts
    due = bool(facts.unagreed or (facts.consensus_due and not facts.consensus))
    return {
        "loi": loi,
        "number": loi.reference[-2:],
        "title": identity["title"],
        "country": countries.name(loi.organisation.country) if loi.organisation.country else "",
        "level": LEVELS.get(identity["level"], ""),
        "state": LOI.state(loi.state),
        "rank": place.rank if place else "",
        # Fewer reviews than the call asks for: the next one may turn the order.
        "provisional": bool(place) and facts.locked < loi.call.reviewers_least,
        "tied": bool(place and place.tied),
        "tie": _tie(place) if place else "",
        "choice": choice if place and "choice" in place.beat.values() else None,
        "agreed": fixed(agreed.total, "0.01"),
        "moved": bool(agreed.scores),
        "mean": fixed(spread.mean, "0.01"),
        "weighted": fixed(spread.weighted, "0.01"),
        "sd": fixed(spread.sd, "0.1"),
        "range": f"{plain(min(spread.totals))}–{plain(max(spread.totals))}"
        if spread.totals
        else "",
        "locked": facts.locked,
        "assigned": facts.assigned,
        "consensus_due": facts.consensus_due,
        "consensus_missing": due,
        "risk": RISKS.get(standing.bench.risks[-1]) if standing.bench.risks else "",
        "mass_kg": plain(standing.asked.get("mass", 0)),
        "power_w": plain(standing.asked["power"]) if "power" in standing.asked else "",
        "category": scoring.category(agreed, standing.rubric) if place else "",
        "missed": scoring.missed(agreed, standing.rubric) if place else (),
        "calibrated": calibrated and _calibrated(calibrated),
        "decision": decision,
        "project": decision and projects.get(decision.project_id),
        "preparable": (loi.state, loi.call.state) in PREPARABLE,
        "holds": [
            {"label": g.allocation.kind.label, "amount": g.allocation.kind.figure(g.amount)}
            for g in (decision.grants.all() if decision else ())
        ],
    }


def _calibrated(one: Calibrated) -> dict:
    return {
        "adjusted": f"{one.adjusted:.1f}",
        "low": f"{one.low:.1f}",
        "high": f"{one.high:.1f}",
        "place": one.place,
        "moved": one.moved,
    }


def _tie(place: order.Ranked) -> str:
    if place.tied:
        return _("tied after every rule: the chair chooses, with a reason that is kept")
    return str(BROKEN.get(place.broken_by, ""))


@require_safe
def table(request: HttpRequest, code: str) -> HttpResponse:
    """The ranking as CSV: the cases this person sees and no others."""
    call = judged_call(request, code)
    columns = {
        "rank": _("Rank"),
        "reference": _("Case"),
        "title": _("Title"),
        "organisation": _("Organisation"),
        "country": _("Country"),
        "level": _("Level"),
        "agreed": _("Agreed total"),
        "mean": _("Mean"),
        "weighted": _("Mean by confidence"),
        "sd": "SD",
        "range": _("Range"),
        "adjusted": _("Calibrated"),
        "low": _("90 % from"),
        "high": _("90 % to"),
        "locked": _("Reviews locked"),
        "category": _("Category"),
        "missed": _("Thresholds missed"),
        "risk": _("Risk"),
        "mass_kg": _("MEV, kg"),
        "power_w": _("Peak, W"),
        "state": _("State"),
        "tie": _("Settled by"),
    }
    rows = [
        {
            **row,
            **(row["calibrated"] or {}),
            "reference": row["loi"].reference,
            "organisation": row["loi"].organisation.name,
            "missed": ", ".join(row["missed"]),
            "state": row["state"].label,
        }
        for row in _rows(request, call)[0]
    ]
    lines = [[_cell(row.get(name, "")) for name in columns] for row in rows]
    return csv_response(f"{call.code}-ranking.csv", list(columns.values()), lines)


def _cell(value: object) -> object:
    return value if isinstance(value, int) else str(value or "")


@require_POST
def choose_first(request: HttpRequest, key: str) -> HttpResponse:
    """The chair's choice among cases that every rule left equal."""
    loi = judged_case(request, key)
    reason = reason_of(request, most=500)
    try:
        services.choose_first(loi, reason=reason, by=request.user, now=request.arrived_at)
    except Refused as refused:
        return board(request, loi.call, refusal=refused.verdict, status=status_of(refused))
    return redirect("ranking", code=loi.call.code)
