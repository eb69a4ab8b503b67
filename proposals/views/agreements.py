"""What both sides do after a release, of a case or a project: accept or decline, more time, the signing, its end.

Each act has two addresses, told apart by the noun.
"""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import files, reauthentication
from portal.deadline import said
from portal.text import say
from portal.verdict import Refused, Verdict, no, require
from portal.workflow import Act
from proposals import agreements as shown
from proposals import attachments, conditions, queries
from proposals.forms.agreements import ExtensionForm, ReasonForm, SigningForm
from proposals.forms.lois import FileForm
from proposals.models import Agreement
from proposals.models.agreements import Subject
from proposals.services import agreements
from proposals.views import projects
from proposals.views.files import download
from proposals.views.lois import case, drafting
from proposals.workflow import PROJECT, table_of

FormOf = Callable[..., object]
Serve = Callable[[Subject, object], object]
# By the noun of its address: how it is found, and the page of it with a refusal on top.
LOADS = {"loi": drafting.load, "project": projects.load}
PAGES = {"loi": case.page, "project": projects.page}
ACTS = ("accept", "decline", "propose_extension", "grant_extension", "record_signing", "terminate")

TITLES = {
    "accept": _("Accept the selection"),
    "decline": _("Decline the selection"),
    "propose_extension": _("Propose more time to accept"),
    "record_signing": _("Record the signing of the agreement"),
    "terminate": _("Terminate the agreement"),
}
# What the act brings about, told before it is done.
BRINGS = {
    "accept": _(
        "Your organisation accepts what the decision gives it, on its conditions. Legal has the agreement signed next; until then you can still step back."
    ),
    "decline": _(
        "The selection ends. What is given below is free for others at once, and nothing brings it back."
    ),
    "propose_extension": _(
        "It counts once an approver, another person, grants it. The partner is then told."
    ),
    "record_signing": _(
        "The agreement is put on file. The partner and the offices of the call are told, and can read it."
    ),
    "terminate": _(
        "The agreement ends. What is given below is free for others at once, and nothing brings it back."
    ),
}

# Where an act on a project is said in other words: its title, and what it brings about.
OF_A_PROJECT = {
    "accept": (
        _("Accept the project"),
        _(
            "Your organisation accepts, as the lead, what the project is given. Legal has the agreement signed next; until then you can still step back."
        ),
    ),
    "decline": (
        _("Decline the project"),
        _(
            "The project ends for every one of its partners. What is given below is free for others at once, and nothing brings it back."
        ),
    ),
}


def by_form(
    request: HttpRequest,
    key: str,
    action: str,
    form_of: FormOf,
    serve: Serve,
    page: Callable,
    noun: str = "loi",
) -> HttpResponse:
    """One act on a case or a project by the form of a page of its own.

    Where the table does not offer the act to this person now, the case itself
    is shown; a form with a password has it proved first.
    """
    subject = LOADS[noun](request, key)
    table = table_of(subject)
    if request.method != "POST":
        verdict = table.verdict(subject, action, Act(request.user, request.arrived_at))
        if verdict.who or verdict.rule == f"{noun}.{action}.from":
            return redirect(noun, key=key)
        refusal = None if verdict else verdict
        return page(request, subject, action, form_of(subject), refusal=refusal)
    form = form_of(subject, request.POST, request.FILES)
    if status := _asked(request, form):
        return page(request, subject, action, form, status=status)
    try:
        serve(subject, form)
    except Refused as refused:
        verdict, status = refused.verdict, drafting.status_of(refused)
        subject = LOADS[noun](request, key)
        if verdict.rule == f"{noun}.{action}.from" and subject.state == table.row(action).to:
            return redirect(noun, key=key)  # a second click
        if verdict.field in form.fields:
            form.add_error(verdict.field, str(verdict.reason))
            return page(request, subject, action, form, status=status)
        return page(request, subject, action, form, refusal=verdict, status=status)
    return redirect(noun, key=key)


def by_reason(
    request: HttpRequest,
    key: str,
    action: str,
    form: type,
    act: Callable,
    page: Callable,
    noun: str = "loi",
) -> HttpResponse:
    """One act whose form asks for its reason alone."""

    def form_of(subject, *posted):
        return form(*posted[:1])

    def serve(subject, form):
        reason = form.cleaned_data["reason"]
        return act(subject, reason=reason, by=request.user, now=request.arrived_at)

    return by_form(request, key, action, form_of, serve, page, noun)


def _asked(request: HttpRequest, form) -> int:
    """0 where the form holds, its password proved; else the status of the page that shows why not."""
    if hasattr(form, "proved"):
        return reauthentication.asked(request, form)
    return 0 if form.is_valid() else 400


