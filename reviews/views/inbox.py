"""What a reviewer has left to do, and by when."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import calendars
from portal.deadline import Deadline, said, zoned
from reviews import news, queries
from reviews.models import Assignment
from reviews.services import visits
from reviews.workflow import ASSIGNMENT


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """One's own reviews: what is owed, the first due first; then what is done; what is new on top."""
    now = request.arrived_at
    found = list(queries.inbox(request.user))
    since = visits.visit(request.user, now=now)
    lines = [_line(assignment, now) for assignment in found]
    lines.sort(key=lambda line: (line["due"] is None, line["due"] or now, line["reference"]))
    context = {
        "owed": [line for line in lines if line["owed"]],
        "done": [line for line in lines if not line["owed"]],
        "news": news.since(request.user, since),
        "since": said(since, request.user.zone) if since else "",
        "places": queries.visible_places(request.user).filter(
            user=request.user, state="accepted"
        ).order_by("-call__closes_at"),
    }  # fmt: skip
    return render(request, "reviews/inbox.html", context)


def _line(assignment: Assignment, now: datetime) -> dict:
    zone, written = assignment.loi.call.zone, assignment.state == "accepted"
    closes_at = assignment.closes_at
    return {
        "assignment": assignment,
        "reference": assignment.loi.reference,
        "state": ASSIGNMENT.state(assignment.state),
        "owed": assignment.state in queries.UNLOCKED and assignment.loi.state != "consensus",
        "due": assignment.due_at,
        "deadline": Deadline(assignment.due_at, zone, now) if assignment.due_at else None,
        "overdue": assignment.due_at is not None and assignment.due_at <= now,
        "closes": zoned(closes_at, zone) if closes_at else "",
        "closed": closes_at is not None and closes_at <= now,
        "progress": queries.progress(assignment) if written else None,
        "open": assignment.loi.state in queries.JUDGED,
        "presents": assignment.seat in queries.PRESENTING,
    }


@require_safe
def due_dates(request: HttpRequest) -> HttpResponse:
    """The instants of what is owed, for a calendar: references and nothing of the cases."""
    entries = []
    for assignment in queries.inbox(request.user).filter(state__in=queries.UNLOCKED):
        url = settings.BASE_URL + reverse("inbox")
        for name, at, words in (
            ("due", assignment.due_at, _("Review due: %(case)s")),
            ("closes", assignment.closes_at, _("Score sheet closes: %(case)s")),
        ):
            if at is not None:
                reference = assignment.loi.reference
                uid = f"{assignment.key}-{name}@lunar-payload-portal"
                told = zoned(at, assignment.loi.call.zone)
                entries.append(calendars.Entry(uid, at, words % {"case": reference}, told, url))
    text = calendars.calendar(_("Reviews due"), entries, now=request.arrived_at)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="reviews-due.ics"'
    return answer
