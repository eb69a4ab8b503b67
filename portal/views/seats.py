from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal import policy, queries, roles, throttle
from portal.forms import InvitationForm
from portal.models import Organisation, User
from portal.services import invitations, seats
from portal.verdict import Refused, no
from portal.views.organisations import act_on, load, page, too_fast

INVITED_A_MINUTE = 20


@require_POST
def give_seat(request: HttpRequest, key: str) -> HttpResponse:
    """To a member; who is none is invited and agrees."""

    def act(organisation: Organisation) -> None:
        person, role = _member(request, organisation), request.POST.get("seat", "")
        if role not in dict(roles.SEATS):
            raise Refused(no("seat.unknown", _("Choose a seat.")))
        seats.give(person, organisation, role, by=request.user, now=request.arrived_at)

    return act_on(request, key, act)


@require_POST
def take_seat(request: HttpRequest, key: str) -> HttpResponse:
    """One seat, or with none named all of them."""

    def act(organisation: Organisation) -> None:
        person, role = _member(request, organisation), request.POST.get("seat", "")
        acts = {"by": request.user, "now": request.arrived_at}
        if role:
            seats.take(person, organisation, role, **acts)
        else:
            seats.remove(person, organisation, **acts)
        _warn(request, organisation)

    return act_on(request, key, act)


@require_POST
def leave(request: HttpRequest, key: str) -> HttpResponse:
    def act(organisation: Organisation) -> None:
        seats.leave(organisation, by=request.user, now=request.arrived_at)
        said = _("You have left %(name)s.") % {"name": organisation.name}
        messages.success(request, said)

    return act_on(request, key, act)


@require_POST
def hand_over(request: HttpRequest, key: str) -> HttpResponse:
    def act(organisation: Organisation) -> None:
        to = _member(request, organisation)
        seats.hand_over(organisation, to, by=request.user, now=request.arrived_at)
        said = _("%(name)s is the owner now.") % {"name": to.name}
        messages.success(request, said)

    return act_on(request, key, act)


def _member(request: HttpRequest, organisation: Organisation) -> User:
    seated = User.objects.filter(
        memberships__organisation=organisation, memberships__left_at=None
    ).distinct()
    person = seated.filter(key=request.POST.get("person", "")).first()
    if person is None:
        raise Refused(no("seat.member", _("Choose a member of the organisation.")))
    return person


def _warn(request: HttpRequest, organisation: Organisation) -> None:
    if not queries.seated(organisation, roles.AOR):
        said = _(
            "%(name)s has no authorised representative now: nothing can be filed until somebody "
            "has that seat."
        )
        messages.warning(request, said % {"name": organisation.name})


@require_POST
def invite(request: HttpRequest, key: str) -> HttpResponse:
    organisation = load(request, key)
    if "owner" not in policy.relation(request.user, organisation):
        raise Http404
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return page(request, organisation, form=form, status=400)
    now = request.arrived_at
    if not throttle.allows(request, "invite", most=INVITED_A_MINUTE, now=now):
        return page(request, organisation, form=form, refusal=too_fast(), status=429)
    address = form.cleaned_data["address"]
    try:
        invitations.send(
            organisation,
            address=address,
            offered=form.cleaned_data["seats"],
            by=request.user,
            now=now,
        )
    except Refused as refused:
        verdict = refused.verdict
        if verdict.field:
            form.add_error(verdict.field, str(verdict.reason))
        refusal = None if verdict.field else verdict
        status = 403 if verdict.who else 409
        return page(request, organisation, form=form, refusal=refusal, status=status)
    messages.success(
        request, _("The invitation to %(address)s is on its way.") % {"address": address}
    )
    return redirect("organisation", key=key)