def _page(
    request: HttpRequest,
    subject: Subject,
    action: str,
    form,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    table = table_of(subject)
    title, brings = TITLES[action], BRINGS[action]
    if table is PROJECT:
        title, brings = OF_A_PROJECT.get(action, (title, brings))
    agreement, now = queries.agreement_of(subject), request.arrived_at
    proved = getattr(form, "proved", None)
    context = {
        "subject": subject,
        "here": reverse(table.noun, args=[subject.key]),
        "call": subject.call,
        "row": table.row(action),
        "title": title,
        "brings": brings,
        "form": form,
        "proved": said(proved.replace(second=0, microsecond=0), subject.call.zone)
        if proved
        else "",
        "refusal": refusal,
        "possible": bool(table.verdict(subject, action, Act(request.user, now))),
        "standing": shown.of(agreement, now) if agreement else None,
        "conditions": conditions.of(queries.conditions_of(subject), request.user, now),
    }
    return render(request, "proposals/agreement_act.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, key: str, noun: str) -> HttpResponse:
    """A signature, like a filing: who accepts proves that it is them."""

    def form_of(subject, *posted):
        return FileForm(*posted[:1], user=request.user, proved=reauthentication.proved_at(request))

    def serve(subject, form):
        return agreements.accept(subject, by=request.user, now=request.arrived_at)

    return by_form(request, key, "accept", form_of, serve, _page, noun)


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, key: str, noun: str) -> HttpResponse:
    return by_reason(request, key, "decline", ReasonForm, agreements.decline, _page, noun)


@require_http_methods(["GET", "HEAD", "POST"])
def terminate(request: HttpRequest, key: str, noun: str) -> HttpResponse:
    return by_reason(request, key, "terminate", ReasonForm, agreements.terminate, _page, noun)


@require_http_methods(["GET", "HEAD", "POST"])
def propose_extension(request: HttpRequest, key: str, noun: str) -> HttpResponse:
    def form_of(subject, *posted):
        return ExtensionForm(*posted[:1], call=subject.call)

    def serve(subject, form):
        more = {"until": form.instant, "reason": form.cleaned_data["reason"]}
        return agreements.propose_extension(
            subject, **more, by=request.user, now=request.arrived_at
        )

    return by_form(request, key, "propose_extension", form_of, serve, _page, noun)


@require_POST
def grant_extension(request: HttpRequest, key: str, noun: str) -> HttpResponse:
    subject = LOADS[noun](request, key)
    shown = request.POST.get("extension", "")
    try:
        agreements.grant_extension(subject, shown=shown, by=request.user, now=request.arrived_at)
    except Refused as refused:
        subject = LOADS[noun](request, key)
        status = drafting.status_of(refused)
        return PAGES[noun](request, subject, refusal=refused.verdict, status=status)
    return redirect(noun, key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def record_signing(request: HttpRequest, key: str, noun: str) -> HttpResponse:
    def form_of(subject, *posted):
        return SigningForm(*posted)

    def serve(subject, form):
        # Asked before the upload is looked at and kept.
        said = {name: form.cleaned_data[name] for name in ("reference", "signed_on")}
        act = Act(request.user, request.arrived_at, facts=said["signed_on"])
        require(table_of(subject).verdict(subject, "record_signing", act))
        blob = kept(form.cleaned_data["file"], attachments.AGREEMENT)
        return agreements.record_signing(
            subject, blob, **said, by=request.user, now=request.arrived_at
        )

    return by_form(request, key, "record_signing", form_of, serve, _page, noun)


def kept(upload, kind: attachments.Kind) -> files.Blob:
    """The bytes of an upload that may be kept as this kind, or a refusal at the field `file`."""
    content = upload.read(kind.most_bytes + 1)
    verdict, seen, clean = attachments.check(kind, upload.name, upload.size, content)
    if not verdict:
        raise Refused(no(verdict.rule, verdict.reason, field="file"))
    try:
        return files.keep(clean, media_type=seen.media_type)
    except OSError as trouble:
        sentence = say(
            "The file could not be kept, and nothing was changed. Try again in a few minutes."
        )
        raise Refused(no("file.not_kept", sentence, field="file")) from trouble


@require_safe
def agreement(request: HttpRequest, key: str, noun: str) -> HttpResponse:
    """The signed agreement, to both sides."""
    subject = LOADS[noun](request, key)
    found = queries.agreement_of(subject)
    if found is None or not queries.reads_agreement(request.user, subject):
        raise Http404
    return _file(found)


@require_safe
def former_agreement(request: HttpRequest, key: str) -> HttpResponse:
    """One that was signed on a decision which another has superseded, to the same readers."""
    cases = queries.visible_lois(request.user)
    former = Agreement.objects.filter(decision__loi__in=cases, decision__state="superseded")
    found = get_object_or_404(former.select_related("decision__loi", "file"), key=key)
    if not queries.reads_agreement(request.user, found.subject):
        raise Http404
    return _file(found)


def _file(agreement: Agreement) -> HttpResponse:
    if agreement.file is None:
        raise Http404
    require(shown.readable(agreement.file))
    file = files.open_checked(agreement.file)
    return download(file, name=shown.filename(agreement), media_type=agreement.file.media_type)
