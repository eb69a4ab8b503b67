from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal import roles
from portal.deadline import said
from portal.forms import reason_of
from portal.spreadsheets import csv_response
from portal.text import Text, say
from portal.verdict import Refused, Verdict
from proposals import queries as proposals
from proposals.models import Call
from proposals.workflow import CALL
from reviews import queries, services
from reviews.conflicts import KIND
from reviews.models import Assignment, Conflict
from reviews.services.conflicts import MOST
from reviews.views.reading import status_of
from reviews.workflow import ASSIGNMENT, CONFLICT

READERS = frozenset({"chair", roles.SECRETARY, roles.APPROVER, roles.AUDITOR})
RULERS = {
    frozenset({"chair"}): say("The chair rules on it."),
    frozenset({"chair", roles.SECRETARY}): say("The chair or a secretary rules on it."),
    frozenset({roles.APPROVER}): say("An approver rules on it: it concerns one of the office."),
}
HARD = {"confirm": say("It is a conflict"), "dismiss": say("The evidence is wrong")}
SOFT = {"confirm": say("Take off the case"), "dismiss": say("Keep on the case")}
PLACES = {"chair": say("chair"), roles.SECRETARY: say("secretary"), roles.APPROVER: say("approver")}


@dataclass(frozen=True, slots=True)
class Line:
    """One conflict as this reader may see it, with the acts that are theirs."""

    conflict: Conflict
    kind: Text
    place: str  # what the person is on the case
    state: object
    since: str
    rulings: list[dict]
    acts: list[dict]
    whose: Text | str  # who rules on it, where this reader does not


def _call(request: HttpRequest, code: str) -> Call:
    call = get_object_or_404(proposals.visible_calls(request.user), code=code, history=False)
    if not CALL.relation(request.user, call) & READERS:
        raise Http404
    return call


@require_safe
def conflicts(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, _call(request, code))


def _page(
    request: HttpRequest,
    call: Call,
    *,
    typed: dict | None = None,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    """What was found and declared in a call, case by case: to rule on first, or all of it."""
    visible = queries.visible_conflicts(request.user, call)
    waiting = queries.waiting_conflicts(visible)
    everything = request.GET.get("show") == "all"
    rows = list((visible if everything else waiting).prefetch_related("rulings__by"))
    lines: dict[int, list[Line]] = {}
    for line in _lines(request, call, rows, typed or {}):
        lines.setdefault(line.conflict.loi_id, []).append(line)
    lois = {row.loi_id: row.loi for row in rows}
    for loi in lois.values():
        loi.call = call
    benches = queries.benches(list(lois.values()))
    context = {
        "call": call,
        "groups": [
            {
                "loi": loi,
                "title": loi.filing.content["identity"]["title"],
                "left": benches[pk].facts.assigned,
                "short": benches[pk].facts.assigned < call.reviewers_least,
                "lines": lines[pk],
            }
            for pk, loi in lois.items()
        ],
        "everything": everything,
        "waiting": waiting.count(),
        "all": visible.count(),
        "refusal": refusal,
    }
    return render(request, "reviews/conflicts.html", context, status=status)


def _lines(request: HttpRequest, call: Call, rows: list[Conflict], typed: dict) -> Iterator[Line]:
    mine, offices = CALL.relation(request.user, call), queries.offices(call)
    on_case = {
        (a.loi_id, a.reviewer_id): str(ASSIGNMENT.state(a.state).label)
        for a in Assignment.objects.filter(loi__in={row.loi_id for row in rows}).order_by("pk")
    }
    for row in rows:
        office = offices.get(row.user_id, "")
        rulers = queries.rulers(row, office)
        open_ = row.state in CONFLICT.row("confirm").from_ and bool(rulers)
        theirs = open_ and bool(mine & rulers) and row.user_id != request.user.pk
        words = HARD if row.hard else SOFT
        review = on_case.get((row.loi_id, row.user_id), "")
        yield Line(
            conflict=row,
            kind=KIND[row.kind].label,
            place=str(PLACES[office]) if office else review or _("not on the case"),
            state=CONFLICT.state(row.state),
            since=said(row.at, call.zone),
            rulings=[
                {"ruling": one, "at": said(one.at, call.zone), "same": one.words == row.reason}
                for one in row.rulings.all()
            ],
            acts=[
                {
                    "url": reverse(f"{act}_conflict", args=[row.key]),
                    "label": words[act],
                    "typed": typed.get((row.key, act)),
                    "tone": CONFLICT.row(act).tone,
                }
                for act in ("dismiss", "confirm")
                if theirs
            ],
            whose=RULERS[rulers] if open_ and not theirs else "",
        )


def _ruled(request: HttpRequest, key: str, act: str) -> HttpResponse:
    conflict = get_object_or_404(Conflict.objects.select_related("loi__call"), key=key)
    call = _call(request, conflict.loi.call.code)
    if not queries.visible_conflicts(request.user, call).filter(pk=conflict.pk).exists():
        raise Http404
    reason = reason_of(request, most=MOST)
    try:
        getattr(services, act)(conflict, reason=reason, by=request.user, now=request.arrived_at)
    except Refused as refused:
        return _page(
            request,
            call,
            typed={(key, act): reason},
            refusal=refused.verdict,
            status=status_of(refused),
        )
    return redirect(reverse("conflicts", args=[call.code]))


@require_POST
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """It is a conflict: out of the case."""
    return _ruled(request, key, "confirm")


@require_POST
def dismiss(request: HttpRequest, key: str) -> HttpResponse:
    """It is none, or none that matters."""
    return _ruled(request, key, "dismiss")


@require_safe
def table(request: HttpRequest, code: str) -> HttpResponse:
    """The same as a table for a spreadsheet: what this reader may see and no more."""
    call = _call(request, code)
    rows = list(queries.visible_conflicts(request.user, call).prefetch_related("rulings__by"))
    return csv_response(
        f"{call.code}-conflicts.csv",
        ["case", "person", "kind", "rules out", "declared", "in words", "at", "state",
         "ruled by", "ruled at", "reason"],
        [_cells(row) for row in rows],
    )  # fmt: skip


def _cells(row: Conflict) -> list[str]:
    last = next(reversed(row.rulings.all()), None)
    return [
        row.loi.reference,
        row.user.name,
        str(KIND[row.kind].label),
        _("yes") if row.hard else _("no"),
        _("yes") if row.declared else _("no"),
        row.reason,
        row.at.isoformat(),
        str(CONFLICT.state(row.state).label),
        last.by.name if last else "",
        last.at.isoformat() if last else "",
        last.reason if last else "",
    ]
