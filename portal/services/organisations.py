from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction

from portal import events, notices, roles
from portal.models import Event, Organisation, User
from portal.services import seats
from portal.tables import ORGANISATION
from portal.text import say
from portal.verdict import Refused, no


@transaction.atomic
def register(
    organisation: Organisation, *, own: Iterable[str] = (), by: User, now: datetime
) -> Organisation:
    """Enter an organisation with its first member: the owner, and whatever else is in `own`."""
    with _one_of_its_name(organisation.name):
        ORGANISATION.enter(organisation, "register", by=by, now=now)
    for role in dict.fromkeys((roles.OWNER, *own)):
        seats.sit(by, organisation, role, by=by, now=now)
    return organisation


@transaction.atomic
def verify(organisation: Organisation, *, by: User, now: datetime) -> Event:
    return ORGANISATION.move(
        seats.locked(organisation), "verify", by=by, now=now, columns={"verified_at": now}
    )


@transaction.atomic
def send_back(organisation: Organisation, *, by: User, now: datetime, reason: str) -> Event:
    """Not verified, or not any more, for a reason that is told to the owner."""
    return ORGANISATION.move(
        seats.locked(organisation),
        "send_back",
        by=by,
        now=now,
        reason=reason,
        columns={"verified_at": None},
    )


@transaction.atomic
def register_again(organisation: Organisation, *, changes: dict, by: User, now: datetime) -> Event:
    """Correct what was registered, for the secretariat to look at anew."""
    held = seats.locked(organisation)
    changed = sorted(name for name, value in changes.items() if getattr(held, name) != value)
    with _one_of_its_name(changes.get("name", held.name)):
        return ORGANISATION.move(
            held, "register_again", by=by, now=now, columns=changes, fields=changed
        )


@transaction.atomic
def ask_for_seat(organisation: Organisation, *, note: str, by: User, now: datetime) -> None:
    """Ask the owners for a seat: a message to them, once a day, and nothing else."""
    if organisation.pk in by.seats():
        raise Refused(no("seat.asked.held", say("You hold a seat there already.")))
    written = notices.post(
        "seat_asked",
        organisation,
        now=now,
        occasion=f"asked:{by.key}:{now:%Y%m%d}",
        asking=by,
        note=note,
    )
    if written:
        events.record("organisation.seat_asked", organisation, by=by, now=now)


@contextmanager
def _one_of_its_name(name: str) -> Iterator[None]:
    """Two who register one name at once: the form saw neither, the database sees the second."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as trouble:
        if Organisation.objects.filter(name=name).exists():
            reason = say("“%(name)s” is registered already: ask its owner for a seat.", name=name)
            raise Refused(no("organisation.register.name", reason, field="name")) from trouble
        raise
