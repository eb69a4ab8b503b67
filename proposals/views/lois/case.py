from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal import canonical
from portal.deadline import Deadline, said
from portal.forms import reason_of
from portal.models import User
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import (
    agreements,
    clarifications,
    conditions,
    course,
    enclosures,
    history,
    lacking,
    namings,
    queries,
    reading,
    redress,
    shares,
)
from proposals import content as document
from proposals.models import Agreement, Decision, Filing, Letter, LetterOfIntent, Naming
from proposals.models.lois import DECIDED, MOVABLE, RUNNING
from proposals.services import copies, filings
from proposals.views.lois import drafting
from proposals.workflow import DECISION, LOI, NAMING
from proposals.workflow.filing import UNACKNOWLEDGED, WORKING_COPY

APPLICANT_ACTS = {
    "sign_off",
    "return_to_draft",
    "file",
    "revise",
    "sign_off_copy",
    "return_copy",
    "refile",
    "discard_copy",
    "withdraw",
}
# What both sides do once the results are released.
AFTER = {
    "accept",
    "decline",
    "propose_extension",
    "grant_extension",
    "record_signing",
    "terminate",
    "request_review",
    "uphold",
    "reopen",
    "screen_again",
}
# Where a review of the procedure may have been asked for.
JUDGED = {*RUNNING, *DECIDED, "ineligible"} - {"filed"}
# Acts whose button leads to a page that shows what is signed; that page posts them.
LOOKED_AT_FIRST = {"sign_off", "sign_off_copy", "file", "refile", *AFTER} - {"grant_extension"}


@require_safe
def loi(request: HttpRequest, key: str) -> HttpResponse:
    found = drafting.load(request, key, as_partner=True)
    if request.htmx and request.GET.get("part") == "receipt":
        return render(request, "proposals/loi_receipt.html", receipts(request, found))
    return page(request, found)


