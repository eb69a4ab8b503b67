from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Case, Q, QuerySet, When

from portal import queries as portal
from portal import roles
from portal.models import Event, User
from proposals.models import Call
from reviews.models import PanelMember

STANDING = ("accepted", "invited")
BY_ROLE = Case(*(When(role=name, then=place) for place, (name, _label) in enumerate(roles.PANEL)))


def places_of(call: Call) -> QuerySet[PanelMember]:
    """Everybody who was ever invited to the panel, those on it first."""
    rank = Case(
        *(When(state=state, then=place) for place, state in enumerate(STANDING)),
        default=len(STANDING),
    )
    found = PanelMember.objects.filter(call=call).select_related("user", "organisation")
    return found.order_by(rank, BY_ROLE, "user__name", "address", "pk")


def reasons_of(places: Iterable[PanelMember]) -> dict[str, str]:
    """Place's key → the reason with which it was declined or left."""
    told = Event.objects.filter(
        verb__in=["place.declined", "place.left"], subject_key__in=[place.key for place in places]
    )
    return {event.subject_key: event.data.get("reason", "") for event in told}


def places_offered(user: User) -> QuerySet[PanelMember]:
    """The places that this person may take, the first offered first."""
    own = Q(user=user) | Q(user=None, address__in=portal.verified_addresses(user))
    found = PanelMember.objects.filter(own, state="invited").select_related("call")
    return found.order_by("invited_at", "pk")


def visible_places(user: User) -> QuerySet[PanelMember]:
    """One's own, by a proved address too; all of them for the secretary and the auditor."""
    places = PanelMember.objects.select_related("call__mission", "user", "organisation")
    if not user.is_authenticated or not user.is_active:
        return places.none()
    if user.roles() & {roles.SECRETARY, roles.AUDITOR}:
        return places
    return places.filter(Q(user=user) | Q(user=None, address__in=portal.verified_addresses(user)))


def away_throughout(
    user: User, call: Call, *, since: datetime, until: datetime | None
) -> tuple[date, date] | None:
    """The absence that takes up the whole time between the two, by the days of the call's zone."""
    if until is None:
        return None
    first, last = (at.astimezone(call.zoneinfo).date() for at in (since, until))
    places = PanelMember.objects.filter(user=user, call=call, state="accepted")
    absences = [away for place in places for away in place.absences]
    return next((away for away in absences if away[0] <= first and last <= away[1]), None)
