from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import roles
from portal.deadline import ZONE_NAMES
from portal.spreadsheets import csv_response
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import queries as proposals
from proposals.models import Call
from reviews import queries
from reviews.forms.matching import ApplyForm, MatchingForm, PairForm, TableForm
from reviews.models import Matching, Pair
from reviews.services import matchings
from reviews.views.assigning import in_weeks
from reviews.views.reading import status_of
from reviews.workflow import ASSIGNMENT, MATCHING


def _call(request: HttpRequest, code: str) -> Call:
    """A call before its secretary, and before the auditor to read."""
    call = get_object_or_404(proposals.visible_calls(request.user), code=code, history=False)
    if not request.user.roles() & {roles.SECRETARY, roles.AUDITOR}:
        raise Http404
    return call


def _open(request: HttpRequest, key: str) -> Matching:
    found = Matching.objects.select_related("call", "asked_by")
    matching = get_object_or_404(found, key=key)
    _call(request, matching.call.code)
    return matching


def _seatings(request: HttpRequest, call: Call) -> list[queries.Seating]:
    cases = queries.open_cases(request.user, call)
    return queries.seatings(cases, on=request.arrived_at.date(), seen_by=request.user)


@require_http_methods(["GET", "HEAD", "POST"])
def matching(request: HttpRequest, code: str) -> HttpResponse:
    """The proposed assignment of a call against the present one; the form that asks for it."""
    call = _call(request, code)
    form = MatchingForm(request.POST or None, call=call)
    refusal, status = None, 400 if request.method == "POST" else 200
    if form.is_valid():
        try:
            matchings.ask(call, **form.cleaned_data, by=request.user, now=request.arrived_at)
        except Refused as refused:
            refusal, status = refused.verdict, status_of(refused)
        else:
            return redirect("matching", code=code)
    if request.htmx and request.method == "GET":
        found = queries.matching_of(call)
        waiting = found is not None and found.state == "asked"
        response = render(request, "reviews/matching_waiting.html", {"call": call})
        if not waiting:
            response["HX-Refresh"] = "true"
        return response
    return _page(request, call, form=form, refusal=refusal, status=status)