def page(
    request: HttpRequest,
    loi: LetterOfIntent,
    *,
    refusal: Verdict | None = None,
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    """The case: what is in force, or the working copy where a member asks for it (`?show=copy`)."""
    user, terms = request.user, loi.call.terms()
    member = course.member(user, loi)
    copied = loi.working_copy != "" and member
    shows_copy = copied and request.GET.get("show") == "copy"
    in_force = loi.filing and not shows_copy
    content = reading.thaw(loi.filing.content) if in_force else document.asked(loi.content, terms)
    being_written = loi.state in queries.UNFILED or copied
    problems = drafting.problems_of(loi, terms) if being_written else []
    hard = [problem for problem in problems if problem.hard]
    writes = drafting.may_write(request, loi)
    partner = course.partner(user, loi)
    consortium = [] if partner else queries.consortium(loi, content)
    context = {
        "loi": loi,
        "call": loi.call,
        "state": course.state(user, loi),
        "steps": course.steps(user, loi),
        "expected": course.expected(user, loi, len(hard)),
        "aors": course.representatives(loi),
        "deadline": Deadline(loi.closes_at, loi.call.zone, request.arrived_at),
        "signed_off": instant(loi, loi.signed_off_at),
        "saved": instant(loi, loi.saved_at),
        "offers": _offers(request, loi),
        "writes": writes,
        "edits": writes and not in_force,  # the text shown is the one being written
        "member": member,
        "copied": copied,
        "shows_copy": shows_copy,
        "next": loi.filing.number + 1 if loi.filing else 1,
        "missing": len(hard),
        "parts": _parts(user, loi, content),
        **drafting.room_of(content, terms),
        "history": history.of(loi, user),
        "originals": queries.reads_originals(user, loi),
        "filed_files": enclosures.filed(loi, user),
        "files": enclosures.attached(loi, user) if member and not in_force else [],
        "partner": partner,
        "consortium": consortium,
        "progress": shares.progress(consortium) if consortium else "",
        "rounds": clarifications.of(loi, request.arrived_at) if loi.filing and not partner else [],
        "answers": _answers(request, loi),
        **_after(request, loi),
        "project": queries.project_shown(user, loi),
        "lapsed": lacking.of(loi) if loi.state == "not_submitted" else None,
        "closed": said(loi.closes_at, loi.call.zone),
        "contact": lacking.contact(),
        **_named(request, loi, content),
        "refusal": refusal,
        "typed": typed,
        **receipts(request, loi),
        **filed(loi),
    }
    return render(request, "proposals/loi.html", context, status=status)


def _parts(user: User, loi: LetterOfIntent, content: dict) -> list[reading.Part]:
    """A text of the case; to its reviewers and partners without what is private."""
    private = bool(LOI.relation(user, loi) - {"reviewer"})
    return reading.parts(content, loi.call.terms(), private=private)


def instant(loi: LetterOfIntent, at) -> str:
    return said(at, loi.call.zone) if at else ""


def _offers(request: HttpRequest, loi: LetterOfIntent) -> list[dict]:
    """The applicant's acts that the table offers this person now, the keys first, with their address."""
    found = [
        {
            "row": offer.row,
            # Only ticks are wanting, and they are made on the page the button leads to.
            "blocked": ""
            if offer.verdict or offer.verdict.rule == UNACKNOWLEDGED
            else offer.verdict.reason,
            "url": reverse(f"{offer.row.action}_loi", kwargs={"key": loi.key}),
            "looked_at_first": offer.row.action in LOOKED_AT_FIRST,
            "name": "extension" if offer.row.action == "grant_extension" else "",
        }
        for offer in LOI.available(loi, request.user, request.arrived_at)
        if offer.row.action in APPLICANT_ACTS | AFTER and offer.verdict.rule != WORKING_COPY
    ]
    return [*sorted(found, key=lambda offer: not offer["looked_at_first"]), *_moving(request, loi)]


def _moving(request: HttpRequest, loi: LetterOfIntent) -> list[dict]:
    """To the chair of a selected case: have another mission carry it."""
    row, act = DECISION.row("reaccommodate"), Act(request.user, request.arrived_at)
    if loi.state not in MOVABLE or not DECISION.verdict(Decision(loi=loi), row.action, act):
        return []
    url = reverse("reaccommodate_decision", kwargs={"key": loi.key})
    return [{"row": row, "blocked": "", "url": url, "looked_at_first": True, "name": ""}]


def _after(request: HttpRequest, loi: LetterOfIntent) -> dict:
    """What follows a decision, to both sides of the agreement and to nobody else."""
    if loi.state not in JUDGED or not queries.reads_agreement(request.user, loi):
        return {}
    agreement = queries.agreement_of(loi)
    return {
        "standing": agreements.of(agreement, request.arrived_at) if agreement else None,
        "conditions": conditions.of(queries.conditions_of(loi), request.user, request.arrived_at),
        "former_agreements": [
            agreements.of(one, request.arrived_at) for one in queries.former_agreements(loi)
        ],
        "moved": _moved(loi, agreement) if agreement and agreement.decision.onto_id else "",
        "reviews": redress.of(loi),
    }


def _moved(loi: LetterOfIntent, agreement: Agreement) -> str:
    """That another mission carries the case, in one sentence."""
    facts = {
        "mission": queries.carrier(loi).mission.name,
        "before": loi.call.mission.name,
        "day": formats.date_format(
            agreement.decision.released_at.astimezone(loi.call.zoneinfo), "j F Y"
        ),
    }
    return _("Since %(day)s it is carried by %(mission)s. It was selected for %(before)s.") % facts


def _answers(request: HttpRequest, loi: LetterOfIntent) -> bool:
    """Does an open question of the screening wait for this person?"""
    act = Act(request.user, request.arrived_at)
    return bool(LOI.verdict(loi, "answer_clarification", act))


def _named(request: HttpRequest, loi: LetterOfIntent, content: dict) -> dict:
    """What the people named say, and whether this person may ask those not yet asked."""
    lines = namings.of(loi, request.user, content)
    waiting = any(line.address and line.state is None for line in lines)
    act = Act(request.user, request.arrived_at)
    return {
        "named": lines,
        "asks": waiting and bool(NAMING.verdict(Naming(loi=loi), "ask", act)),
    }


def receipts(request: HttpRequest, loi: LetterOfIntent) -> dict:
    """The letters of the case this person may read, and whether a receipt is still owed."""
    letters = list(queries.visible_letters(request.user).filter(loi=loi).order_by("pk"))
    issued = {
        letter.filing_id: letter
        for letter in letters
        if letter.kind == Letter.Kind.RECEIPT and letter.file
    }
    receipt = issued.get(loi.filing_id)
    return {
        "loi": loi,
        "receipt": receipt,
        "rendering": loi.filing and not receipt and course.member(request.user, loi),
        "letters": sorted(
            (one for one in letters if one.kind != Letter.Kind.RECEIPT and one.file),
            key=lambda one: one.state in {"superseded", "revoked"},  # those in force first
        ),
        "former": [
            {"filing": one, "arrived": instant(loi, one.arrived_at), "receipt": issued.get(one.pk)}
            for one in loi.filings.exclude(pk=loi.filing_id).order_by("-number")
        ],
    }


def filed(loi: LetterOfIntent, filing: Filing | None = None) -> dict:
    """What is shown of a filing; of the one in force where none is named."""
    filing = filing or loi.filing
    if filing is None:
        return {}
    return {
        "filing": filing,
        "arrived": said(filing.arrived_at, loi.call.zone),
        "arrived_utc": said(filing.arrived_at, "UTC"),
        "committed_utc": said(filing.committed_at.replace(microsecond=0), "UTC"),
        "manifest_digest": canonical.digest(filing.manifest),
    }


@require_safe
def filing(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One filed version, whether in force or superseded."""
    loi = drafting.load(request, key, as_partner=True)
    found = get_object_or_404(loi.filings, number=number)
    if found.pk != loi.filing_id and not queries.reads_originals(request.user, loi):
        raise Http404
    letters = queries.visible_letters(request.user).filter(filing=found).exclude(file=None)
    context = {
        "loi": loi,
        "call": loi.call,
        "parts": _parts(request.user, loi, reading.thaw(found.content)),
        "partner": course.partner(request.user, loi),
        "title": found.content["identity"]["title"],
        "receipt": letters.first(),
        "in_force": found.pk == loi.filing_id,
        "originals": queries.reads_originals(request.user, loi),
        **filed(loi, found),
    }
    return render(request, "proposals/loi_filing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def return_to_draft(request: HttpRequest, key: str) -> HttpResponse:
    return _with_reason(request, key, filings.return_to_draft)


@require_http_methods(["GET", "HEAD", "POST"])
def return_copy(request: HttpRequest, key: str) -> HttpResponse:
    return _with_reason(request, key, filings.return_copy)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    return _with_reason(request, key, filings.withdraw)


def _with_reason(request: HttpRequest, key: str, act) -> HttpResponse:
    loi = drafting.load(request, key)
    if request.method != "POST":
        return redirect("loi", key=key)
    reason = reason_of(request, most=2000)
    try:
        act(loi, by=request.user, now=request.arrived_at, reason=reason)
    except Refused as refusal:
        return page(
            request,
            drafting.load(request, key),
            refusal=refusal.verdict,
            typed=reason,
            status=drafting.status_of(refusal),
        )
    return redirect("loi", key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def revise(request: HttpRequest, key: str) -> HttpResponse:
    loi = drafting.load(request, key)
    if request.method != "POST":
        return redirect("loi", key=key)
    try:
        copies.revise(loi, by=request.user, now=request.arrived_at)
    except Refused as refusal:
        loi = drafting.load(request, key)
        if not drafting.may_write(request, loi):
            return page(request, loi, refusal=refusal.verdict, status=drafting.status_of(refusal))
        # A second click, or a colleague's: the working copy is open already.
    return redirect("edit_loi", key=key, section="identity")


@require_http_methods(["GET", "HEAD", "POST"])
def discard_copy(request: HttpRequest, key: str) -> HttpResponse:
    loi = drafting.load(request, key)
    if request.method == "POST":
        try:
            copies.discard_copy(loi, by=request.user, now=request.arrived_at)
        except Refused as refusal:
            if refusal.verdict.rule != WORKING_COPY:
                return page(
                    request, loi, refusal=refusal.verdict, status=drafting.status_of(refusal)
                )
            # A second click: it is discarded already.
    return redirect("loi", key=key)
