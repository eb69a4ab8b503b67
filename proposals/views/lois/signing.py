"""The two keys: the pages on which a letter is read once more, signed off, and filed."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal import reauthentication
from portal.deadline import Deadline, said
from portal.forms import version_of
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import content as document
from proposals import enclosures, queries, reading, shares
from proposals.compliance import REFER
from proposals.forms.lois import FileForm
from proposals.forms.sections import anchor
from proposals.models import LetterOfIntent
from proposals.services import filings
from proposals.views.lois import case, drafting
from proposals.workflow import LOI
from proposals.workflow.filing import UNACKNOWLEDGED, WORKING_COPY, warnings


@require_http_methods(["GET", "HEAD", "POST"])
def sign_off(request: HttpRequest, key: str) -> HttpResponse:
    return _first_key(request, key, "sign_off", filings.sign_off)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_off_copy(request: HttpRequest, key: str) -> HttpResponse:
    return _first_key(request, key, "sign_off_copy", filings.sign_off_copy)


def _first_key(request: HttpRequest, key: str, action: str, act) -> HttpResponse:
    """Read what is signed, tick each warning, sign off."""
    loi = drafting.load(request, key)
    if request.method != "POST":
        verdict = _verdict(request, loi, action)
        if not _is_asked(verdict, action):
            return redirect("loi", key=key)
        stopped = not verdict and verdict.rule != UNACKNOWLEDGED
        return _sign_page(request, loi, action, refusal=verdict if stopped else None)
    version = version_of(request)
    ticked = set(request.POST.getlist("acknowledged"))
    try:
        act(loi, version=version, acknowledged=ticked, by=request.user, now=request.arrived_at)
    except Refused as refusal:
        loi = drafting.load(request, key)
        if _signed_already(request, loi, version):
            return redirect("loi", key=key)  # a second click
        if not _is_asked(_verdict(request, loi, action), action):
            return case.page(
                request, loi, refusal=refusal.verdict, status=drafting.status_of(refusal)
            )
        return _sign_page(
            request,
            loi,
            action,
            ticked=ticked,
            refusal=refusal.verdict,
            status=drafting.status_of(refusal),
        )
    return redirect("loi", key=key)


def _signed_already(request: HttpRequest, loi: LetterOfIntent, version: int) -> bool:
    signed = loi.state == "awaiting_signature" or loi.working_copy == "signed_off"
    return signed and loi.version == version and loi.signed_off_by == request.user


def _verdict(request: HttpRequest, loi: LetterOfIntent, action: str) -> Verdict:
    return LOI.verdict(loi, action, Act(request.user, request.arrived_at))


def _is_asked(verdict: Verdict, action: str) -> bool:
    """Does the table offer this act to this person at this moment of the letter?"""
    elsewhere = {WORKING_COPY, f"loi.{action}.from"}
    return bool(verdict) or not (verdict.who or verdict.rule in elsewhere)


def _sign_page(
    request: HttpRequest,
    loi: LetterOfIntent,
    action: str,
    *,
    ticked: set[str] = frozenset(),
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    posted = request.method == "POST"
    known = {one.warning: one for one in loi.acknowledgements.select_related("by")}
    lines = [
        {
            "problem": problem,
            "known": known.get(problem.id),
            "ticked": problem.id in ticked,
            "missing": posted and problem.id not in ticked and problem.id not in known,
        }
        for problem in warnings(loi)
    ]
    context = {
        "action": action,
        "warnings": lines,
        "left": sum(line["missing"] for line in lines),
        "refusal": refusal,
        "stopped": refusal is not None and refusal.rule != UNACKNOWLEDGED,
        **_read_again(request, loi),
    }
    return render(request, "proposals/loi_sign.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, key: str) -> HttpResponse:
    return _second_key(request, key, "file", filings.file)


@require_http_methods(["GET", "HEAD", "POST"])
def refile(request: HttpRequest, key: str) -> HttpResponse:
    return _second_key(request, key, "refile", filings.refile)


def _second_key(request: HttpRequest, key: str, action: str, act) -> HttpResponse:
    """Read what is filed, prove who you are, file.

    The page carries its idempotency key; a client of its own may send one as a header.
    """
    loi = drafting.load(request, key)
    user = request.user
    proved = reauthentication.proved_at(request)
    if request.method != "POST":
        verdict = _verdict(request, loi, action)
        if not _is_asked(verdict, action):
            return redirect("loi", key=key)
        form = FileForm(user=user, proved=proved)
        return _file_page(request, loi, action, form, refusal=None if verdict else verdict)
    form = FileForm(request.POST, user=user, proved=proved)
    if status := reauthentication.asked(request, form):
        return _file_page(request, loi, action, form, status=status)
    try:
        act(
            loi,
            version=version_of(request),
            idempotency_key=idempotency_key(request),
            by=user,
            now=request.arrived_at,
        )
    except Refused as refusal:
        loi = drafting.load(request, key)
        form = FileForm(user=user, proved=reauthentication.proved_at(request))
        status = drafting.status_of(refusal)
        return _file_page(request, loi, action, form, refusal=refusal.verdict, status=status)
    return redirect("loi", key=key)


def idempotency_key(request: HttpRequest) -> str:
    posted = request.POST.get("idempotency_key", "")
    return (request.headers.get("Idempotency-Key") or posted).replace("\0", "")


def _file_page(
    request: HttpRequest,
    loi: LetterOfIntent,
    action: str,
    form: FileForm,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    problems = drafting.problems_of(loi, loi.call.terms())
    present = {problem.id for problem in problems}
    context = {
        "action": action,
        "form": form,
        "proved": said(form.proved.replace(second=0, microsecond=0), loi.call.zone)
        if form.proved
        else "",
        # A refused attempt may be made again under its own key; another one gets its own.
        "idempotency_key": idempotency_key(request)
        if request.method == "POST" and status in {400, 429}
        else secrets.token_urlsafe(16),
        "refusal": refusal,
        "problems": [(anchor(problem), problem) for problem in problems if problem.hard],
        "acknowledged": [
            one
            for one in loi.acknowledgements.select_related("by").order_by("pk")
            if one.warning in present
        ],
        "open": bool(_verdict(request, loi, action)),
        "signed_off": case.instant(loi, loi.signed_off_at),
        **_read_again(request, loi),
    }
    return render(request, "proposals/loi_file.html", context, status=status)


def _read_again(request: HttpRequest, loi: LetterOfIntent) -> dict:
    """The text as it will be signed or filed, whole, with what the screening will look at."""
    terms = loi.call.terms()
    consortium = queries.consortium(loi, loi.content)
    return {
        "loi": loi,
        "call": loi.call,
        "title": document.text(loi.content, "identity", "title"),
        "number": loi.filing.number + 1 if loi.filing else 1,
        "in_force": case.instant(loi, loi.filing.arrived_at) if loi.filing else "",
        "saved": drafting.saved(request, loi),
        "referred": [p for p in drafting.problems_of(loi, terms) if p.level == REFER],
        "files": enclosures.attached(loi, request.user),
        "consortium": consortium,
        "progress": shares.progress(consortium) if consortium else "",
        "parts": reading.parts(loi.content, terms),
        **drafting.room_of(loi.content, terms),
        "deadline": Deadline(loi.closes_at, loi.call.zone, request.arrived_at),
    }
