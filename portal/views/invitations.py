from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal import policy, queries, roles, throttle
from portal.models import Invitation
from portal.services import invitations
from portal.tables import INVITATION
from portal.verdict import Refused, Verdict
from portal.views.links import LINKS_A_MINUTE, follow


@login_not_required
@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail."""
    return follow(
        request,
        token,
        Invitation.objects.select_related("organisation"),
        relation=policy.relation_to_invitation,
        page="invitation",
        template="portal/invitation_link.html",
        void="portal/invitation_void.html",
    )


@require_safe
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    return _page(request, _load(request, key))


def _load(request: HttpRequest, key: str) -> Invitation:
    return get_object_or_404(queries.visible_invitations(request.user), key=key)


def _page(
    request: HttpRequest,
    invitation: Invitation,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    """For whoever is invited; the owner has it on the page of the organisation."""
    if "invited" not in policy.relation_to_invitation(request.user, invitation):
        return redirect("organisation", key=invitation.organisation.key)
    offered = set(invitation.seats)
    context = {
        "invitation": invitation,
        "state": INVITATION.state(invitation.state),
        "seats": [role for role in roles.ROLES if role.name in offered],
        "refusal": refusal,
        "offers": [
            {
                "row": offer.row,
                "verdict": offer.verdict,
                "url": reverse(f"{offer.row.action}_invitation", args=[invitation.key]),
            }
            for offer in INVITATION.available(invitation, request.user, request.arrived_at)
            if "invited" in offer.row.who
        ],
    }
    return render(request, "portal/invitation.html", context, status=status)


def _answer(request: HttpRequest, key: str, act) -> HttpResponse:
    invitation = _load(request, key)
    try:
        act(invitation, by=request.user, now=request.arrived_at)
    except Refused as refused:
        if "invited" not in policy.relation_to_invitation(request.user, invitation):
            raise
        status = 403 if refused.verdict.who else 409
        return _page(request, _load(request, key), refusal=refused.verdict, status=status)
    return redirect("organisation", key=invitation.organisation.key)


@require_POST
def accept(request: HttpRequest, key: str) -> HttpResponse:
    return _answer(request, key, invitations.accept)


@require_POST
def decline(request: HttpRequest, key: str) -> HttpResponse:
    invitation = _load(request, key)
    response = _answer(request, key, invitations.decline)
    if response.status_code != 302:
        return response
    said = _("You have declined the invitation of %(name)s.")
    messages.success(request, said % {"name": invitation.organisation.name})
    return redirect("day")


@require_POST
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    return _owners(request, key, invitations.take_back)


@require_POST
def resend(request: HttpRequest, key: str) -> HttpResponse:
    return _owners(request, key, invitations.resend)


def _owners(request: HttpRequest, key: str, act) -> HttpResponse:
    """An act of the owner; whoever is invited, or a member only, is refused by the table."""
    invitation = _load(request, key)
    now = request.arrived_at
    if not throttle.allows(request, "invite", most=LINKS_A_MINUTE, now=now):
        return render(request, "portal/too_fast.html", status=429)
    act(invitation, by=request.user, now=now)
    return redirect("organisation", key=invitation.organisation.key)
