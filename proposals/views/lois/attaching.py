import errno
import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal import files
from portal.forms import version_of
from portal.text import say
from portal.verdict import Refused, Verdict, no
from proposals import attachments, enclosures
from proposals.forms.attachments import AttachForm
from proposals.models import LetterOfIntent
from proposals.sections import FILES, STEPS
from proposals.services import attachments as attaching
from proposals.services import drafts
from proposals.views.lois import drafting

log = logging.getLogger(__name__)
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@require_http_methods(["GET", "HEAD", "POST"])
def attach(request: HttpRequest, key: str) -> HttpResponse:
    """The files beside a draft; posted, one more of them or one in the place of another."""
    loi = drafting.load(request, key)
    if not drafting.may_write(request, loi):
        if request.method == "POST":
            messages.error(request, _("The letter cannot be changed now: nothing was attached."))
        return redirect("loi", key=key)
    if request.method != "POST":
        return _page(request, loi)
    form = AttachForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, loi, form=form, status=400)
    upload, kind = form.cleaned_data["file"], form.cleaned_data["kind"]
    content = upload.read(attachments.MOST_BYTES + 1)
    refusal, seen, kept = attachments.check(kind, upload.name, upload.size, content)
    if not refusal:
        return _page(request, loi, refusal=refusal, at=kind.code, status=400)
    try:
        blob = files.keep(kept, media_type=seen.media_type)
    except OSError as trouble:
        verdict, status = _not_kept(upload.name, trouble)
        return _page(request, loi, refusal=verdict, at=kind.code, status=status)
    try:
        attaching.attach(
            loi,
            blob,
            kind=kind.code,
            name=upload.name,
            version=version_of(request),
            by=request.user,
            now=request.arrived_at,
            pages=seen.pages or None,
            replaces=form.cleaned_data["replaces"],
        )
    except Refused as refused:
        loi = drafting.load(request, key)
        twice = isinstance(refused, drafts.Stale) and any(
            (one.kind, one.stored.sha256) == (kind.code, blob.sha256) for one in attaching.of(loi)
        )
        if not twice:
            status = drafting.status_of(refused)
            return _page(request, loi, refusal=refused.verdict, at=kind.code, status=status)
        # A second click on the same page: the file is there already.
    return redirect("attach", key=key)


def _not_kept(name: str, trouble: OSError) -> tuple[Verdict, int]:
    """What to say where the bytes could not be kept; 507 for want of room, else 503."""
    log.error("an upload could not be kept: %s", trouble)
    full = trouble.errno in NO_ROOM
    why = say("there is no room left") if full else say("the store of files does not answer")
    said = say(
        "“%(name)s” could not be kept: %(why)s. Nothing was changed, and the draft is safe. Try again in a few minutes.",
        name=name,
        why=why,
    )
    return no("attachment.not_kept", said), 507 if full else 503


@require_POST
def detach(request: HttpRequest, key: str) -> HttpResponse:
    loi = drafting.load(request, key)
    try:
        attaching.detach(
            loi,
            request.POST.get("file", ""),
            version=version_of(request),
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refused:
        loi, status = drafting.load(request, key), drafting.status_of(refused)
        return _page(request, loi, refusal=refused.verdict, status=status)
    return redirect("attach", key=key)


def _page(
    request: HttpRequest,
    loi: LetterOfIntent,
    *,
    form: AttachForm | None = None,
    refusal: Verdict | None = None,
    at: str = "",
    status: int = 200,
) -> HttpResponse:
    terms = loi.call.terms()
    problems = drafting.problems_of(loi, terms)
    context = {
        "form": form,
        "refusal": refusal,
        "kinds": enclosures.kinds(loi, request.user),
        "at": at,
        "place": STEPS.index(FILES) + 1,
        "places": len(STEPS),
        **drafting.frame(request, loi, FILES.name, terms, problems, loi.content),
    }
    return render(request, "proposals/loi_attach.html", context, status=status)
