"""The page on which a sheet is written, the case beside it, and the page that locks it."""

from collections.abc import Callable

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from portal import events, kept
from portal.deadline import Deadline, said
from portal.forms import version_of
from portal.models import KeptForm
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import clarifications, enclosures, headroom, reading
from proposals import content as document
from proposals import queries as proposals
from proposals.merging import differing
from proposals.models import LetterOfIntent
from proposals.sections import BY_NAME
from proposals.services.drafts import Disputed
from reviews import queries, services, sheets
from reviews.forms.sheet import MOST_FINDINGS, SheetForm, sheet_form
from reviews.models import Assignment
from reviews.views import disputes, versions
from reviews.views.reading import anchors_of, score_of, status_of, whole
from reviews.workflow import ASSIGNMENT

WRITTEN = ("accepted", "locked")
# Where the button leads that has saved.
THEN = {"lock": "lock_assignment", "names": "open_names_assignment"}


def load(request: HttpRequest, key: str) -> Assignment:
    """The reader's own sheet, its case open to them; 404 for everybody else's."""
    found = queries.visible_assignments(request.user).filter(reviewer=request.user)
    assignment = get_object_or_404(found.filter(state__in=WRITTEN), key=key)
    if not proposals.visible_lois(request.user).filter(pk=assignment.loi_id).exists():
        raise Http404
    return assignment


@csp_update({"frame-src": [SELF]})
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, key: str) -> HttpResponse:
    """The case on the left, the sheet on the right."""
    assignment = load(request, key)
    if request.method == "POST":
        return _save(request, assignment)
    unsaved = kept.of(request.user, request.path, now=request.arrived_at)
    if unsaved is None:
        return _page(request, assignment, sheet_form(assignment=assignment))
    form = sheet_form(unsaved.data, assignment=assignment)
    return _page(request, assignment, form, unsaved=unsaved)