def _page(
    request: HttpRequest,
    call: Call,
    *,
    form: MatchingForm | None = None,
    apply_form: ApplyForm | None = None,
    table_form: TableForm | None = None,
    pair_form: PairForm | None = None,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    found = queries.matching_of(call)
    cases = _seatings(request, call)
    rows = changes(found, cases) if found and found.state == "proposed" else []
    context = {
        "call": call,
        "found": found,
        "state": MATCHING.state(found.state) if found else None,
        "rows": rows,
        "totals": {
            name: sum(len(row[name]) for row in rows) for name in ("kept", "added", "dropped")
        },
        "form": form or MatchingForm(call=call),
        "apply_form": apply_form or (_apply_form(request, call, rows) if rows else None),
        "table_form": table_form or TableForm(cases={}, people={}),
        "zone": ZONE_NAMES.get(call.zone, call.zone),
        "offers": MATCHING.available(found, request.user, request.arrived_at) if found else [],
        "asks": MATCHING.verdict(Matching(call=call), "ask", Act(request.user, request.arrived_at)),
        "cases": len(cases),
        "pairs": queries.pairs_of(call),
        "pair_form": pair_form or _pair_form(call, cases),
        "sets": roles.SECRETARY in request.user.roles(),
        "refusal": refusal,
    }
    return render(request, "reviews/matching.html", context, status=status)


def changes(found: Matching, cases: Sequence[queries.Seating]) -> list[dict]:
    """Case by case: who stays, who would be invited, who would be taken off."""
    wanted: dict[str, set[str]] = {}
    for case, reviewer in found.found.get("pairs", []):
        wanted.setdefault(case, set()).add(reviewer)
    rows = []
    for one in cases:
        mine = wanted.get(one.loi.key, set())
        on = {a.reviewer.key for a in one.active}
        known = {c.member.user.key: c for c in one.candidates}
        rows.append(
            {
                "loi": one.loi,
                "title": one.loi.filing.content["identity"]["title"],
                "kept": [a for a in one.active if a.reviewer.key in mine or a.state != "invited"],
                "dropped": [
                    a for a in one.active if a.reviewer.key not in mine and a.state == "invited"
                ],
                "added": [
                    {"value": f"{one.loi.key}:{key}", "candidate": known[key]}
                    for key in sorted(mine - on)
                    if key in known
                ],
            }
        )
    return rows


def _apply_form(request: HttpRequest, call: Call, rows: list[dict], data=None) -> ApplyForm:
    return ApplyForm(
        data,
        zone=call.zone,
        now=request.arrived_at,
        add=[one["value"] for row in rows for one in row["added"]],
        drop=[assignment.key for row in rows for assignment in row["dropped"]],
        initial=in_weeks(request.arrived_at, call.zoneinfo),
    )


@require_POST
def apply(request: HttpRequest, key: str) -> HttpResponse:
    found = _open(request, key)
    call = found.call
    rows = changes(found, _seatings(request, call))
    form = _apply_form(request, call, rows, request.POST)
    if not form.is_valid():
        return _page(request, call, apply_form=form, status=400)
    try:
        matchings.apply(
            found,
            add=form.pairs,
            drop=form.cleaned_data["drop"],
            **form.instants,
            presenters=form.cleaned_data["presenters"],
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refused:
        return _page(
            request, call, apply_form=form, refusal=refused.verdict, status=status_of(refused)
        )
    messages.info(
        request,
        _("Invited: %(added)s. Taken off: %(dropped)s.")
        % {"added": len(form.pairs), "dropped": len(form.cleaned_data["drop"])},
    )
    return redirect("panel", code=call.code)


@require_POST
def discard(request: HttpRequest, key: str) -> HttpResponse:
    found = _open(request, key)
    try:
        matchings.discard(found, by=request.user, now=request.arrived_at)
    except Refused as refused:
        return _page(request, found.call, refusal=refused.verdict, status=status_of(refused))
    return redirect("matching", code=found.call.code)


def _pair_form(call: Call, cases: Sequence[queries.Seating], data=None) -> PairForm:
    members = [m for m in queries.panel(call) if m.role == roles.REVIEWER]
    return PairForm(
        data,
        cases={one.loi.key: one.loi.reference for one in cases},
        people={member.user.key: str(member.user) for member in members},
    )


@require_POST
def set_pair(request: HttpRequest, code: str) -> HttpResponse:
    """Keep a reviewer on a case or off it, by hand."""
    call = _call(request, code)
    cases = _seatings(request, call)
    form = _pair_form(call, cases, request.POST)
    if not form.is_valid():
        return _page(request, call, pair_form=form, status=400)
    loi = next(one.loi for one in cases if one.loi.key == form.cleaned_data["case"])
    person = next(
        m.user for m in queries.panel(call) if m.user.key == form.cleaned_data["reviewer"]
    )
    matchings.set_pair(
        loi, person, together=form.cleaned_data["together"], by=request.user, now=request.arrived_at
    )  # fmt: skip
    return redirect("matching", code=code)


@require_POST
def lift_pair(request: HttpRequest, key: str) -> HttpResponse:
    pair = get_object_or_404(Pair.objects.select_related("loi__call", "user"), key=key)
    call = _call(request, pair.loi.call.code)
    matchings.lift_pair(pair, by=request.user, now=request.arrived_at)
    return redirect("matching", code=call.code)


@require_safe
def assignments(request: HttpRequest, code: str) -> HttpResponse:
    """Who is on which case, as a table that can be changed and read back."""
    call = _call(request, code)
    cases = _seatings(request, call)
    return csv_response(
        f"{call.code}-assignments.csv",
        ["case", "reviewer", "name", "seat", "state"],
        [
            [
                one.loi.reference,
                a.reviewer.email,
                a.reviewer.name,
                a.get_seat_display(),
                str(ASSIGNMENT.state(a.state).label),
            ]
            for one in cases
            for a in one.active
        ],
    )


@require_POST
def read_table(request: HttpRequest, code: str) -> HttpResponse:
    """An assignment read from a table: it is only proposed, and shown against the present one."""
    call = _call(request, code)
    cases = {loi.reference: loi.key for loi in queries.open_cases(request.user, call)}
    members = [m for m in queries.panel(call) if m.role == roles.REVIEWER]
    people = {member.user.email: member.user.key for member in members}
    form = TableForm(request.POST, request.FILES, cases=cases, people=people)
    if not form.is_valid():
        return _page(request, call, table_form=form, status=400)
    try:
        matchings.take_table(
            call, pairs=form.cleaned_data["file"], by=request.user, now=request.arrived_at
        )
    except Refused as refused:
        return _page(request, call, refusal=refused.verdict, status=status_of(refused))
    return redirect("matching", code=code)
