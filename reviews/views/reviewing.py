from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.deadline import Deadline
from portal.forms import reason_of
from reviews import queries, services
from reviews.models import Assignment

WRITTEN = ("accepted", "locked")


def deadline(request: HttpRequest, assignment: Assignment) -> Deadline | None:
    if assignment.due_at is None:
        return None
    return Deadline(assignment.due_at, assignment.loi.call.zone, request.arrived_at)


def own(request: HttpRequest, key: str, *states: str) -> Assignment:
    """The reader's own review; 404 for everybody else's, and in every other state."""
    found = queries.visible_assignments(request.user).filter(reviewer=request.user)
    return get_object_or_404(found.filter(state__in=states), key=key)


def _case(assignment: Assignment) -> dict:
    return {"case": assignment.loi.reference}


@require_POST
def recuse(request: HttpRequest, key: str) -> HttpResponse:
    """A conflict noticed only while reading: step back, with the reason."""
    assignment = own(request, key, "invited", "accepted")
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
    assignment = own(request, key, "invited", "accepted")
    services.give_back(
        assignment,
        reason=reason_of(request, most=500),
        by=request.user,
        now=request.arrived_at,
    )
    messages.info(request, _("You have given %(case)s back.") % _case(assignment))
    return redirect("inbox")
