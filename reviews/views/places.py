"""Places on the panel: who is invited, what they answer, who leaves."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import countries, roles
from portal.deadline import said
from portal.forms import reason_of
from portal.verdict import Refused, Verdict
from portal.views.links import follow
from proposals import queries as proposals
from proposals.models import Call
from reviews import policy, queries
from reviews.forms.places import KNOWS, InviteForm, PlaceForm
from reviews.models import PanelMember
from reviews.services import places
from reviews.views.reading import status_of
from reviews.workflow import SEAT


@require_http_methods(["GET", "HEAD", "POST"])
def panel(request: HttpRequest, code: str) -> HttpResponse:
    """Who judges the letters of a call, who has answered; the secretary invites, the auditor reads."""
    call = _call(request, code)
    form = InviteForm(request.POST or None, call=call)
    refusal, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _invited(request, call, form.cleaned_data)
            except Refused as refused:
                refusal, status = _told(form, refused)
    found = list(queries.places_of(call))
    loads, reasons = queries.loads(call, seen_by=request.user), queries.reasons_of(found)
    context = {
        "call": call,
        "members": [_line(request, p, loads) for p in found if p.state == "accepted"],
        "waiting": [_line(request, p, loads) for p in found if p.state == "invited"],
        "past": [
            {**_line(request, p, loads), "reason": reasons.get(p.key, "")}
            for p in found
            if p.state not in queries.STANDING
        ],
        "form": form,
        "composes": roles.SECRETARY in request.user.roles(),
        "refusal": refusal,
    }
    return render(request, "reviews/panel.html", context, status=status)


def _call(request: HttpRequest, code: str) -> Call:
    call = get_object_or_404(proposals.visible_calls(request.user), code=code, history=False)
    if not request.user.roles() & {roles.SECRETARY, roles.AUDITOR}:
        raise Http404
    return call


def _line(request: HttpRequest, place: PanelMember, loads: dict[int, int]) -> dict:
    labels = dict(place.call.keywords)
    since = place.ended_at or place.joined_at or place.invited_at
    return {
        "member": place,
        "state": SEAT.state(place.state),
        "country": countries.name(place.country) if place.country else "",
        "keywords": [(labels.get(code, code), level) for code, level in place.keywords.items()],
        "load": loads.get(place.user_id, 0),
        "scores": place.role in queries.SEATS,
        "since": said(since, place.call.zone),
        "offers": [
            {**offer, "url": reverse(f"{offer['row'].action}_place", args=[place.key])}
            for offer in _offers(request, place)
            if "secretary" in offer["row"].who
        ],
    }


def _offers(request: HttpRequest, place: PanelMember) -> list[dict]:
    return [
        {"row": offer.row, "verdict": offer.verdict}
        for offer in SEAT.available(place, request.user, request.arrived_at)
    ]


def _invited(request: HttpRequest, call: Call, given: dict) -> HttpResponse:
    organisation, address = given["organisation"], given["email"]
    place = places.invite(
        call,
        queries.verified(address),
        given["role"],
        address=address,
        organisation=organisation,
        country=given["country"] or (organisation.country if organisation else ""),
        keywords=given["keywords"],
        quota=given["quota"],
        writes_from=given["writes_from"],
        writes_until=given["writes_until"],
        by=request.user,
        now=request.arrived_at,
    )
    messages.info(request, _("%(name)s is invited to the panel.") % {"name": place})
    return redirect("panel", code=call.code)


def _told(form: InviteForm, refused: Refused) -> tuple[Verdict | None, int]:
    """The refusal at its field where the form has it, else on top of the page."""
    if refused.verdict.field in form.fields:
        form.add_error(refused.verdict.field, str(refused.verdict.reason))
        return None, status_of(refused)
    return refused.verdict, status_of(refused)


@login_not_required
@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail."""
    return follow(
        request,
        token,
        PanelMember.objects.select_related("call__mission", "user"),
        relation=policy.relation_to_place,
        page="place",
        template="reviews/place_link.html",
        void="reviews/place_void.html",
    )


@require_safe
def place(request: HttpRequest, key: str) -> HttpResponse:
    return _page(request, _own(request, key))


def _own(request: HttpRequest, key: str) -> PanelMember:
    """The reader's own place; the secretary has it on the page of the panel."""
    found = get_object_or_404(queries.visible_places(request.user), key=key)
    if "invited" not in policy.relation_to_place(request.user, found):
        raise Http404
    return found


def _page(
    request: HttpRequest,
    place: PanelMember,
    *,
    form: PlaceForm | None = None,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    offers = {offer["row"].action: offer for offer in _offers(request, place)}
    context = {
        "place": place,
        "call": place.call,
        "state": SEAT.state(place.state),
        "may": next(role.may for role in roles.ROLES if role.name == place.role),
        "form": form or PlaceForm(place=place),
        "levels": KNOWS,
        "accepts": offers.get("accept"),
        "declines": offers.get("decline"),
        "describes": offers.get("describe"),
        "leaves": offers.get("leave"),
        "refusal": refusal,
    }
    return render(request, "reviews/place.html", context, status=status)


@require_POST
def accept(request: HttpRequest, key: str) -> HttpResponse:
    return _filled_in(request, key, places.accept, _("You are on the panel of %(code)s."))


@require_POST
def describe(request: HttpRequest, key: str) -> HttpResponse:
    return _filled_in(request, key, places.describe, _("Saved for %(code)s."))


def _filled_in(request: HttpRequest, key: str, act, done: str) -> HttpResponse:
    place = _own(request, key)
    form = PlaceForm(request.POST, place=place)
    if not form.is_valid():
        return _page(request, place, form=form, status=400)
    try:
        act(place, **form.told(), by=request.user, now=request.arrived_at)
    except Refused as refused:
        again = _own(request, key)
        return _page(
            request, again, form=form, refusal=refused.verdict, status=status_of(refused)
        )  # fmt: skip
    messages.info(request, done % {"code": place.call.code})
    return redirect("place", key=key)


@require_POST
def decline(request: HttpRequest, key: str) -> HttpResponse:
    place = _own(request, key)
    reason = reason_of(request, most=500)
    places.decline(place, reason=reason, by=request.user, now=request.arrived_at)
    messages.info(request, _("You have declined; the secretary is told."))
    return redirect("place", key=key)


@require_POST
def leave(request: HttpRequest, key: str) -> HttpResponse:
    """By the person; or by the secretary, who takes somebody off the panel."""
    place = get_object_or_404(queries.visible_places(request.user), key=key)
    reason = reason_of(request, most=500)
    places.leave(place, reason=reason, by=request.user, now=request.arrived_at)
    if "invited" in policy.relation_to_place(request.user, place):
        return redirect("place", key=key)
    return redirect("panel", code=place.call.code)


@require_POST
def remind(request: HttpRequest, key: str) -> HttpResponse:
    place = get_object_or_404(queries.visible_places(request.user), key=key)
    places.remind(place, by=request.user, now=request.arrived_at)
    messages.info(request, _("%(name)s is reminded.") % {"name": place})
    return redirect("panel", code=place.call.code)


@require_POST
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    place = get_object_or_404(queries.visible_places(request.user), key=key)
    places.withdraw(place, by=request.user, now=request.arrived_at)
    return redirect("panel", code=place.call.code)
