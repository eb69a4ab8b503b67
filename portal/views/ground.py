import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import InterfaceError, OperationalError, connection
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseServerError,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.csrf import csrf_failure as expired
from django.views.decorators.http import require_http_methods, require_safe

from portal import arrival, cards, kept, queries, roles, workflow
from portal.models import RoleGrant, User
from portal.services import people as person_acts

PAGE = 50
# A deadline is judged by the proxy's clock, or the database's: further apart is unfair.
MOST_SKEW_S = 2.0
RETRY_AFTER_S = 3


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    todos, panels = cards.for_user(request.user, request.arrived_at)
    return render(request, "portal/day.html", {"todos": todos, "panels": panels})


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.visible_messages(request.user), PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/messages.html", {"page": page})


@require_safe
def message(request: HttpRequest, code: str) -> HttpResponse:
    """By its Message-ID: a number would count what the portal writes to others."""
    mine = queries.visible_messages(request.user)
    found = get_object_or_404(mine, message_id__startswith=f"<{code}@")
    return render(request, "portal/message.html", {"message": found})


@login_not_required
@require_safe
def workflow_help(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/help_workflow.html", {"tables": workflow.described()})


@login_not_required
@require_safe
def roles_help(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/help_roles.html", {"roles": roles.ROLES})


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    if not request.user.roles() & {roles.ADMIN, roles.AUDITOR}:
        raise Http404
    page = Paginator(queries.people(), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "choices": roles.CHOICES, "admin": roles.ADMIN in request.user.roles()}
    return render(request, "portal/people.html", context)


@require_http_methods(["POST"])
def roles_of(request: HttpRequest, key: str) -> HttpResponse:
    if roles.ADMIN not in request.user.roles():
        raise Http404
    person = get_object_or_404(User, key=key)
    role = request.POST.get("role", "")
    if role not in dict(roles.CHOICES):
        raise Http404
    acts = {"by": request.user, "now": request.arrived_at}
    if request.POST.get("act") == "revoke":
        person_acts.revoke_role(
            get_object_or_404(RoleGrant, user=person, role=role, revoked_at=None), **acts
        )
    else:
        person_acts.grant_role(person, role, **acts)
    return redirect("people")


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    if roles.AUDITOR not in request.user.roles():
        raise Http404
    page = Paginator(queries.events(request.user), PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/events.html", {"page": page})


@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """For a monitor: the database answers, and the clocks that judge deadlines agree."""
    skew = arrival.skew(request)
    agree = max(0, *skew.values()) - min(0, *skew.values()) <= MOST_SKEW_S
    said = {
        "database": connection.vendor,
        "demonstration": settings.DEMONSTRATION,
        "clocks_agree": agree,
        "skew_s": skew,
    }
    return JsonResponse(said, status=200 if agree else 503)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponseBadRequest(render_to_string("400.html"))


def fault(request: HttpRequest) -> HttpResponse:
    """Ours, or the database's that does not answer: then it is worth coming again."""
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return HttpResponseServerError(render_to_string("500.html"))
    answer = HttpResponse(render_to_string("503.html"), status=503)
    answer["Retry-After"] = RETRY_AFTER_S
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A page older than the session: what its stamp vouches for is kept and offered again."""
    if request.htmx:
        return HttpResponse(status=401)
    if kept.keep(request):
        return redirect(request.path)
    return expired(request, reason=reason)
