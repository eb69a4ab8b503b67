from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import clarifications as shown
from proposals import queries
from proposals.forms.clarifications import AnswerForm, QuestionForm
from proposals.notices.audiences import ANSWERABLE
from proposals.services import clarifications
from proposals.workflow import LOI


def _status(verdict: Verdict) -> int:
    return 403 if verdict.who else 409


@require_http_methods(["GET", "HEAD", "POST"])
def ask_clarification(request: HttpRequest, key: str) -> HttpResponse:
    """The secretary asks one question of fact, with its due day."""
    loi = get_object_or_404(queries.visible_lois(request.user).exclude(filing=None), key=key)
    if not LOI.relation(request.user, loi) & queries.READERS:
        raise Http404
    now = request.arrived_at
    form = QuestionForm(request.POST or None, call=loi.call, now=now)
    verdict = LOI.verdict(loi, "ask_clarification", Act(request.user, now))
    status = 200 if verdict else _status(verdict)
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                clarifications.ask_clarification(loi, **form.values(), by=request.user, now=now)
            except Refused as refused:
                if refused.verdict.field:
                    form.add_error(refused.verdict.field, str(refused.verdict.reason))
                else:
                    verdict, status = refused.verdict, _status(refused.verdict)
            else:
                return redirect("screen", loi.key)
    context = {
        "loi": loi,
        "call": loi.call,
        "form": form,
        "verdict": verdict,
        "rounds": shown.of(loi, now),
        "told": queries.applicants_of(loi, *ANSWERABLE),
    }
    return render(request, "proposals/clarification_ask.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_clarification(request: HttpRequest, key: str) -> HttpResponse:
    """The PI or the AOR answers, until the due instant; whoever else reads the case goes to it."""
    loi = get_object_or_404(queries.visible_lois(request.user), key=key)
    now = request.arrived_at
    verdict = LOI.verdict(loi, "answer_clarification", Act(request.user, now))
    if request.method != "POST" and not verdict:
        return redirect("loi", loi.key)
    form, status = AnswerForm(request.POST or None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            answer = form.cleaned_data["answer"]
            try:
                clarifications.answer_clarification(loi, answer=answer, by=request.user, now=now)
            except Refused as refused:
                verdict, status = refused.verdict, _status(refused.verdict)
            else:
                return redirect("loi", loi.key)
    rounds = shown.of(loi, now)
    context = {
        "loi": loi,
        "call": loi.call,
        "form": form,
        "verdict": verdict,
        "asked": rounds[-1] if rounds else None,
    }
    return render(request, "proposals/clarification_answer.html", context, status=status)
