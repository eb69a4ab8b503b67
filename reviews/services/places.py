"""Places on the panel of a call: offered by the secretary, taken by the person with one act."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from portal import notices
from portal.links import digest
from portal.models import Event, Organisation, User
from proposals.models import Call
from reviews import queries
from reviews.models import Assignment, PanelMember
from reviews.services import conflicts, locks
from reviews.workflow import ASSIGNMENT, SEAT

Absences = Sequence[tuple[date, date]]


@transaction.atomic
def invite(
    call: Call,
    person: User | None,
    role: str,
    *,
    address: str = "",
    organisation: Organisation | None = None,
    country: str = "",
    keywords: Sequence[str] = (),
    quota: int = 8,
    writes_from: date | None = None,
    writes_until: date | None = None,
    by: User,
    now: datetime,
) -> PanelMember:
    """Offer a place to a person, or to whoever proves the address; the mail holds the link."""
    token = secrets.token_urlsafe(24)
    place = PanelMember(
        call=locks.call(call),
        user=person,
        address=(address or person.email).strip().lower(),
        token_digest=digest(token),
        role=role,
        organisation=organisation,
        country=country,
        keywords=dict.fromkeys(keywords),
        quota=quota,
        writes_from=writes_from,
        writes_until=writes_until,
        invited_at=now,
    )
    SEAT.enter(place, "invite", by=by, now=now, role=role, call=call.key)
    _write(place, token, now)
    return place


@transaction.atomic
def remind(place: PanelMember, *, by: User, now: datetime) -> Event:
    """Write once more, with a new link; the one sent before is void."""
    token = secrets.token_urlsafe(24)
    place = locks.place(place)
    event = SEAT.move(
        place, "remind", by=by, now=now, columns={"token_digest": digest(token)}
    )  # fmt: skip
    _write(place, token, now)
    return event


@transaction.atomic
def withdraw(place: PanelMember, *, by: User, now: datetime) -> Event:
    return SEAT.move(locks.place(place), "withdraw", by=by, now=now, columns={"ended_at": now})


@transaction.atomic
def accept(
    place: PanelMember,
    *,
    keywords: Mapping[str, int] | None = None,
    quota: int | None = None,
    away: Absences = (),
    by: User,
    now: datetime,
) -> Event:
    """Take the place: what one knows, how many cases at most, and when one is away.

    Without `keywords` or `quota` what the secretary wrote stands.
    """
    place = locks.place(place)
    columns = {"user": by, "joined_at": now, **_said(keywords, quota, away)}
    event = SEAT.move(place, "accept", by=by, now=now, columns=columns)
    by.forget()
    cases = place.call.lois.exclude(filing=None).select_related("organisation", "filing", "pi")
    conflicts.look(list(cases.select_related("call")), users=[by], now=now)
    return event


@transaction.atomic
def describe(
    place: PanelMember,
    *,
    keywords: Mapping[str, int] | None = None,
    quota: int | None = None,
    away: Absences = (),
    by: User,
    now: datetime,
) -> Event:
    """Say it anew: who falls ill or finds time tells before the next assignment."""
    columns = _said(keywords, quota, away)
    return SEAT.move(locks.place(place), "describe", by=by, now=now, columns=columns)


@transaction.atomic
def decline(place: PanelMember, *, reason: str, by: User, now: datetime) -> Event:
    columns = {"user": by, "ended_at": now}
    return SEAT.move(
        locks.place(place), "decline", by=by, now=now, reason=reason, columns=columns
    )  # fmt: skip


@transaction.atomic
def leave(place: PanelMember, *, reason: str, by: User, now: datetime) -> Event:
    """Leave the panel: what is not locked goes back to be assigned; what is locked counts on."""
    place = locks.place(place)
    open_ones = Assignment.objects.filter(
        reviewer=place.user, loi__call=place.call, state__in=queries.UNLOCKED
    )
    freed = [locks.review(one) for one in open_ones.select_related("loi").order_by("pk")]
    event = SEAT.move(
        place, "leave", by=by, now=now, reason=reason, columns={"ended_at": now},
        cases=[one.loi.key for one in freed],
    )  # fmt: skip
    for assignment in freed:
        act = "give_back" if assignment.reviewer_id == by.pk else "remove"
        ASSIGNMENT.move(assignment, act, by=by, now=now, reason=reason)
    place.user.forget()
    return event


def _said(keywords: Mapping[str, int] | None, quota: int | None, away: Absences) -> dict:
    days = [[first.isoformat(), last.isoformat()] for first, last in sorted(away)]
    said = {"keywords": keywords and dict(keywords), "quota": quota, "away": days}
    return {name: value for name, value in said.items() if value is not None}


def _write(place: PanelMember, token: str, now: datetime) -> None:
    notices.post_to(
        "place_offered",
        place,
        place.address,
        now=now,
        occasion=place.token_digest[:16],
        token=token,
    )
