from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.deadline import Deadline, said
from portal.forms import reason_of
from portal.verdict import Refused
from portal.workflow import Act
from proposals import gazette, policy, queries
from proposals.forms.amendments import FIXED, FORMS, deadlines
from proposals.models import Amendment, Call
from proposals.models.amendments import FATES
from proposals.models.lois import CANCELLABLE
from proposals.services import amendments as services
from proposals.workflow import AMENDMENT, CALL
from proposals.workflow.amendments import call_can_be_amended
from proposals.workflow.calls import SUSPENDABLE

KINDS = Amendment.Kind


def _call(request: HttpRequest, code: str) -> Call:
    calls = queries.visible_calls(request.user).prefetch_related("milestones", "criteria")
    call = get_object_or_404(calls, code=code, history=False)
    if "secretary" not in policy.call_relation(request.user, call):
        raise Http404
    return call


@require_safe
def amend(request: HttpRequest, code: str) -> HttpResponse:
    """What can be amended, what cannot and why, and what waits for publication."""
    call = _call(request, code)
    waiting = queries.visible_amendments(request.user).filter(call=call, state="proposed")
    verdict = call_can_be_amended(Amendment(call=call), Act(request.user, request.arrived_at))
    context = {
        "call": call,
        "verdict": verdict,
        "ahead": call.open_or_ahead_at(request.arrived_at),
        "closing": call.state in {"published", "closed"},
        "ticket": call.state == "closed",
        "fixed": FIXED,
        "suspendable": call.state in SUSPENDABLE,
        "suspended": call.state == "suspended",
        "cancellable": call.state in CALL.row("cancel").from_,
        "waiting": waiting.order_by("proposed_at"),
    }
    possible = verdict or context["cancellable"]
    return render(request, "proposals/amend.html", context, status=200 if possible else 409)


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    call = _call(request, code)
    if kind not in FORMS:
        raise Http404
    now = request.arrived_at
    form = FORMS[kind](request.POST or None, call=call, now=now)
    refusal, status = None, 200
    if form.is_bound:
        status = 400
        if form.is_valid() and request.POST.get("act") == "check":
            status = 200
        elif form.is_valid():
            given = {**form.change(), "reason": form.cleaned_data["reason"]}
            try:
                amendment = services.propose(call, kind=kind, **given, by=request.user, now=now)
            except Refused as refused:
                refusal, status = refused.verdict, 403 if refused.verdict.who else 409
            else:
                return redirect("amendment", amendment.key)
    context = {
        "call": call,
        "form": form,
        "kind": kind,
        "title": KINDS(kind).label,
        "verdict": refusal,
        "instants": deadlines(form) if form.is_bound else [],
        "now": Deadline(call.closes_at, call.zone, now),
    }
    return render(request, "proposals/amendment_form.html", context, status=status)


def _amendment(request: HttpRequest, key: str) -> Amendment:
    return get_object_or_404(queries.visible_amendments(request.user), key=key)


@require_safe
def amendment(request: HttpRequest, key: str) -> HttpResponse:
    return _page(request, _amendment(request, key))


def _page(request: HttpRequest, found: Amendment, *, refusal=None) -> HttpResponse:
    """The amendment before and after it is published: what changes, why, and who is told."""
    call, now = found.call, request.arrived_at
    instants = [
        {"label": gazette.FIELDS[name], "deadline": Deadline(at, call.zone, now)}
        for name, at in found.instants.items()
    ]
    if found.until:
        instants = [{"label": "", "deadline": Deadline(found.until, call.zone, now)}]
    context = {
        "amendment": found,
        "call": call,
        "title": found.get_kind_display(),
        "amends": "secretary" in policy.call_relation(request.user, call),
        "state": AMENDMENT.state(found.state),
        "changes": gazette.changes(found, call),
        "sentence": gazette.sentence(found, call),
        "ticket": found.kind == KINDS.TICKET,
        "instants": instants,
        "offers": AMENDMENT.available(found, request.user, now),
        "proposed": said(found.proposed_at, call.zone),
        "published": said(found.published_at, call.zone) if found.published_at else "",
        "concerned": (queries.carried(call) if found.kind in FATES else call.lois)
        .filter(state__in=["draft", "awaiting_signature", *CANCELLABLE])
        .count(),
        "lapsed": call.lois.filter(state="not_submitted").count(),
        "used": found.used if found.until else 0,
        "verdict": refusal,
    }
    status = 200 if refusal is None else 403 if refusal.who else 409
    return render(request, "proposals/amendment.html", context, status=status)


@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponse:
    found = _amendment(request, key)
    try:
        found = services.publish(found, by=request.user, now=request.arrived_at)
    except Refused as refused:
        return _page(request, _amendment(request, key), refusal=refused.verdict)
    call_page = redirect("call", found.call.code)
    call_page["Location"] += f"#amendment-{found.number}"
    return call_page


@require_POST
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    found, reason = _amendment(request, key), reason_of(request, most=2000)
    try:
        services.take_back(found, by=request.user, now=request.arrived_at, reason=reason)
    except Refused as refused:
        return _page(request, _amendment(request, key), refusal=refused.verdict)
    return redirect("amendment", key)
