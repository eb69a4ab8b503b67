import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, Model, Q, QuerySet

from portal import clock

MOST_ATTEMPTS = 6
LONGEST_PAUSE = timedelta(minutes=10)


def owed(rows: QuerySet, now: datetime) -> QuerySet:
    """The rows whose work is due, not done, not given up and not held by a worker."""
    return rows.filter(done_at=None, failed_at=None, due_at__lte=now).filter(
        Q(lease_until=None) | Q(lease_until__lte=now)
    )


def claim(rows: QuerySet, *, now: datetime, seconds: int, most: int) -> Iterator[Model]:
    """Take up to `most` owed rows, one by one, each for `seconds`.

    A conditional update decides between two workers; no lock is held while one
    works, and a lease that ran out makes the row owed again. Each lease runs from
    when its row is taken: the last of a slow batch is held as long as the first.
    """
    began = clock.now()
    for pk in owed(rows, now).order_by("due_at", "pk").values_list("pk", flat=True)[:most]:
        token, instant = secrets.token_hex(16), now + (clock.now() - began)
        taken = owed(rows.filter(pk=pk), instant).update(
            lease_until=instant + timedelta(seconds=seconds),
            lease_token=token,
            attempts=F("attempts") + 1,
        )
        # Between the two statements it may have been voided or dropped.
        if taken and (row := rows.filter(pk=pk, lease_token=token).first()):
            yield row


def finish(row: Model, *, now: datetime, **changes: object) -> bool:
    """Mark the work done; false when the lease was lost and another worker has the row."""
    return bool(_held(row).update(done_at=now, lease_until=None, last_error="", **changes))


def fail(
    row: Model, *, now: datetime, reason: str, final: bool = False, most: int = MOST_ATTEMPTS
) -> None:
    """Owe the row again after a pause that doubles, or give it up and leave it to people."""
    given_up = final or row.attempts >= most
    pause = min(timedelta(seconds=5 * 2 ** min(row.attempts, 10)), LONGEST_PAUSE)
    changes = {"failed_at": now} if given_up else {"due_at": now + pause}
    _held(row).update(lease_until=None, last_error=reason[:1000], **changes)


def _held(row: Model) -> QuerySet:
    manager = type(row)._default_manager
    return manager.filter(pk=row.pk, lease_token=row.lease_token, done_at=None)
