from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.forms import reason_of
from portal.text import plain
from proposals import queries
from proposals.models import Project
from proposals.services import projects as services
from proposals.workflow import LOI, PROJECT


def _load(request: HttpRequest, key: str) -> Project:
    return get_object_or_404(queries.visible_projects(request.user), key=key)


def row(project: Project) -> dict:
    """A project as pages show it: who leads, of what cases it is, what it is given."""
    return {
        "project": project,
        "state": PROJECT.state(project.state),
        "cases": project.cases,
        "partners": project.partners,
        "grants": [
            {
                "label": grant.allocation.kind.label,
                "unit": grant.allocation.kind.unit,
                "asked": plain(grant.asked),
                "amount": plain(grant.amount),
                "reason": grant.reason,
            }
            for grant in project.grants.select_related("allocation")
        ],
    }


@require_safe
def project(request: HttpRequest, key: str) -> HttpResponse:
    """One project: its cases stay readable, its line of the budget is one."""
    found = _load(request, key)
    offers = PROJECT.available(found, request.user, request.arrived_at)
    context = {
        "call": found.call,
        **row(found),
        "states": {loi.pk: LOI.state(loi.state) for loi in found.cases},
        "buttons": [
            {
                "label": offer.row.button,
                "url": reverse(f"{offer.row.action}_project", args=[found.key]),
                "tone": offer.row.tone,
                "blocked": "" if offer.verdict else offer.verdict.reason,
                "reason_label": _("Reason, kept and shown"),
            }
            for offer in offers
        ],
    }
    return render(request, "proposals/project.html", context)


@require_POST
def dissolve(request: HttpRequest, key: str) -> HttpResponse:
    return _act(request, key, services.dissolve)


@require_POST
def end(request: HttpRequest, key: str) -> HttpResponse:
    return _act(request, key, services.end)


def _act(request: HttpRequest, key: str, act) -> HttpResponse:
    reason = reason_of(request, most=2000)
    act(_load(request, key), by=request.user, now=request.arrived_at, reason=reason)
    return redirect("project", key)
