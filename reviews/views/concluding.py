from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal import countries, roles
from portal.forms import reason_of
from portal.text import plain, say
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import boards, clarifications
from proposals import content as document
from proposals import queries as proposals
from proposals.models import Call, LetterOfIntent
from proposals.resources import SLOTS, Resource
from proposals.sections import MISSION, SYSTEM, UNIT
from proposals.workflow import CALL, LOI
from reviews import order, queries, scoring, services
from reviews.views.reading import fixed, lines, status_of, whole
from reviews.workflow import ASSIGNMENT

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
RANKED = (*queries.JUDGED, *boards.DECIDED)
CASE_ACTS = ("conclude_reviews", "conclude")


def judged_call(request: HttpRequest, code: str) -> Call:
    """A call before whoever ranks it: its chair, and the auditor to read."""
    call = get_object_or_404(proposals.visible_calls(request.user), code=code, history=False)
    if not CALL.relation(request.user, call) & {"chair", roles.AUDITOR}:
        raise Http404
    return call


def judged_case(request: HttpRequest, key: str) -> LetterOfIntent:
    """A case before its chair, and before the auditor to read."""
    found = proposals.visible_lois(request.user).filter(state__in=RANKED).select_related("pi")
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
    visible = proposals.visible_lois(request.user).filter(call=call, state__in=RANKED)
    decisions = {
        decision.loi_id: decision
        for decision in proposals.visible_decisions(request.user)
        .filter(loi__call=call)
        .prefetch_related("grants__allocation")
    }
    rows = [_row(standing, decisions.get(standing.loi.pk)) for standing in queries.ranking(visible)]
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
        "bars": boards.deciding_bars(call),
        "rows": rows,
        "ties": [row for row in rows if row["tie"]],
        "chair": chair,
        "offers": offers if chair else [],
        "refusal": refusal,
    }
    return render(request, "reviews/ranking.html", context, status=status)


def _row(standing: queries.Standing, decision) -> dict:
    loi, spread, place = standing.loi, standing.bench.spread, standing.place
    identity = loi.filing.content["identity"]
    facts = standing.bench.facts
    due = bool(facts.unagreed or (facts.consensus_due and not facts.consensus))
    return {
        "loi": loi,
        "title": identity["title"],
        "country": countries.name(loi.organisation.country) if loi.organisation.country else "",
        "level": LEVELS.get(identity["level"], ""),
        "state": LOI.state(loi.state),
        "rank": place.rank if place else "",
        "tie": _tie(place) if place else "",
        "agreed": fixed(standing.bench.agreed.total, "0.01"),
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
        "power_w": plain(standing.asked.get("power", 0)),
        "category": scoring.category(standing.bench.agreed, standing.rubric) if place else "",
        "decision": decision,
        "holds": [
            {"label": g.allocation.kind.label, "amount": _counted(g.allocation.kind, g.amount)}
            for g in (decision.grants.all() if decision else ())
        ],
    }


def _counted(resource: Resource, amount: Decimal) -> str:
    """Slots are counted: their name is their unit."""
    return plain(amount) if resource is SLOTS else resource.amount(amount)


def _tie(place: order.Ranked) -> str:
    if place.tied:
        return _("tied after every rule: the chair's choice, given in the reasons, decides")
    return str(BROKEN.get(place.broken_by, ""))


@require_safe
def case(request: HttpRequest, key: str) -> HttpResponse:
    return side_by_side(request, judged_case(request, key))


def side_by_side(
    request: HttpRequest,
    loi: LetterOfIntent,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    """One case with its reviews beside each other, their spread, and the chair's next act."""
    (standing,) = queries.ranking([loi])
    bench, spread = standing.bench, standing.bench.spread
    reviews = queries.readable_reviews(request.user, loi)
    for review in reviews:
        review.loi = loi
    act = Act(by=request.user, now=request.arrived_at, facts=bench.facts)
    chair = "chair" in LOI.relation(request.user, loi)
    locked = {review.pk for review in reviews}
    reopened = (
        queries.locked_before(loi) if queries.reads_every_review(request.user, loi) else set()
    )
    acts = {
        row.action: LOI.verdict(loi, row.action, act)
        for row in map(LOI.row, CASE_ACTS)
        if chair and loi.state in row.from_
    }
    context = {
        "loi": loi,
        "call": loi.call,
        "title": document.text(loi.filing.content, "identity", "title"),
        "state": LOI.state(loi.state),
        "reviews": [
            {
                **whole(review),
                "counts": review.pk in {a.pk for a in (*bench.locked, *bench.assessors)},
                "reopen": chair and ASSIGNMENT.verdict(review, "reopen", act),
            }
            for review in sorted(reviews, key=lambda one: one.assessed)
        ],
        "waiting": [
            {"assignment": a, "state": ASSIGNMENT.state(a.state), "reopened": a.pk in reopened}
            for a in (*bench.assignments, *bench.assessors)
            if a.pk not in locked
        ],
        "criteria": lines(loi, bench, bench.locked),
        "totals": [plain(total) for total in spread.totals],
        "mean": fixed(spread.mean, "0.01"),
        "sd": fixed(spread.sd, "0.1"),
        "agreed_total": fixed(bench.agreed.total, "0.01") if bench.agreed.scores else "",
        "due": bench.facts.consensus_due,
        "consensus": bench.consensus,
        "settled": bool(bench.consensus) and not bench.facts.unagreed,
        "conflicts": queries.conflicts_on(loi),
        "rounds": clarifications.of(loi, request.arrived_at),
        "concluding": acts.get("conclude_reviews"),
        "sending": acts.get("conclude"),
        "chair": chair,
        "prepares": chair and loi.state == "final_review" and loi.call.state == "closed",
        "refusal": refusal,
    }
    return render(request, "reviews/case.html", context, status=status)


@require_POST
def reopen(request: HttpRequest, key: str) -> HttpResponse:
    """Give a locked review back to its reviewer, with a reason."""
    found = queries.visible_assignments(request.user).filter(state="locked")
    assignment = get_object_or_404(found.exclude(reviewer=request.user), key=key)
    loi = judged_case(request, assignment.loi.key)
    reason = reason_of(request, most=500)
    try:
        services.reopen(assignment, reason=reason, by=request.user, now=request.arrived_at)
    except Refused as refused:
        return side_by_side(request, loi, refusal=refused.verdict, status=status_of(refused))
    return redirect("judging", key=loi.key)


@require_POST
def step_out(request: HttpRequest, key: str) -> HttpResponse:
    """The chair declares a conflict with a case, and sees it no more."""
    loi = judged_case(request, key)
    reason = reason_of(request, most=500)
    try:
        services.step_out(loi, reason=reason, by=request.user, now=request.arrived_at)
    except Refused as refused:
        return side_by_side(request, loi, refusal=refused.verdict, status=status_of(refused))
    return redirect("ranking", code=loi.call.code)


@require_POST
def conclude_reviews(request: HttpRequest, key: str) -> HttpResponse:
    loi = judged_case(request, key)
    try:
        services.conclude_reviews(loi, by=request.user, now=request.arrived_at)
    except Refused as refused:
        return side_by_side(request, loi, refusal=refused.verdict, status=status_of(refused))
    return redirect("judging", key=loi.key)


@require_POST
def conclude(request: HttpRequest, key: str) -> HttpResponse:
    loi = judged_case(request, key)
    try:
        services.conclude(loi, by=request.user, now=request.arrived_at)
    except Refused as refused:
        return side_by_side(request, loi, refusal=refused.verdict, status=status_of(refused))
    return redirect("judging", key=loi.key)
