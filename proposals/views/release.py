from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from math import ceil

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import bundles, files
from portal.forms import reason_of
from portal.text import plain
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import blockers, boards, policy, queries
from proposals.forms.release import ReleaseDayForm
from proposals.letters.decisions import findings
from proposals.models import Call, Decision, Letter
from proposals.models.decisions import PREPARED
from proposals.resources import Resource
from proposals.services import decisions as services
from proposals.services import promotions
from proposals.views import acts
from proposals.views.public import TERMS
from proposals.workflow import CALL, DECISION


def _load(request: HttpRequest, code: str) -> Call:
    call = get_object_or_404(
        queries.visible_calls(request.user).prefetch_related(*TERMS), code=code, history=False
    )
    if not policy.call_relation(request.user, call) & boards.DECIDERS:
        raise Http404
    return call


def _today(request: HttpRequest, call: Call) -> date:
    return request.arrived_at.astimezone(call.zoneinfo).date()


@require_safe
def decisions(request: HttpRequest, code: str) -> HttpResponse:
    call = _load(request, code)
    if request.GET.get("part") == "letters" and request.htmx:
        context = {**_letters(request, call), "fragment": True}
        return render(request, "proposals/release_letters.html", context)
    return _page(request, call)


def _page(
    request: HttpRequest,
    call: Call,
    *,
    form: ReleaseDayForm | None = None,
    verdict: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    now, today = request.arrived_at, _today(request, call)
    offers = CALL.available(call, request.user, now)
    rows = _rows(request, call)
    named = {offer.row.action: offer for offer in offers}
    start = call.release_on or max(boards.planned(call, "final") or today, today)
    context = {
        "call": call,
        "state": CALL.state(call.state),
        "rows": rows,
        "resources": boards.resources(call),
        "summary": _summary(rows),
        "bars": boards.board_bars(call, request.user),
        "buttons": acts.on_call(call, offers),
        "approve": named.get("approve_decisions"),
        "move": named.get("move_release"),
        "form": form or ReleaseDayForm(initial={"release_on": max(start, today)}, today=today),
        "blockers": [
            replace(todo, url="") if todo.url == request.path else todo
            for todo in boards.blockers(call, request.user, now)
        ],
        "verdict": verdict,
        "today": today,
        "final": boards.planned(call, "final"),
        **_letters(request, call),
    }
    return render(request, "proposals/decisions.html", context, status=status)


def _rows(request: HttpRequest, call: Call) -> list[dict]:
    """Every decision of the call that this person may see, with what it gives."""
    resources = boards.resources(call)
    alone = call.state == "released"  # what is decided since is approved case by case
    found = (
        queries.visible_decisions(request.user)
        .filter(loi__call=call)
        .select_related("prepared_by", "approved_by")
        .prefetch_related("grants__allocation__platform")
        .order_by("loi__reference")
    )
    projects = queries.projects_of(request.user, found)
    return [
        {
            "decision": decision,
            "project": projects.get(decision.project_id),
            "outcome": decision.get_outcome_display(),
            "tone": TONES[decision.outcome],
            "state": DECISION.state(decision.state),
            "granted": _granted(decision, resources),
            "findings": findings(decision.basis),
            "shortened": [
                {
                    "amount": grant.allocation.kind.amount(grant.amount),
                    "asked": grant.allocation.kind.amount(grant.asked),
                    "reason": grant.reason,
                }
                for grant in decision.grants.all()
                if grant.amount < grant.asked
            ],
            "buttons": acts.on_decision(
                decision, DECISION.available(decision, request.user, request.arrived_at)
            )
            if (alone or decision.onto) and decision.state in PREPARED
            else [],
            "unbudgeted": queries.unbudgeted(decision) if decision.onto else [],
            "mean": decision.basis.get("total") or decision.basis.get("mean"),
        }
        for decision in found
    ]


def _granted(decision: Decision, resources: list[Resource]) -> list[dict]:
    given: dict[str, Decimal] = {}
    for grant in decision.grants.all():
        code = grant.allocation.resource
        given[code] = given.get(code, Decimal(0)) + grant.amount
    return [
        {"resource": one, "amount": plain(given[one.code]) if one.code in given else "—"}
        for one in resources
    ]


TONES = {
    Decision.Outcome.SELECTED: "jade",
    Decision.Outcome.CONDITIONAL: "jade",
    Decision.Outcome.RESERVE: "amber",
    Decision.Outcome.NOT_SELECTED: "",
    Decision.Outcome.MERGED: "jade",
}


def _summary(rows: list[dict]) -> list[dict]:
    """How many of each outcome among the rows shown: a case hidden from the reader is in none.

    Once they are released, what stands; what is only prepared since then does not count.
    """
    decisions = [row["decision"] for row in rows]
    standing = [one for one in decisions if one.state == "released"] or decisions
    outcomes = [one.outcome for one in standing]
    return [
        {"label": label, "count": outcomes.count(value), "tone": TONES[value]}
        for value, label in Decision.Outcome.choices
        if outcomes
    ]


def _letters(request: HttpRequest, call: Call) -> dict:
    stored, failed, number = blockers.letters_of(call, request.user)
    letters = list(
        queries.visible_letters(request.user)
        .filter(loi__call=call, kind="decision")
        .order_by("number")
    )
    rendering = call.state == "decisions_approved" and stored + failed < number
    return {
        "call": call,
        "letters": letters,
        "keeps": bool(request.user.roles() & queries.KEEPERS),
        "bundle": any(letter.file_id for letter in letters),
        "stored": stored,
        "failed": failed,
        "number": number,
        "percent": round(100 * stored / number, 1) if number else 0,
        "rendering": rendering,
        "pace": _pace(letters, number - stored - failed, request.arrived_at) if rendering else None,
    }


def _pace(letters: list[Letter], left: int, now: datetime) -> dict | None:
    """How many letters a minute since the first was owed, and how long the rest will take."""
    done = [letter for letter in letters if letter.state == "stored"]
    if not done:
        return None
    began = min(letter.due_at for letter in letters if letter.state in {"owed", "stored"})
    minutes = max((now - began).total_seconds(), 1) / 60
    return {"a_minute": round(len(done) / minutes), "left": ceil(left * minutes / len(done))}


@require_safe
def letters_bundle(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """Every rendered letter of the call that this person may read, as one ZIP, sent as it is made."""
    call = _load(request, code)
    found = queries.visible_letters(request.user).filter(loi__call=call).exclude(file=None)
    named = [
        (f"{letter.kind}/{letter.number}_{letter.loi.reference}.pdf", letter.file)
        for letter in found.order_by("number")
    ]
    if not named:
        raise Http404
    response = StreamingHttpResponse(
        bundles.stream((name, partial(files.open_checked, file)) for name, file in named),
        content_type="application/zip",
    )
    response["Content-Disposition"] = f'attachment; filename="{call.code}-letters.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def reopen_decisions(request: HttpRequest, code: str) -> HttpResponse:
    call = _load(request, code)
    reason = reason_of(request, most=2000)
    services.reopen_decisions(call, by=request.user, now=request.arrived_at, reason=reason)
    return redirect("decisions", call.code)


@require_POST
def approve_decisions(request: HttpRequest, code: str) -> HttpResponse:
    return _on_a_day(request, _load(request, code), services.approve_decisions)


@require_POST
def move_release(request: HttpRequest, code: str) -> HttpResponse:
    return _on_a_day(request, _load(request, code), services.move_release)


def _on_a_day(request: HttpRequest, call: Call, act) -> HttpResponse:
    form = ReleaseDayForm(request.POST, today=_today(request, call))
    if not form.is_valid():
        return _page(request, call, form=form)
    day = form.cleaned_data["release_on"]
    try:
        act(call, release_on=day, by=request.user, now=request.arrived_at)
    except Refused as refused:
        status = 403 if refused.verdict.who else 409
        return _page(request, call, form=form, verdict=refused.verdict, status=status)
    return redirect("decisions", call.code)


def _decision(request: HttpRequest, key: str) -> Decision:
    return get_object_or_404(queries.visible_decisions(request.user), key=key)


@require_POST
def approve_one(request: HttpRequest, key: str) -> HttpResponse:
    return _alone(request, key, promotions.approve_one)


@require_POST
def date_anew(request: HttpRequest, key: str) -> HttpResponse:
    return _alone(request, key, promotions.date_anew)


@require_POST
def release_one(request: HttpRequest, key: str) -> HttpResponse:
    return _alone(request, key, promotions.release_one)


@require_POST
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    return _alone(request, key, promotions.take_back, reason=reason_of(request, most=2000))


def _alone(request: HttpRequest, key: str, act, **given: str) -> HttpResponse:
    """One decision after the release of the others, back on the page of them all."""
    decision = _decision(request, key)
    act(decision, by=request.user, now=request.arrived_at, **given)
    return redirect("decisions", decision.loi.call.code)


@require_http_methods(["GET", "HEAD", "POST"])
def release(request: HttpRequest, code: str) -> HttpResponse:
    """What will happen to whom, and once it is read, the release itself."""
    call = _load(request, code)
    if request.method == "POST":
        services.release(call, by=request.user, now=request.arrived_at)
        return redirect("decisions", call.code)
    rows = _rows(request, call)
    verdict = CALL.verdict(call, "release", Act(request.user, request.arrived_at))
    context = {
        "call": call,
        "rows": rows,
        "resources": boards.resources(call),
        "summary": _summary(rows),
        "bars": boards.board_bars(call, request.user),
        "verdict": verdict,
        "action": CALL.row("release"),
        "url": reverse("release_call", args=[call.code]),
        "release_on": plain(call.release_on) if call.release_on else "",
        **_letters(request, call),
    }
    status = 200 if verdict else 403 if verdict.who else 409
    return render(request, "proposals/release.html", context, status=status)
