from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import throttle
from portal.deadline import said
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import queries
from proposals.forms.questions import AnswerForm, AskForm, DeclineForm, PrivateForm
from proposals.models import Question
from proposals.services import questions as services
from proposals.workflow import QUESTION
from proposals.workflow.questions import questions_are_open

ASKS_A_MINUTE = 5


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    call = get_object_or_404(queries.visible_calls(request.user), code=code, history=False)
    now = request.arrived_at
    form = AskForm(request.POST or None)
    verdict = questions_are_open(Question(call=call, asker=request.user), Act(request.user, now))
    status = 200 if verdict else 409
    if form.is_bound:
        status = 400
        if not throttle.allows(request, "question", most=ASKS_A_MINUTE, now=now):
            form.errors  # noqa: B018 - judged first, so that the error below stays
            form.add_error(None, _("Too many questions in a minute: wait a little and try again."))
            status = 429
        elif form.is_valid():
            asked = form.cleaned_data["question"]
            try:
                services.ask(call, question=asked, by=request.user, now=now)
            except Refused as refused:
                verdict, status = refused.verdict, 409
            else:
                messages.success(
                    request, _("Your question is with the secretary. The answer comes by mail.")
                )
                answer = redirect("call", call.code)
                answer["Location"] += "#questions"
                return answer
    context = {"call": call, "form": form, "verdict": verdict}
    return render(request, "proposals/ask.html", context, status=status)


@require_safe
def index(request: HttpRequest, code: str) -> HttpResponse:
    """For who answers: what waits, the oldest first; then what was answered."""
    call = get_object_or_404(queries.visible_calls(request.user), code=code, history=False)
    if not request.user.roles() & {"secretary", "auditor"}:
        raise Http404
    found = queries.visible_questions(request.user).filter(call=call).order_by("asked_at", "pk")
    rows = [
        {
            "question": question,
            "state": QUESTION.state(question.state),
            "asked": said(question.asked_at.replace(second=0), call.zone),
        }
        for question in found
    ]
    context = {
        "call": call,
        "waiting": [row for row in rows if row["question"].state == "asked"],
        "answered": [row for row in rows if row["question"].state != "asked"],
    }
    return render(request, "proposals/questions.html", context)


def _question(request: HttpRequest, key: str) -> Question:
    """For those who answer; what they may not do there is refused with its reason."""
    if not request.user.roles() & {"secretary", "auditor"}:
        raise Http404
    return get_object_or_404(queries.visible_questions(request.user), key=key)


@require_safe
def question(request: HttpRequest, key: str) -> HttpResponse:
    return _page(request, _question(request, key))


def _page(
    request: HttpRequest,
    found: Question,
    *,
    bound: Form | None = None,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    forms = {
        "answer": AnswerForm(initial={"published": found.published or found.asked}),
        "private": PrivateForm(),
        "decline": DeclineForm(),
    }
    for name, form in forms.items():
        if isinstance(bound, type(form)):
            forms[name] = bound
    call = found.call
    context = {
        "question": found,
        "call": call,
        "state": QUESTION.state(found.state),
        "asked": said(found.asked_at, call.zone),
        "answered": said(found.answered_at, call.zone) if found.answered_at else "",
        "answering": "secretary" in QUESTION.relation(request.user, found),
        "newer": Question.objects.filter(corrects=found).first(),
        "form": bound,
        "forms": forms,
        "verdict": refusal,
    }
    return render(request, "proposals/question.html", context, status=status)


def _act(request: HttpRequest, key: str, form: Form, service, **names: str) -> HttpResponse:
    """One act on a question: `names` says which of the form's fields the service takes as what."""
    found = _question(request, key)
    if not form.is_valid():
        return _page(request, found, bound=form, status=400)
    given = {argument: form.cleaned_data[field] for argument, field in names.items()}
    try:
        service(found, **given, by=request.user, now=request.arrived_at)
    except Refused as refused:
        verdict = refused.verdict
        status = 403 if verdict.who else 409
        return _page(request, _question(request, key), bound=form, refusal=verdict, status=status)
    return redirect("questions", found.call.code)


@require_POST
def answer(request: HttpRequest, key: str) -> HttpResponse:
    form = AnswerForm(request.POST)
    return _act(request, key, form, services.answer, published="published", answer="answer")


@require_POST
def answer_privately(request: HttpRequest, key: str) -> HttpResponse:
    form = PrivateForm(request.POST)
    return _act(request, key, form, services.answer_privately, answer="private_answer")


@require_POST
def decline(request: HttpRequest, key: str) -> HttpResponse:
    return _act(request, key, DeclineForm(request.POST), services.decline, reason="reason")


@require_POST
def correct(request: HttpRequest, key: str) -> HttpResponse:
    form = AnswerForm(request.POST)
    return _act(request, key, form, services.correct, published="published", answer="answer")
