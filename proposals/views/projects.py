from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.forms import reason_of
from portal.text import plain
from portal.verdict import Verdict
from proposals import agreements, course, history, queries
from proposals.models import Project
from proposals.services import projects as services
from proposals.workflow import LOI, PROJECT

# Done from the page of the project itself; every other act shows first what it brings.
AT_ONCE = {"dissolve", "grant_extension"}


def load(request: HttpRequest, key: str) -> Project:
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
                "unit": grant.allocation.kind.symbol,
                "asked": plain(grant.asked),
                "amount": plain(grant.amount),
                "reason": grant.reason,
            }
            for grant in project.grants.select_related("allocation")
        ],
    }


@require_safe
def project(request: HttpRequest, key: str) -> HttpResponse:
    return page(request, load(request, key))


def page(
    request: HttpRequest, project: Project, *, refusal: Verdict | None = None, status: int = 200
) -> HttpResponse:
    """One project: what it is given, where it stands, and its cases, each readable by its own people."""
    user = request.user
    agreement = queries.agreement_of(project) if queries.reads_agreement(user, project) else None
    standing = agreements.of(agreement, request.arrived_at) if agreement else None
    context = {
        "call": project.call,
        **row(project),
        "own": queries.belongs(user, project),
        "readable": set(
            queries.visible_lois(user).filter(pk__in=[loi.pk for loi in project.cases])
        ),
        "states": {loi.pk: LOI.state(loi.state) for loi in project.cases},
        "expected": course.expected_of_project(user, project),
        "standing": standing,
        "history": history.of_project(project, user),
        "refusal": refusal,
        "buttons": [
            {
                "label": offer.row.button,
                "url": reverse(f"{offer.row.action}_project", args=[project.key]),
                "tone": offer.row.tone,
                "blocked": "" if offer.verdict else offer.verdict.reason,
                "looked_at_first": offer.row.action not in AT_ONCE,
                "reason_label": _("Reason, kept and shown") if offer.row.reason else "",
                "name": "extension" if offer.row.action == "grant_extension" else "",
                "value": standing.proposed if standing else "",
            }
            for offer in PROJECT.available(project, user, request.arrived_at)
        ],
    }
    return render(request, "proposals/project.html", context, status=status)


@require_POST
def dissolve(request: HttpRequest, key: str) -> HttpResponse:
    reason = reason_of(request, most=2000)
    services.dissolve(load(request, key), by=request.user, now=request.arrived_at, reason=reason)
    return redirect("project", key)
