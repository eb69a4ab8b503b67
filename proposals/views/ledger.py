from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.models import User
from portal.spreadsheets import csv_response
from proposals import boards, policy, queries, statements
from proposals.models import Call
from proposals.workflow import DECISION


def _load(request: HttpRequest, code: str) -> Call:
    call = get_object_or_404(
        queries.visible_calls(request.user).prefetch_related("allocations__platform"),
        code=code,
        history=False,
    )
    if not policy.call_relation(request.user, call) & boards.LEDGER_READERS:
        raise Http404
    return call


def _statements(request: HttpRequest, call: Call, *, hidden: bool) -> list[statements.Statement]:
    """Of each resource; from whom a conflict hides a case, its lines would tell the outcome: none."""
    if hidden:
        return []
    holds = boards.sees_holds(request.user, call)
    found = []
    for allocation in call.allocations.all():
        allocation.call = call
        found.append(statements.of(allocation, request.user, holds=holds, now=request.arrived_at))
    return found


@require_safe
def ledger(request: HttpRequest, code: str) -> HttpResponse:
    """What was held, committed and returned of each resource, line by line and over time."""
    call = _load(request, code)
    hidden = queries.conflicted(request.user, call)
    found = _statements(request, call, hidden=hidden)
    wanted = request.GET.get("of", "")
    shown = next((one for one in found if one.code == wanted), found[0] if found else None)
    holds = boards.sees_holds(request.user, call)
    context = {
        "call": call,
        "holds": holds,
        "hidden": hidden,
        "bars": boards.board_bars(call, request.user) if holds else boards.public_bars(call),
        "choices": [(one, boards.label(one.allocation, call)) for one in found],
        "shown": shown,
        "reserves": _reserves(request.user, call) if holds and call.state == "released" else [],
        "deciding": bool(policy.call_relation(request.user, call) & boards.DECIDERS),
    }
    return render(request, "proposals/ledger.html", context)


def _reserves(user: User, call: Call) -> list[dict]:
    """The reserve list with what each case needs, and whether it fits what is free."""
    mine = queries.visible_lois(user).filter(call=call)
    return [
        {
            "rank": one.rank or "–",
            "loi": one.loi,
            "needs": [of.kind.amount(amount) for of, amount in queries.demands(one.loi).items()],
            "lacks": [verdict.reason for verdict in one.lacks],
            "promoted": one.promoted and DECISION.state(one.promoted.state),
        }
        for one in queries.reserves(mine, queries.unseen_holds(user, call))
    ]


@require_safe
def table(request: HttpRequest, code: str) -> HttpResponse:
    """Every line of every resource as CSV."""
    call = _load(request, code)
    head = [
        _("Platform"), _("Resource"), _("Unit"), _("Line"), _("At"), _("Case"), _("Title"), _("Entry"),
        _("Occasion"), _("Amount"), _("Proposed after"), _("Committed after"), _("Free after"), _("By"),
    ]  # fmt: skip
    rows = [
        [
            one.allocation.platform.name,
            str(one.allocation.kind.label),
            str(one.allocation.kind.unit),
            line.number,
            line.at.astimezone(call.zoneinfo).isoformat(),
            line.reference,
            line.title,
            str(line.kind),
            line.occasion,
            line.amount,
            line.proposed,
            line.committed,
            line.free,
            line.by,
        ]
        for one in _statements(request, call, hidden=queries.conflicted(request.user, call))
        for line in one.lines
    ]
    return csv_response(f"{call.code}-ledger.csv", head, rows)
