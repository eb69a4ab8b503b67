from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import models

from portal import canonical
from portal.models import Event, EventHead, User

CLOCK = "clock"
GENESIS = "0" * 64


def record(
    verb: str, subject: models.Model, *, by: User | str, now: datetime, data: dict | None = None
) -> Event:
    """Append one event to the chain, inside the caller's transaction.

    The chain's head is the last lock anyone takes, so whoever holds it holds
    everything else it needs already. SQLite needs no lock: its transactions
    are IMMEDIATE and so alone.
    """
    head = EventHead.objects.select_for_update().filter(pk=1).first()
    if head is None:  # the first event of all
        EventHead.objects.get_or_create(pk=1)
        head = EventHead.objects.select_for_update().get(pk=1)
    event = Event(
        seq=head.seq + 1,
        at=now.astimezone(UTC),
        actor=by if isinstance(by, str) else by.key,
        verb=verb,
        subject_type=subject._meta.model_name,
        subject_key=subject.key,
        data=data or {},
        prev=head.hash,
    )
    event.hash = digest(event)
    event.save()
    EventHead.objects.filter(pk=1).update(seq=event.seq, hash=event.hash)
    return event


def digest(event: Event) -> str:
    return canonical.digest(
        {
            "seq": event.seq,
            "at": event.at.astimezone(UTC),
            "actor": event.actor,
            "verb": event.verb,
            "subject": [event.subject_type, event.subject_key],
            "data": event.data,
            "prev": event.prev,
        }
    )


def about(subject: models.Model) -> models.QuerySet[Event]:
    return Event.objects.filter(
        subject_type=subject._meta.model_name, subject_key=subject.key
    ).order_by("seq")


def anchored(seq: int, hash: str) -> bool:
    """Is this event in the chain as somebody outside it has noted it?"""
    event = Event.objects.filter(seq=seq).first()
    return event is not None and event.hash == hash == digest(event)


def breaks() -> Iterator[str]:
    """Every place where the chain does not hold, as a sentence each."""
    prev, expected = GENESIS, 1
    for event in Event.objects.order_by("seq").iterator(2000):
        if event.seq != expected:
            yield f"event {expected} is missing: the next one found is {event.seq}"
            expected = event.seq
        if event.prev != prev:
            yield f"event {event.seq} does not follow event {event.seq - 1}"
        if event.hash != digest(event):
            yield f"event {event.seq} ({event.verb}) was changed after it was written"
        prev, expected = event.hash, expected + 1
    head = EventHead.objects.filter(pk=1).first() or EventHead()
    if (head.seq, head.hash) != (expected - 1, prev):
        yield f"the head says event {head.seq}, the chain ends at event {expected - 1}"
