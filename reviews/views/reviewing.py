from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal import countries
from portal.deadline import Deadline, said
from portal.forms import reason_of
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import clarifications, enclosures, headroom, reading
from proposals import content as document
from proposals import queries as proposals
from proposals.services.drafts import Stale
from reviews import queries, services
from reviews.forms.panel import DeclareForm
from reviews.forms.sheet import SheetForm
from reviews.models import Assignment
from reviews.views.reading import ANCHORS, status_of, whole
from reviews.workflow import ASSIGNMENT

WRITTEN = ("accepted", "locked")


def _deadline(request: HttpRequest, assignment: Assignment) -> Deadline | None:
    if assignment.due_at is None:
        return None
    return Deadline(assignment.due_at, assignment.loi.call.zone, request.arrived_at)


def _own(request: HttpRequest, key: str, *states: str) -> Assignment:
    """The reader's own review; 404 for everybody else's, and in every other state."""
    found = queries.visible_assignments(request.user).filter(reviewer=request.user)
    return get_object_or_404(found.filter(state__in=states), key=key)


def _readable(request: HttpRequest, key: str, *states: str) -> Assignment:
    """The reader's own review, its case open to them."""
    assignment = _own(request, key, *states)
    if not proposals.visible_lois(request.user).filter(pk=assignment.loi_id).exists():
        raise Http404
    return assignment


@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, key: str) -> HttpResponse:
    """Before the content: who takes part, and what the reviewer declares."""
    assignment = _own(request, key, "invited", *WRITTEN)
    if assignment.state != "invited":
        return redirect("review", key=key)
    form = DeclareForm(request.POST or None)
    refusal, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _declared(request, assignment, **form.cleaned_data)
            except Refused as refused:
                refusal, status = refused.verdict, status_of(refused)
    context = {
        "assignment": assignment,
        "loi": assignment.loi,
        "deadline": _deadline(request, assignment),
        "parties": _parties(assignment),
        "found": [
            one
            for one in queries.conflicts_of(
                request.user, assignment.loi, on=request.arrived_at.date()
            )
            if not one.secret
        ],
        "form": form,
        "refusal": refusal,
    }
    return render(request, "reviews/declare.html", context, status=status)


def _declared(
    request: HttpRequest, assignment: Assignment, *, conflict: str, words: str
) -> HttpResponse:
    acts = {"by": request.user, "now": request.arrived_at}
    if conflict == DeclareForm.HARD:
        services.recuse(assignment, reason=words, **acts)
        messages.info(request, _("You have stepped back from %(case)s.") % _case(assignment))
        return redirect("inbox")
    services.accept(assignment, soft_conflict=words if conflict == DeclareForm.SOFT else "", **acts)
    if assignment.loi.state in queries.JUDGED:
        return redirect("review", key=assignment.key)
    messages.info(
        request, _("Accepted. %(case)s opens when its screening is done.") % _case(assignment)
    )
    return redirect("inbox")


def _case(assignment: Assignment) -> dict:
    return {"case": assignment.loi.reference}


def _parties(assignment: Assignment) -> dict:
    """Names alone: organisations with their countries, and people."""
    loi = assignment.loi
    team = loi.filing.content["team"]
    named = [(loi.organisation.name, loi.organisation.country)]
    named += [(row["name"], row["country"]) for row in team["partners"]]
    return {
        "title": loi.filing.content["identity"]["title"],
        "organisations": [
            {"name": name, "country": countries.name(country) if country else ""}
            for name, country in named
        ],
        "counterpart": team["counterpart"],
        "people": [
            {"name": team["pi_name"], "organisation": loi.organisation.name},
            *({"name": row["name"], "organisation": row["organisation"]} for row in team["people"]),
        ],
    }


@require_POST
def recuse(request: HttpRequest, key: str) -> HttpResponse:
    """A conflict noticed only while reading: step back, with the reason."""
    assignment = _own(request, key, "invited", "accepted")
    services.recuse(
        assignment,
        reason=reason_of(request, most=500),
        by=request.user,
        now=request.arrived_at,
    )
    messages.info(request, _("You have stepped back from %(case)s.") % _case(assignment))
    return redirect("inbox")


