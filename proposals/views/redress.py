"""The review of a procedure: asked for by the partner, answered by an officer who had no part."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from portal.deadline import Deadline
from portal.verdict import Verdict
from portal.workflow import Act
from proposals import queries
from proposals import redress as shown
from proposals.forms.agreements import RedressForm, RulingForm
from proposals.models import LetterOfIntent
from proposals.services import redress
from proposals.views.agreements import by_form, by_reason
from proposals.workflow import LOI

ANSWERS = ("uphold", "reopen", "screen_again")


@require_http_methods(["GET", "HEAD", "POST"])
def request_review(request: HttpRequest, key: str) -> HttpResponse:
    def form_of(loi, *posted):
        return RedressForm(*posted[:1])

    def serve(loi, form):
        asked = form.cleaned_data
        return redress.request_review(loi, **asked, by=request.user, now=request.arrived_at)

    return by_form(request, key, "request_review", form_of, serve, _ask_page)


def _ask_page(
    request: HttpRequest,
    loi: LetterOfIntent,
    action: str,
    form,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    until = queries.redress_until(loi)
    context = {
        "loi": loi,
        "call": loi.call,
        "form": form,
        "refusal": refusal,
        "possible": bool(LOI.verdict(loi, action, Act(request.user, request.arrived_at))),
        "deadline": until and Deadline(until, loi.call.zone, request.arrived_at),
    }
    return render(request, "proposals/redress_ask.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def uphold(request: HttpRequest, key: str) -> HttpResponse:
    return by_reason(request, key, "uphold", RulingForm, redress.uphold, _answer_page)


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, key: str) -> HttpResponse:
    return by_reason(request, key, "reopen", RulingForm, redress.reopen, _answer_page)


@require_http_methods(["GET", "HEAD", "POST"])
def screen_again(request: HttpRequest, key: str) -> HttpResponse:
    return by_reason(request, key, "screen_again", RulingForm, redress.screen_again, _answer_page)


def _answer_page(
    request: HttpRequest,
    loi: LetterOfIntent,
    action: str,
    form,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    """The request, the text of the answer, and a button for each answer that is possible."""
    act = Act(request.user, request.arrived_at)
    context = {
        "loi": loi,
        "call": loi.call,
        "form": form,
        "refusal": refusal,
        "asked": shown.of(loi)[-1],
        "answers": [
            {
                "row": LOI.row(name),
                "url": reverse(f"{name}_loi", args=[loi.key]),
                "chosen": name == action,
            }
            for name in ANSWERS
            if LOI.verdict(loi, name, act)
        ],
    }
    return render(request, "proposals/redress_answer.html", context, status=status)