def _save(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """Keep the sheet as it was typed: by the button, or while it is typed."""
    act = request.POST.get("act", "")
    if act == "discard":
        kept.drop(request.user, request.POST.get("kept", ""))
        return redirect(request.path)
    if more := request.POST.get("add", ""):
        form = sheet_form(request.POST, assignment=assignment, more=more)
        return _page(request, assignment, form)
    form = sheet_form(request.POST, assignment=assignment)
    if not form.is_valid():
        if request.htmx:
            return kept.not_saved(request, disputes.first_error(form), 400)
        return _page(request, assignment, form, status=400)
    version, written = version_of(request), form.written
    if act == "merge":
        written = disputes.chosen(request.POST, assignment, written, version)
    acts = {"version": version, "by": request.user, "now": request.arrived_at}
    try:
        saved = services.save_review(assignment, **vars(written), **acts)
    except Disputed as dispute:
        assignment = load(request, assignment.key)
        if request.htmx:
            return kept.not_saved(request, disputes.line(assignment, dispute), 409)
        return disputes.page(request, assignment, dispute)
    except Refused as refused:
        assignment = load(request, assignment.key)
        if request.htmx:
            return kept.not_saved(request, str(refused.verdict.reason), status_of(refused))
        return _page(request, assignment, form, refusal=refused.verdict, status=status_of(refused))
    kept.drop(request.user, request.POST.get("kept", ""))
    taken = differing(sheets.content(written), saved.content)
    note = disputes.note(saved, taken)
    if request.htmx:
        return _kept(request, saved, taken, note)
    if note:
        messages.info(request, note)
    return redirect(THEN.get(act, "review"), key=saved.key)


def _kept(
    request: HttpRequest, assignment: Assignment, taken: tuple[str, ...], note: str
) -> HttpResponse:
    """What the page needs to go on: when it was saved, and what another window changed meanwhile."""
    form = sheet_form(assignment=assignment)
    figures = set(taken) & {resource.code for resource in getattr(form, "asked", ())}
    context = {**_written(request, assignment, form), "taken": taken, "note": note}
    context["taken_figures"] = bool(figures)
    return render(request, "reviews/sheet_saved.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def lock(request: HttpRequest, key: str) -> HttpResponse:
    """The whole sheet read back, before it is locked."""
    assignment = load(request, key)
    refusal, status = None, 200
    if request.method == "POST":
        refusal, status = _done(request, services.lock, assignment)
        if refusal is None:
            return redirect("review", key=key)
        assignment = load(request, key)
    elif assignment.state == "locked":
        return redirect("review", key=key)
    act = Act(by=request.user, now=request.arrived_at)
    context = {
        **_frame(assignment),
        "whole": whole(assignment),
        "progress": queries.progress(assignment),
        "locking": ASSIGNMENT.verdict(assignment, "lock", act),
        "refusal": refusal,
    }
    return render(request, "reviews/review_lock.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def open_names(request: HttpRequest, key: str) -> HttpResponse:
    """What is scored without knowing who applies, read back before it is known and fixed."""
    assignment = load(request, key)
    refusal, status = None, 200
    if request.method == "POST":
        refusal, status = _done(request, services.open_names, assignment)
        if refusal is None:
            return redirect("review", key=key)
        assignment = load(request, key)
    later = queries.closed_criteria(assignment)
    read = whole(assignment)
    context = {
        **_frame(assignment),
        "fixed": [line for line in read["criteria"] if line["criterion"].code not in later],
        "later": [
            line["criterion"] for line in read["criteria"] if line["criterion"].code in later
        ],
        "owed": queries.owed_before_names(assignment),
        "opening": ASSIGNMENT.verdict(
            assignment, "open_names", Act(by=request.user, now=request.arrived_at)
        ),
        "refusal": refusal,
    }
    return render(request, "reviews/open_names.html", context, status=status)


def _done(
    request: HttpRequest, act: Callable, assignment: Assignment
) -> tuple[Verdict | None, int]:
    """Do what was read back; the refusal with its status, where it is refused."""
    try:
        act(assignment, version=version_of(request), by=request.user, now=request.arrived_at)
    except Refused as refused:
        return refused.verdict, status_of(refused)
    return None, 200


def _frame(assignment: Assignment) -> dict:
    loi = assignment.loi
    return {
        "assignment": assignment,
        "loi": loi,
        "call": loi.call,
        "title": document.text(loi.filing.content, "identity", "title"),
        "state": ASSIGNMENT.state(assignment.state),
        "saved_at": saved_at(assignment),
    }


def saved_at(assignment: Assignment) -> str:
    """When it was saved, to the minute, with the zone."""
    if assignment.saved_at is None:
        return ""
    minute = assignment.saved_at.replace(second=0, microsecond=0)
    return said(minute, assignment.loi.call.zone)


def _written(request: HttpRequest, assignment: Assignment, form: SheetForm) -> dict:
    """The sheet as it stands, line by line, with what is owed at each."""
    progress = queries.progress(assignment)
    lines = []
    for criterion in form.criteria:
        name, anchors = f"score_{criterion.code}", anchors_of(criterion)
        score = form[name] if name in form.fields else None
        rows = form.findings[criterion.code]
        lines.append(
            {
                "criterion": criterion,
                "closed": criterion.code in form.closed,
                "kept": score_of(form.kept, criterion.code),
                "findings": form.kept.of(criterion.code),
                "score": score,
                "anchors": anchors,
                "anchor": dict(anchors).get(str(score.value() or "")) if score else "",
                "rows": rows,
                "spare": form.spare[criterion.code],
                "full": len(rows) >= MOST_FINDINGS,
                "owed": [one for one in progress.owed if one.at == criterion.code],
                "parts": [BY_NAME[name] for name in criterion.about if name in BY_NAME],
            }
        )
    return {
        **_frame(assignment),
        "form": form,
        "waiting": bool(form.closed) and assignment.names_opened_at is None,
        "lines": lines,
        "progress": progress,
        "stamp": kept.stamp(request.user, request.path),
    }


def _case(request: HttpRequest, assignment: Assignment) -> dict:
    """What is read: the letter as filed, its files, the questions of the screening."""
    loi: LetterOfIntent = assignment.loi
    content, terms = reading.thaw(loi.filing.content), loi.call.terms()
    sheet = document.sheet(content)
    platform = document.text(content, "identity", "platform")
    names = queries.identities_open(request.user, loi)
    return {
        "parts": reading.parts(content, terms, private=assignment.assessed, names=names),
        "files": enclosures.filed(loi, request.user),
        "rounds": clarifications.of(loi, request.arrived_at, names=names),
        "open": names,
        "sheet": sheet,
        "headroom": headroom.lines(sheet, terms.limits_of(platform)),
    }


def _page(
    request: HttpRequest,
    assignment: Assignment,
    form: SheetForm,
    *,
    unsaved: KeptForm | None = None,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    loi, mine = assignment.loi, assignment.state == "accepted"
    writes = services.may_write(assignment, request.user, request.arrived_at)
    names = queries.names(request.user, loi)
    others = [a for a in queries.readable_reviews(request.user, loi) if a.pk != assignment.pk]
    last, since = versions.since_the_lock(assignment)
    lost = form.written if refusal is not None and not writes and form.is_valid() else None
    context = {
        **_written(request, assignment, form),
        **_case(request, assignment),
        "deadline": _deadline(request, assignment),
        "version": request.POST.get("version", assignment.version),
        "unsaved": unsaved,
        "unsaved_at": said(unsaved.typed_at, loi.call.zone) if unsaved else "",
        "writes": writes,
        "lost": whole(assignment, sheets.content(lost)) if lost else None,
        "own": None if writes else whole(assignment),
        "others": [
            {**whole(other), "name": names.of(other.reviewer)}
            for other in sorted(others, key=names.order)
        ],
        "last": last,
        "since": since,
        "reopened": _reopened(assignment) if mine and last else None,
        "refusal": refusal,
    }
    return render(request, "reviews/review.html", context, status=status)


def _deadline(request: HttpRequest, assignment: Assignment) -> Deadline | None:
    if assignment.due_at is None:
        return None
    return Deadline(assignment.due_at, assignment.loi.call.zone, request.arrived_at)


def _reopened(assignment: Assignment) -> dict | None:
    """When and why it was given back for changes."""
    event = events.about(assignment).filter(verb="assignment.reopened").last()
    if event is None:
        return None
    return {"at": said(event.at, assignment.loi.call.zone), "reason": event.data.get("reason", "")}