@require_POST
def give_back(request: HttpRequest, key: str) -> HttpResponse:
    """No conflict, and still it cannot be done: the case goes back to be assigned."""
    assignment = _own(request, key, "invited", "accepted")
    services.give_back(
        assignment,
        reason=reason_of(request, most=500),
        by=request.user,
        now=request.arrived_at,
    )
    messages.info(request, _("You have given %(case)s back.") % _case(assignment))
    return redirect("inbox")


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, key: str) -> HttpResponse:
    """The case on the left, the score sheet on the right."""
    assignment = _readable(request, key, *WRITTEN)
    if request.method != "POST":
        return _sheet(request, assignment, SheetForm(assignment=assignment))
    if more := request.POST.get("add", ""):
        return _sheet(
            request, assignment, SheetForm(request.POST, assignment=assignment, more=more)
        )
    form = SheetForm(request.POST, assignment=assignment)
    if not form.is_valid():
        return _sheet(request, assignment, form, status=400)
    act = services.save_and_lock if request.POST.get("act") == "lock" else services.save_review
    try:
        act(
            assignment,
            scores=form.scores(),
            findings=form.drafts(),
            confidence=form.cleaned_data["confidence"],
            risk=form.cleaned_data["risk"],
            version=form.cleaned_data["version"],
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refused:
        assignment = _readable(request, key, *WRITTEN)
        stale = isinstance(refused, Stale)
        return _sheet(
            request,
            assignment,
            _carried_on(request, assignment),
            refusal=refused.verdict,
            saved=SheetForm(assignment=assignment) if stale else None,
            status=status_of(refused),
        )
    return redirect("review", key=key)


def _carried_on(request: HttpRequest, assignment: Assignment) -> SheetForm:
    """What was typed, as a form that begins from what is saved now."""
    typed = request.POST.copy()
    typed["version"] = assignment.version
    return SheetForm(typed, assignment=assignment)


@require_POST
def lock(request: HttpRequest, key: str) -> HttpResponse:
    """Lock what is saved already; the sheet's own button saves first."""
    assignment = _readable(request, key, *WRITTEN)
    raw = request.POST.get("version", "")
    version = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1
    try:
        services.lock(assignment, version=version, by=request.user, now=request.arrived_at)
    except Refused as refused:
        return _sheet(
            request,
            assignment,
            SheetForm(assignment=assignment),
            refusal=refused.verdict,
            status=status_of(refused),
        )
    return redirect("review", key=key)


def _sheet(
    request: HttpRequest,
    assignment: Assignment,
    form: SheetForm,
    *,
    refusal: Verdict | None = None,
    saved: SheetForm | None = None,
    status: int = 200,
) -> HttpResponse:
    loi, terms = assignment.loi, assignment.loi.call.terms()
    content = reading.thaw(loi.filing.content)
    sheet = document.sheet(content)
    platform = document.text(content, "identity", "platform")
    mine = assignment.state == "accepted"
    others = [a for a in queries.readable_reviews(request.user, loi) if a.pk != assignment.pk]
    act = Act(by=request.user, now=request.arrived_at)
    context = {
        "assignment": assignment,
        "loi": loi,
        "call": loi.call,
        "state": ASSIGNMENT.state(assignment.state),
        "title": document.text(content, "identity", "title"),
        "deadline": _deadline(request, assignment),
        "parts": reading.parts(content, terms, private=False),
        "files": enclosures.filed(loi, request.user),
        "rounds": clarifications.of(loi, request.arrived_at),
        "sheet": sheet,
        "headroom": headroom.lines(sheet, terms.limits_of(platform)),
        "anchors": ANCHORS,
        "form": form,
        "rows": [row for rows in form.findings.values() for row in rows],
        "writes": mine and loi.state == "under_review",
        "progress": queries.progress(assignment),
        "locking": ASSIGNMENT.verdict(assignment, "lock", act) if mine else None,
        "own": None if mine else whole(assignment),
        "others": [whole(other) for other in others],
        "saved": whole(assignment) if saved else None,
        "saved_at": said(assignment.saved_at, loi.call.zone) if assignment.saved_at else "",
        "refusal": refusal,
    }
    return render(request, "reviews/review.html", context, status=status)
