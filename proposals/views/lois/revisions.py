from dataclasses import dataclass
from itertools import pairwise

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.deadline import said
from portal.forms import version_of
from portal.sittings import sittings
from portal.verdict import Refused, Verdict
from proposals import course, differences
from proposals.models import LetterOfIntent, Revision
from proposals.sections import BY_NAME
from proposals.services import drafts
from proposals.views.lois import drafting

PAGE = 100


@dataclass(slots=True)
class Line:
    """The saves of one person in one sitting: from `first` to `last`, with `before` them."""

    first: int
    last: int
    before: int
    who: str
    when: str
    sections: list[str]
    filed: str


@require_safe
def revisions(request: HttpRequest, key: str) -> HttpResponse:
    """Every version that was saved, who saved it and where; two of them lead to what changed."""
    loi = _own(request, key)
    old, new = (request.GET.get(name, "") for name in ("old", "new"))
    if old.isdecimal() and new.isdecimal() and max(len(old), len(new)) < 10:
        numbers = sorted((int(old), int(new)))
        return redirect("difference", key=key, old=numbers[0], new=numbers[1])
    page = Paginator(loi.revisions.order_by("-version"), PAGE).get_page(request.GET.get("page"))
    saved = list(page.object_list.select_related("saved_by"))
    if saved:
        saved += loi.revisions.filter(version__lt=saved[-1].version).order_by("-version")[:1]
    context = {
        "loi": loi,
        "call": loi.call,
        "page": page,
        "lines": _lines(loi, saved, len(page.object_list)),
    }
    return render(request, "proposals/loi_revisions.html", context)


def _own(request: HttpRequest, key: str) -> LetterOfIntent:
    """The letter, for its organisation: what was drafted is nobody else's to read."""
    loi = drafting.load(request, key)
    if not course.member(request.user, loi):
        raise Http404
    return loi


def _filed(loi: LetterOfIntent) -> dict[int, str]:
    """What was filed, by the revision it was filed from."""
    return {
        filing.revision: _("filed as %(reference)s, version %(number)s")
        % {"reference": loi.reference, "number": filing.number}
        for filing in loi.filings.only("loi", "number", "manifest").order_by("number")
    }


def _lines(loi: LetterOfIntent, saved: list[Revision], count: int) -> list[Line]:
    """Newest first, a sitting a line. After the first `count` stands what was saved before them."""
    filed = _filed(loi)
    before = dict(pairwise(saved))
    found = []
    for sitting in sittings(saved[:count], lambda revision: revision.version in filed):
        last, first = sitting[0], sitting[-1]
        start = before.get(first)
        labels: list[str] = []
        for revision in reversed(sitting):
            previous = before.get(revision)
            names = differences.sections(previous.content if previous else {}, revision.content)
            labels += [one for name in names if (one := str(BY_NAME[name].label)) not in labels]
        found.append(
            Line(
                first.version,
                last.version,
                start.version if start else 0,
                last.saved_by.name,
                said(last.saved_at.replace(second=0, microsecond=0), loi.call.zone),
                labels,
                filed.get(last.version, ""),
            )
        )
    return found


@require_safe
def difference(request: HttpRequest, key: str, old: int, new: int) -> HttpResponse:
    return _difference(request, _own(request, key), old, new)


def _difference(
    request: HttpRequest,
    loi: LetterOfIntent,
    old: int,
    new: int,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    """What changed from one version to another, field by field; version 0 is before the first."""
    if not old < new <= loi.version:
        raise Http404
    filed = _filed(loi)
    one, other = (_saved(loi, version) for version in (old, new))
    parts = differences.between(
        one.content if one else {}, other.content if other else {}, loi.call.terms()
    )
    context = {
        "loi": loi,
        "call": loi.call,
        "old": _side(loi, one, old, filed),
        "new": _side(loi, other, new, filed),
        "parts": parts,
        "writes": drafting.may_write(request, loi) and one is not None,
        "refusal": refusal,
    }
    return render(request, "proposals/loi_difference.html", context, status=status)


def _saved(loi: LetterOfIntent, version: int) -> Revision | None:
    """What stood in the letter at a version; the first has nothing in it."""
    held = loi.revisions.filter(version__lte=version).select_related("saved_by")
    return held.order_by("-version").first()


def _side(loi: LetterOfIntent, saved: Revision | None, version: int, filed: dict) -> dict:
    if saved is None:
        return {"version": version, "text": _("Before anything was written")}
    at = said(saved.saved_at.replace(second=0, microsecond=0), loi.call.zone)
    text = _("Revision %(version)s, saved at %(at)s by %(who)s") % {
        "version": version,
        "at": at,
        "who": saved.saved_by.name,
    }
    return {"version": version, "text": text, "filed": filed.get(version, "")}


@require_POST
def bring_back(request: HttpRequest, key: str, number: int) -> HttpResponse:
    loi = _own(request, key)
    if number > loi.version or _saved(loi, number) is None:
        raise Http404
    try:
        drafts.bring_back(
            loi,
            number,
            version=version_of(request),
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refusal:
        loi = _own(request, key)
        status = drafting.status_of(refusal)
        return _difference(
            request, loi, number, loi.version, refusal=refusal.verdict, status=status
        )
    return redirect("revisions", key=key)
