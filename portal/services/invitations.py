import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from portal import notices, roles
from portal.links import digest
from portal.models import Event, Invitation, Organisation, User
from portal.services import seats
from portal.tables import INVITATION
from portal.text import say
from portal.verdict import Refused, no
from portal.workflow import CLOCK

LASTS = timedelta(days=14)
MOST_A_BATCH = 100


@transaction.atomic
def send(
    organisation: Organisation, *, address: str, offered: Iterable[str], by: User, now: datetime
) -> Invitation:
    """Offer seats to an address. What is answered does not depend on who has an account."""
    offered = [name for name, _ in roles.SEATS if name in set(offered)]
    if not offered:
        raise Refused(no("invitation.send.seats", say("Choose at least one seat."), field="seats"))
    token = secrets.token_urlsafe(24)
    invitation = Invitation(
        organisation=seats.locked(organisation),
        address=address.strip().lower(),
        seats=offered,
        token_digest=digest(token),
        invited_by=by,
        sent_at=now,
        expires_at=now + LASTS,
    )
    INVITATION.enter(invitation, "send", by=by, now=now, seats=offered)
    _write(invitation, token)
    return invitation


@transaction.atomic
def resend(invitation: Invitation, *, by: User, now: datetime) -> Event:
    """Send it anew for another fourteen days; the link sent before is void."""
    invitation = _locked(invitation)
    token = secrets.token_urlsafe(24)
    columns = {
        "token_digest": digest(token),
        "sent_at": now,
        "expires_at": now + LASTS,
        "invited_by": by,
    }
    event = INVITATION.move(invitation, "resend", by=by, now=now, columns=columns)
    _write(invitation, token)
    return event


@transaction.atomic
def take_back(invitation: Invitation, *, by: User, now: datetime) -> Event:
    return INVITATION.move(_locked(invitation), "take_back", by=by, now=now)


@transaction.atomic
def accept(invitation: Invitation, *, by: User, now: datetime) -> Event:
    """Take the seats that are offered; the owner who offered them is told."""
    invitation = _locked(invitation)
    event = INVITATION.move(invitation, "accept", by=by, now=now, columns={"answered_by": by})
    for role in invitation.seats:
        seats.sit(by, invitation.organisation, role, by=by, now=now)
    return event


@transaction.atomic
def decline(invitation: Invitation, *, by: User, now: datetime) -> Event:
    return INVITATION.move(
        _locked(invitation), "decline", by=by, now=now, columns={"answered_by": by}
    )


def expire_due(now: datetime) -> int:
    """Lapse a batch of the invitations whose time has passed; how many were looked at."""
    due = Invitation.objects.filter(state="sent", expires_at__lte=now).order_by("expires_at", "pk")
    found = list(due.select_related("organisation")[:MOST_A_BATCH])
    for invitation in found:
        expire(invitation, now=now)
    return len(found)


@transaction.atomic
def expire(invitation: Invitation, *, now: datetime) -> Event | None:
    invitation = _locked(invitation)
    if invitation.state != "sent" or now < invitation.expires_at:
        return None  # answered, taken back or sent again since it was found
    return INVITATION.move(invitation, "expire", by=CLOCK, now=now)


def _locked(of: Invitation) -> Invitation:
    organisation = seats.locked(of.organisation)
    invitation = Invitation.objects.select_for_update().get(pk=of.pk)
    invitation.organisation = organisation
    return invitation


def _write(invitation: Invitation, token: str) -> None:
    labels = dict(roles.SEATS)
    notices.post_to(
        "invitation_sent",
        invitation,
        invitation.address,
        now=invitation.sent_at,
        occasion=invitation.token_digest[:16],
        token=token,
        seats=[labels[name] for name in invitation.seats],
    )
