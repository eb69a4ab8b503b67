"""The conditions of a decision: answered by the partner, extended, sent back or marked as met by the office."""

from collections.abc import Callable

from django.core.paginator import Paginator
from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from portal import files
from portal.deadline import Deadline
from portal.verdict import Refused, Verdict, require
from portal.workflow import Act
from proposals import agreements, attachments, policy, queries
from proposals import conditions as shown
from proposals.forms.conditions import AnswerForm, ExtendForm, MarkMetForm, SendBackForm
from proposals.models import Condition
from proposals.services import conditions
from proposals.views.agreements import kept
from proposals.views.files import download
from proposals.views.lois import drafting
from proposals.workflow import CONDITION

FormOf = Callable[..., object]
PAGE = 50
TITLES = {
    "answer": _("Answer condition %(number)s"),
    "extend": _("Extend condition %(number)s"),
    "send_back": _("Send the answer to condition %(number)s back"),
    "mark_met": _("Mark condition %(number)s as met"),
}
# What the act brings about, told before it is done.
BRINGS = {
    "answer": _(
        "The secretariat is told, and marks the condition as met or says what is missing. Until then nothing can be added."
    ),
    "extend": _(
        "The later day counts from now on. The mail that tells the partner and the secretariat is the extension in writing that the letter speaks of."
    ),
    "send_back": _("The partner is told what is missing, and answers again."),
    "mark_met": _("Both sides are told, and legal. It is final."),
}


def _load(request: HttpRequest, key: str) -> Condition:
    found = queries.visible_conditions(request.user).prefetch_related(
        "evidence__by", "evidence__file__scan"
    )
    return get_object_or_404(found, key=key)


def _act(
    request: HttpRequest, key: str, action: str, form_of: FormOf, serve: Callable
) -> HttpResponse:
    """One act on a condition by the form of a page of its own; where it is not offered, the case."""
    condition = _load(request, key)
    act = Act(request.user, request.arrived_at)
    if request.method != "POST":
        verdict = CONDITION.verdict(condition, action, act)
        return (
            _page(request, condition, action, form_of(condition)) if verdict else _back(condition)
        )
    form = form_of(condition, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, condition, action, form, status=400)
    try:
        require(CONDITION.verdict(condition, action, act))  # asked before an upload is looked at
        serve(condition, form.cleaned_data)
    except Refused as refused:
        verdict, status = refused.verdict, drafting.status_of(refused)
        condition = _load(request, key)
        if verdict.rule.endswith(".from") and condition.state == CONDITION.row(action).to:
            return _back(condition)  # a second click
        if verdict.field in form.fields:
            form.add_error(verdict.field, str(verdict.reason))
            return _page(request, condition, action, form, status=status)
        return _page(request, condition, action, form, refusal=verdict, status=status)
    return _back(condition)


def _simply(form: type) -> FormOf:
    """A form that asks nothing of the condition it is for."""
    return lambda condition, *posted: form(*posted)


def _back(condition: Condition) -> HttpResponse:
    return redirect(shown.address(condition))


def _page(
    request: HttpRequest,
    condition: Condition,
    action: str,
    form,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    (standing,) = shown.of([condition], request.user, request.arrived_at)
    context = {
        "loi": condition.loi,
        "call": condition.loi.call,
        "standing": standing,
        "row": CONDITION.row(action),
        "title": TITLES[action] % {"number": condition.number},
        "brings": BRINGS[action],
        "form": form,
        "refusal": refusal,
    }
    return render(request, "proposals/condition_act.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, key: str) -> HttpResponse:
    def serve(condition, given):
        blob = kept(given["file"], attachments.EVIDENCE) if given["file"] else None
        act = {"by": request.user, "now": request.arrived_at}
        return conditions.answer(condition, blob, text=given["text"], **act)

    return _act(request, key, "answer", _simply(AnswerForm), serve)


@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, key: str) -> HttpResponse:
    def form_of(condition, *posted):
        return ExtendForm(*posted, call=condition.loi.call)

    def serve(condition, given):
        return conditions.extend(condition, by=request.user, now=request.arrived_at, **given)

    return _act(request, key, "extend", form_of, serve)


@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: HttpRequest, key: str) -> HttpResponse:
    def serve(condition, given):
        return conditions.send_back(condition, by=request.user, now=request.arrived_at, **given)

    return _act(request, key, "send_back", _simply(SendBackForm), serve)


@require_http_methods(["GET", "HEAD", "POST"])
def mark_met(request: HttpRequest, key: str) -> HttpResponse:
    def serve(condition, given):
        return conditions.mark_met(condition, by=request.user, now=request.arrived_at, **given)

    return _act(request, key, "mark_met", _simply(MarkMetForm), serve)


@require_safe
def index(request: HttpRequest, code: str) -> HttpResponse:
    """To the offices: every condition of a call, what waits for them first."""
    call = get_object_or_404(queries.visible_calls(request.user), code=code, history=False)
    if not policy.call_relation(request.user, call) & queries.KEEPERS:
        raise Http404
    found = shown.of_call(request.user, call)
    order = Case(When(state="answered", then=0), When(state="open", then=1), default=2)
    page = Paginator(found.order_by(order, "due_at", "pk"), PAGE).get_page(request.GET.get("page"))
    now = request.arrived_at
    still = shown.paused(page)
    rows = [
        (
            one,
            Deadline(one.due_at, call.zone, now),
            shown.state(one, now, paused=one.decision.loi_id in still),
            shown.address(one),
        )
        for one in page
    ]
    return render(request, "proposals/conditions.html", {"call": call, "page": page, "rows": rows})


@require_safe
def evidence(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """The file of one answer, to both sides."""
    condition = _load(request, key)
    given = list(condition.evidence.select_related("file__scan"))
    if not 0 < number <= len(given) or given[number - 1].file is None:
        raise Http404
    stored = given[number - 1].file
    require(agreements.readable(stored))
    name = shown.filename(condition, number, stored)
    return download(files.open_checked(stored), name=name, media_type=stored.media_type)
