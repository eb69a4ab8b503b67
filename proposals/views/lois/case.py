from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal import canonical
from portal.deadline import Deadline, said
from portal.forms import reason_of
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import clarifications, course, enclosures, history, queries, reading
from proposals import content as document
from proposals import headroom as room
from proposals.forms.lois import FileForm
from proposals.forms.sections import anchor
from proposals.models import Letter, LetterOfIntent
from proposals.services import filings
from proposals.views.lois import drafting
from proposals.workflow import LOI

APPLICANT_ACTS = {"sign_off", "return_to_draft", "file", "withdraw"}


@require_safe
def loi(request: HttpRequest, key: str) -> HttpResponse:
    found = drafting.load(request, key)
    if request.htmx and request.GET.get("part") == "receipt":
        return render(request, "proposals/loi_receipt.html", _receipt(request, found))
    return _case(request, found)


def _case(
    request: HttpRequest,
    loi: LetterOfIntent,
    *,
    refusal: Verdict | None = None,
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    user, terms = request.user, loi.call.terms()
    content = reading.thaw(loi.filing.content) if loi.filing else loi.content
    unfiled = loi.state in queries.UNFILED
    problems = drafting.problems_of(loi, terms) if unfiled else []
    hard = [problem for problem in problems if problem.hard]
    sheet = document.sheet(content)
    platform = document.text(content, "identity", "platform")
    context = {
        "loi": loi,
        "call": loi.call,
        "state": course.state(user, loi),
        "steps": course.steps(user, loi),
        "expected": course.expected(user, loi, len(hard)),
        "deadline": Deadline(loi.closes_at, loi.call.zone, request.arrived_at),
        "signed_off": _instant(loi, loi.signed_off_at),
        "saved": _instant(loi, loi.saved_at),
        "offers": _offers(request, loi),
        "writes": drafting.may_write(request, loi),
        "missing": len(hard),
        "parts": reading.parts(content, terms),
        "sheet": sheet,
        "headroom": room.lines(sheet, terms.limits_of(platform)),
        "history": history.of(loi, user),
        "originals": queries.reads_originals(user, loi),
        "filed_files": enclosures.filed(loi, user),
        "files": enclosures.attached(loi) if drafting.reads_draft(request, loi) else [],
        "rounds": clarifications.of(loi, request.arrived_at) if loi.filing else [],
        "answers": _answers(request, loi),
        "refusal": refusal,
        "typed": typed,
        **_receipt(request, loi),
        **_manifest(loi),
    }
    return render(request, "proposals/loi.html", context, status=status)


def _instant(loi: LetterOfIntent, at) -> str:
    return said(at, loi.call.zone) if at else ""


def _offers(request: HttpRequest, loi: LetterOfIntent) -> list[dict]:
    """The applicant's acts that the table offers this person now, each with its address."""
    return [
        {
            "row": offer.row,
            "verdict": offer.verdict,
            "url": reverse(f"{offer.row.action}_loi", kwargs={"key": loi.key}),
        }
        for offer in LOI.available(loi, request.user, request.arrived_at)
        if offer.row.action in APPLICANT_ACTS
    ]


def _answers(request: HttpRequest, loi: LetterOfIntent) -> bool:
    """Does an open question of the screening wait for this person?"""
    act = Act(request.user, request.arrived_at)
    return bool(LOI.verdict(loi, "answer_clarification", act))


def _receipt(request: HttpRequest, loi: LetterOfIntent) -> dict:
    """The letters of the case this person may read, and whether a receipt is still owed."""
    letters = list(queries.visible_letters(request.user).filter(loi=loi).order_by("pk"))
    receipts = [letter for letter in letters if letter.kind == Letter.Kind.RECEIPT and letter.file]
    rendered = bool(receipts) or not loi.filing
    return {
        "loi": loi,
        "receipt": receipts[-1] if receipts else None,
        "rendering": not rendered and course.applicant(request.user, loi),
        "letters": [
            letter for letter in letters if letter.kind != Letter.Kind.RECEIPT and letter.file
        ],
    }


def _manifest(loi: LetterOfIntent) -> dict:
    if loi.filing is None:
        return {}
    return {
        "filing": loi.filing,
        "arrived": said(loi.filing.arrived_at, loi.call.zone),
        "arrived_utc": said(loi.filing.arrived_at, "UTC"),
        "manifest_digest": canonical.digest(loi.filing.manifest),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def sign_off(request: HttpRequest, key: str) -> HttpResponse:
    loi = drafting.load(request, key)
    if request.method == "GET":
        return redirect("loi", key=key)
    version = drafting.version_of(request)
    try:
        filings.sign_off(loi, version=version, by=request.user, now=request.arrived_at)
    except Refused as refusal:
        loi = drafting.load(request, key)
        done = loi.state == "awaiting_signature" and loi.version == version
        if not (done and loi.signed_off_by == request.user):
            return _case(request, loi, refusal=refusal.verdict, status=drafting.status_of(refusal))
        # A second click: it is signed off in this version already.
    return redirect("loi", key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def return_to_draft(request: HttpRequest, key: str) -> HttpResponse:
    return _with_reason(request, key, filings.return_to_draft)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    return _with_reason(request, key, filings.withdraw)


def _with_reason(request: HttpRequest, key: str, act) -> HttpResponse:
    loi = drafting.load(request, key)
    if request.method == "GET":
        return redirect("loi", key=key)
    reason = reason_of(request, most=2000)
    try:
        act(loi, by=request.user, now=request.arrived_at, reason=reason)
    except Refused as refusal:
        return _case(
            request,
            drafting.load(request, key),
            refusal=refusal.verdict,
            typed=reason,
            status=drafting.status_of(refusal),
        )
    return redirect("loi", key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, key: str) -> HttpResponse:
    """The second key: read what is filed, prove who you are, file."""
    loi = drafting.load(request, key)
    user = request.user
    if request.method == "GET":
        if loi.state != "awaiting_signature" or "aor" not in LOI.relation(user, loi):
            return redirect("loi", key=key)
        refusal = LOI.verdict(loi, "file", Act(user, request.arrived_at))
        return _confirmation(
            request, loi, FileForm(user=user), refusal=None if refusal else refusal
        )
    form = FileForm(request.POST, user=user)
    if not ratelimit.consume(request, action="reauthenticate", user=user):
        form.errors  # noqa: B018 - judged first, so that the error below stays
        form.add_error("password", _("Too many tries: wait a minute and try again."))
        return _confirmation(request, loi, form, status=429)
    if not form.is_valid():
        return _confirmation(request, loi, form, status=400)
    try:
        filings.file(loi, version=drafting.version_of(request), by=user, now=request.arrived_at)
    except Refused as refusal:
        return _confirmation(
            request,
            drafting.load(request, key),
            form,
            refusal=refusal.verdict,
            status=drafting.status_of(refusal),
        )
    return redirect("loi", key=key)


def _confirmation(
    request: HttpRequest,
    loi: LetterOfIntent,
    form: FileForm,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    terms = loi.call.terms()
    problems = drafting.problems_of(loi, terms)
    sheet = document.sheet(loi.content)
    platform = document.text(loi.content, "identity", "platform")
    context = {
        "loi": loi,
        "call": loi.call,
        "form": form,
        "refusal": refusal,
        "problems": [(anchor(problem), problem) for problem in problems if problem.hard],
        "warnings": [(anchor(problem), problem) for problem in problems if not problem.hard],
        "grid": reading.elements(loi.content),
        "sheet": sheet,
        "headroom": room.lines(sheet, terms.limits_of(platform)),
        "files": enclosures.attached(loi),
        "deadline": Deadline(loi.closes_at, loi.call.zone, request.arrived_at),
        "signed_off": _instant(loi, loi.signed_off_at),
        "open": loi.state == "awaiting_signature"
        and bool(LOI.verdict(loi, "file", Act(request.user, request.arrived_at))),
    }
    return render(request, "proposals/loi_file.html", context, status=status)
