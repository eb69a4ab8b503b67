"""The record of a meeting: for each case who was there from when to when, how long, what was agreed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import roles
from portal.deadline import said
from portal.models import User
from portal.spreadsheets import csv_response
from proposals import content as document
from proposals.workflow import CALL
from reviews import queries
from reviews.models import Attendance, Item, Meeting
from reviews.views.meetings import minutes_of, visible_meeting
from reviews.workflow import MEETING


def _minutes(request: HttpRequest, key: str) -> Meeting:
    """A meeting before whoever ran it, and the auditor."""
    found = visible_meeting(request, key)
    if not CALL.relation(request.user, found.call) & {*queries.RUNS, roles.AUDITOR}:
        raise Http404
    return found


@require_safe
def minutes(request: HttpRequest, key: str) -> HttpResponse:
    meeting = _minutes(request, key)
    zone = meeting.call.zone
    rows = _rows(request, meeting)
    context = {
        "meeting": meeting,
        "call": meeting.call,
        "state": MEETING.state(meeting.state),
        "planned": said(meeting.planned_for, zone),
        "begun": said(meeting.begun_at.replace(microsecond=0), zone) if meeting.begun_at else "",
        "closed": said(meeting.closed_at.replace(microsecond=0), zone) if meeting.closed_at else "",
        "rows": rows,
        "left": [row for row in rows if not row["taken_up"]],
    }
    return render(request, "reviews/minutes.html", context)


@require_safe
def table(request: HttpRequest, key: str) -> HttpResponse:
    """The same as CSV, a row a case: of the cases this person sees and no others."""
    meeting = _minutes(request, key)
    head = [
        _("Place"),
        _("Case"),
        _("Title"),
        _("Minutes"),
        _("In the room"),
        _("Out of the room"),
        _("Outcome"),
        _("Agreed scores"),
        _("Agreed total"),
        _("Consensus"),
        _("For the minutes"),
    ]
    rows = [
        [
            row["item"].place,
            row["item"].loi.reference,
            row["title"],
            row["minutes"],
            "; ".join(row["present"]),
            "; ".join(row["out"]),
            row["outcome"],
            *(row["agreed"].get(name, "") for name in ("scores", "total", "text")),
            row["item"].note,
        ]
        for row in _rows(request, meeting)
    ]
    return csv_response(f"{meeting.call.code}-minutes.csv", head, rows)


def _rows(request: HttpRequest, meeting: Meeting) -> list[dict]:
    items = queries.agenda(request.user, meeting)
    noted: dict[int, list[Attendance]] = {}
    found = Attendance.objects.filter(item__in=items).select_related("user").order_by("pk")
    for one in found:
        noted.setdefault(one.item_id, []).append(one)
    benches = queries.benches([item.loi for item in items])
    return [_row(request, item, noted.get(item.pk, []), benches[item.loi_id]) for item in items]


def _row(request: HttpRequest, item: Item, noted: list[Attendance], bench: queries.Bench) -> dict:
    stays: dict[User, list[Attendance]] = {}
    for one in noted:
        stays.setdefault(one.user, []).append(one)
    present, out = [], []
    zone = item.meeting.call.zoneinfo
    for person, rows in sorted(stays.items(), key=lambda pair: pair[0].name):
        if len(rows) == 1:
            (present if rows[0].present else out).append(str(person))
            continue
        turns = [
            (_("came %(at)s") if row.present else _("left %(at)s"))
            % {"at": f"{row.at.astimezone(zone):%H:%M}"}
            for row in rows
        ]
        present.append(f"{person} ({', '.join(turns)})")
    return {
        "item": item,
        "title": document.text(item.loi.filing.content, "identity", "title"),
        "taken_up": bool(noted),
        "minutes": minutes_of(item, request),
        "present": present,
        "out": out,
        "outcome": item.get_outcome_display() if item.outcome else "",
        "agreed": item.agreed if item.meeting.state == "closed" else queries.agreed_in_words(bench),
    }
