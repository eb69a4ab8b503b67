"""A sheet as it was: every version to its writer, what was locked to those who read the review."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.deadline import said
from portal.forms import version_of
from portal.sittings import sittings
from portal.verdict import Refused, Verdict
from proposals import queries as proposals
from proposals.differences import Change, Part, words
from proposals.merging import differing
from proposals.resources import RESOURCES
from reviews import queries, services, sheets
from reviews.forms.sheet import CONFIDENCE
from reviews.models import Assignment, Revision
from reviews.views import reading

PAGE = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A sitting, or what was locked: from `first` to `last`, with `before` them."""

    first: int
    last: int
    before: int
    when: str
    parts: list[str]
    lock: int | None
    digest: str


def readable(request: HttpRequest, key: str) -> tuple[Assignment, QuerySet[Revision]]:
    """A sheet and those of its versions that this person may read."""
    assignment = get_object_or_404(queries.visible_assignments(request.user), key=key)
    if assignment.reviewer_id == request.user.pk:
        own = proposals.visible_lois(request.user).filter(pk=assignment.loi_id)
        if assignment.state not in ("accepted", "locked") or not own.exists():
            raise Http404
        return assignment, assignment.revisions.all()
    if not queries.reads_every_review(request.user, assignment.loi):
        raise Http404
    return assignment, assignment.revisions.exclude(lock=None)


@require_safe
def versions(request: HttpRequest, key: str) -> HttpResponse:
    assignment, held = readable(request, key)
    saved = list(held.order_by("-version")[:PAGE])
    context = {
        **_frame(request, assignment),
        "lines": list(_lines(assignment, saved)),
    }
    return render(request, "reviews/versions.html", context)


def _lines(assignment: Assignment, saved: list[Revision]):
    before = dict(pairwise(saved))
    for sitting in sittings(saved, lambda one: one.lock is not None):
        last, first = sitting[0], sitting[-1]
        start = before.get(first)
        changed = between(assignment, start.content if start else {}, last.content)
        yield Line(
            first.version,
            last.version,
            start.version if start else 0,
            said(last.saved_at.replace(second=0, microsecond=0), assignment.loi.call.zone),
            [str(part.label) for part in changed],
            last.lock,
            last.digest,
        )


@require_safe
def version(request: HttpRequest, key: str, old: int, new: int) -> HttpResponse:
    """What stood in a version, and what had changed to it since another."""
    return _version(request, key, old, new)


def _version(
    request: HttpRequest,
    key: str,
    old: int,
    new: int,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    assignment, held = readable(request, key)
    one, other = (held.filter(version=number).first() for number in (old, new))
    if other is None or (one is None and old) or old >= new:
        raise Http404
    context = {
        **_frame(request, assignment),
        "old": one,
        "new": other,
        "saved": said(other.saved_at, assignment.loi.call.zone),
        "whole": reading.whole(assignment, other.content),
        "parts": between(assignment, one.content if one else {}, other.content),
        "refusal": refusal,
    }
    return render(request, "reviews/version.html", context, status=status)


def _frame(request: HttpRequest, assignment: Assignment) -> dict:
    own = assignment.reviewer_id == request.user.pk
    return {
        "assignment": assignment,
        "loi": assignment.loi,
        "own": own,
        "name": "" if own else queries.names(request.user, assignment.loi).of(assignment.reviewer),
        "writes": own and assignment.state == "accepted" and assignment.loi.state == "under_review",
    }


@require_POST
def bring_back(request: HttpRequest, key: str, number: int) -> HttpResponse:
    assignment, held = readable(request, key)
    if assignment.reviewer_id != request.user.pk or not held.filter(version=number).exists():
        raise Http404
    acts = {"version": version_of(request), "by": request.user, "now": request.arrived_at}
    try:
        services.bring_back(assignment, number, **acts)
    except Refused as refused:
        status = reading.status_of(refused)
        return _version(request, key, 0, number, refusal=refused.verdict, status=status)
    return redirect("review", key=key)


def since_the_lock(assignment: Assignment) -> tuple[Revision | None, list[Part]]:
    """What was locked last, and what of it has been changed since."""
    last = assignment.revisions.exclude(lock=None).order_by("-lock").first()
    if last is None:
        return None, []
    return last, between(assignment, last.content, assignment.content)


def between(assignment: Assignment, old: Mapping, new: Mapping) -> list[Part]:
    """What changed from one version to another, criterion by criterion and word by word."""
    names = set(differing(old, new))
    one, other = sheets.read(old), sheets.read(new)
    found = []
    for criterion in queries.criteria_of(assignment):
        if criterion.code in names:
            part = Part(criterion.code, f"{criterion.code} {criterion.title}")
            part.changes.extend(_criterion(one, other, criterion.code))
            found.append(part)
    labels = {
        "accommodation": (_("Accommodation"), dict(Assignment.Accommodation.choices)),
        "risk": (_("Risk"), dict(Assignment.Risk.choices)),
        "confidence": (_("Expertise"), dict(CONFIDENCE)),
    }
    for name, (label, said_as) in labels.items():
        if name in names:
            shown = [str(said_as.get(side.get(name), "")) for side in (old, new)]
            found.append(Part(name, label, [Change(label, *shown)]))
    for code in [code for code in RESOURCES if code in names]:
        shown = [_figure(code, side.get(code)) for side in (old, new)]
        label = RESOURCES[code].label
        found.append(Part(code, label, [Change(label, *shown)]))
    if "text" in names:
        texts = one.text, other.text
        found.append(Part("text", _("Report"), [Change(_("Report"), *texts, words(*texts))]))
    return found


def _criterion(one: sheets.Sheet, other: sheets.Sheet, code: str):
    scores = [reading.score_of(side, code) for side in (one, other)]
    if scores[0] != scores[1]:
        yield Change(_("Score"), *scores)
    found = ["\n".join(map(said_of, side.of(code))) for side in (one, other)]
    if found[0] != found[1]:
        yield Change(_("Findings"), *found, words(*found))


def said_of(finding: sheets.FindingDraft) -> str:
    kind = _("strength") if finding.strength else _("weakness")
    kind = _("major %(kind)s") % {"kind": kind} if finding.major else kind
    kind = _("%(kind)s, panel only") % {"kind": kind} if finding.confidential else kind
    return f"{kind}: {finding.text}"


def _figure(code: str, line: Mapping | None) -> str:
    if not line:
        return ""
    amount = f"{line['amount']} {RESOURCES[code].unit}" if line["amount"] else "–"
    return f"{amount}: {line['reason']}" if line["reason"] else amount
