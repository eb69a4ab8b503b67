"""Truths across rows, asked after every journey, nightly, and by `manage.py invariants`."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from portal import events, files
from portal.models import Message, StoredFile

Invariant = Callable[[datetime], Iterable[str]]
INVARIANTS: list[Invariant] = []
READ_AGAIN = 500


def register(invariant: Invariant) -> Invariant:
    INVARIANTS.append(invariant)
    return invariant


def violations(now: datetime) -> Iterator[tuple[str, str]]:
    """(invariant, sentence) for everything that does not hold."""
    for invariant in INVARIANTS:
        for sentence in invariant(now):
            yield invariant.__name__, sentence


@register
def the_chain_of_events_holds(now: datetime) -> Iterable[str]:
    return events.breaks()


@register
def a_message_is_not_owed_for_long(now: datetime) -> Iterator[str]:
    late = Message.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=now),
        done_at=None,
        failed_at=None,
        dropped_at=None,
        attempts=0,
        due_at__lt=now - timedelta(minutes=10),
    )
    for message in late[:20]:
        yield f"message {message.key} is owed since {message.due_at:%d %b %H:%M} UTC"


@register
def every_stored_file_has_its_bytes(now: datetime) -> Iterator[str]:
    """All by their size; up to a thousand, newest first and then by chance, by their digest."""
    there = {name: size for name, size, _at in files.place().sizes()}
    for stored in StoredFile.objects.iterator():
        if there.get(stored.sha256) != stored.size:
            size = there.get(stored.sha256, "no")
            yield f"stored file {stored.sha256[:12]}: {size} bytes are kept of {stored.size}"
    newest = StoredFile.objects.order_by("-pk")[:READ_AGAIN]
    by_chance = StoredFile.objects.exclude(pk__in=[one.pk for one in newest]).order_by("?")
    for stored in [*newest, *by_chance[:READ_AGAIN]]:
        if there.get(stored.sha256) == stored.size:
            try:
                files.open_checked(stored).close()
            except OSError as trouble:
                yield f"stored file {stored.sha256[:12]}: {trouble}"


@register
def no_bytes_stay_without_a_row(now: datetime) -> Iterator[str]:
    # The hour is for the sweep, which comes as often.
    for name in files.orphans(now - timedelta(hours=1)):
        yield f"{name[:12]} is kept and has no row"
