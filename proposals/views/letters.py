"""The record of a letter for those who keep it: what became of it, who was told, and its correction."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import events
from portal.deadline import said
from portal.models import Message, User
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import queries
from proposals.forms.letters import CorrectionForm
from proposals.letters.passages import passages
from proposals.models import Correction, Letter
from proposals.services import corrections as services
from proposals.services import letters as keeping
from proposals.views import acts
from proposals.workflow import CORRECTION, LETTER
from proposals.workflow.corrections import letter_is_in_force, none_is_proposed


def _letter(request: HttpRequest, key: str) -> Letter:
    if not request.user.roles() & queries.KEEPERS:
        raise Http404
    return get_object_or_404(queries.visible_letters(request.user), key=key)


@require_safe
def letter_record(request: HttpRequest, key: str) -> HttpResponse:
    letter = _letter(request, key)
    relation = LETTER.relation(request.user, letter)
    proposable = all(
        rule(Correction(letter=letter), Act(request.user, request.arrived_at))
        for rule in (letter_is_in_force, none_is_proposed)
    )
    context = {
        "letter": letter,
        "state": LETTER.state(letter.state),
        "replaced_by": queries.visible_letters(request.user).filter(replaces=letter).last(),
        "entries": _history(letter),
        "told": [_told(letter, message) for message in queries.deliveries(letter)],
        "resends": "secretary" in relation,
        "corrections": [
            {"correction": one, "state": CORRECTION.state(one.state)}
            for one in queries.visible_corrections(request.user).filter(letter=letter)
        ],
        "corrects": proposable and bool(relation & set(CORRECTION.row("propose").who)),
    }
    return render(request, "proposals/letter_record.html", context)


def _history(letter: Letter) -> list[dict]:
    found = list(events.about(letter))
    names = dict(
        User.objects.filter(key__in={event.actor for event in found}).values_list("key", "name")
    )
    words = {f"letter.{row.past}": row.past for row in LETTER.rows}
    return [
        {
            "at": said(event.at.replace(microsecond=0), letter.loi.call.zone),
            "what": words.get(event.verb, event.verb.partition(".")[2]),
            "who": names.get(event.actor, _("the machinery")),
            "reason": event.data.get("reason", ""),
        }
        for event in found
    ]


def _told(letter: Letter, message: Message) -> dict:
    zone = letter.loi.call.zone
    if message.failed_at:
        word, tone, at = _("given up"), "cinnabar", message.failed_at
    elif message.done_at:
        word, tone, at = _("taken by the mail server"), "jade", message.done_at
    elif message.dropped_at:
        word, tone, at = _("not sent: no longer true"), "", message.dropped_at
    else:
        word, tone, at = _("to be sent"), "amber", message.due_at
    return {
        "message": message,
        "word": word,
        "tone": tone,
        "at": said(at.replace(microsecond=0), zone),
        "again": bool(message.done_at or message.failed_at),
    }


@require_POST
def resend_message(request: HttpRequest, key: str) -> HttpResponse:
    letter = _letter(request, key)
    message_id = request.POST.get("message", "")
    message = get_object_or_404(queries.deliveries(letter), message_id=message_id)
    keeping.resend(letter, message, by=request.user, now=request.arrived_at)
    messages.success(request, _("The message to %(to)s is sent again.") % {"to": message.address})
    return redirect("letter_record", letter.key)


@require_http_methods(["GET", "HEAD", "POST"])
def correct_letter(request: HttpRequest, key: str) -> HttpResponse:
    letter = _letter(request, key)
    form = CorrectionForm(request.POST or None, passages=passages(letter.context))
    verdict: Verdict | None = None
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                proposed = services.propose(
                    letter,
                    kind=form.cleaned_data["kind"],
                    reason=form.cleaned_data["reason"],
                    changes=form.changes(),
                    by=request.user,
                    now=request.arrived_at,
                )
            except Refused as refused:
                verdict = refused.verdict
                status = 403 if verdict.who else 409
                if verdict.field in form.fields:
                    form.add_error(verdict.field, str(verdict.reason))
            else:
                return redirect("correction", proposed.key)
    context = {"letter": letter, "form": form, "verdict": verdict}
    return render(request, "proposals/letter_correct.html", context, status=status)


def _correction(request: HttpRequest, key: str) -> Correction:
    return get_object_or_404(queries.visible_corrections(request.user), key=key)


@require_safe
def correction(request: HttpRequest, key: str) -> HttpResponse:
    """What is to be mended, before and after, and the second person's buttons."""
    found = _correction(request, key)
    before = {one.path: one for one in passages(found.letter.context)}
    context = {
        "correction": found,
        "letter": found.letter,
        "state": CORRECTION.state(found.state),
        "changes": [
            {"label": before[path].label, "before": before[path].text, "after": text}
            for path, text in found.changes.items()
        ],
        "buttons": acts.on_correction(
            found, CORRECTION.available(found, request.user, request.arrived_at)
        ),
        "at": said(found.proposed_at.replace(microsecond=0), found.letter.loi.call.zone),
    }
    return render(request, "proposals/correction.html", context)


@require_POST
def approve(request: HttpRequest, key: str) -> HttpResponse:
    return _turn(request, key, services.approve)


@require_POST
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    return _turn(request, key, services.take_back)


def _turn(request: HttpRequest, key: str, act) -> HttpResponse:
    found = _correction(request, key)
    act(found, by=request.user, now=request.arrived_at)
    return redirect(reverse("letter_record", args=[found.letter.key]))
