from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.deadline import said
from portal.forms import reason_of
from portal.text import plain
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import clarifications
from proposals import content as document
from proposals.models import LetterOfIntent
from proposals.workflow import LOI
from reviews import queries, services
from reviews.conflicts import KIND
from reviews.views.ranking import judged_case
from reviews.views.reading import fixed, lines, status_of, whole
from reviews.workflow import ASSIGNMENT, CONFLICT

CASE_ACTS = ("conclude_reviews", "conclude")


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
        "excluded": [
            {
                "name": one.assignment.reviewer,
                "since": said(max(one.conflict.at, one.assignment.locked_at), loi.call.zone),
                "why": one.conflict.reason,
            }
            for one in queries.excluded(loi)
        ],
        "conflicts": _conflicts(request, loi),
        "rounds": clarifications.of(loi, request.arrived_at),
        "concluding": acts.get("conclude_reviews"),
        "sending": acts.get("conclude"),
        "chair": chair,
        "prepares": chair and loi.state == "final_review" and loi.call.state == "closed",
        "refusal": refusal,
    }
    return render(request, "reviews/case.html", context, status=status)


def _conflicts(request: HttpRequest, loi: LetterOfIntent) -> list[dict]:
    """What is on record of those who judge the case; the call's page has all of it."""
    judging = set(loi.assignments.values_list("reviewer", flat=True))
    rows = queries.visible_conflicts(request.user, loi.call).filter(loi=loi, user__in=judging)
    return [
        {"row": row, "kind": KIND[row.kind].label, "state": CONFLICT.state(row.state)}
        for row in rows
    ]


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
