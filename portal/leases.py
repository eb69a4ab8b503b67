import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic

from django.db.models import F, Model, Q, QuerySet

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
    works, and a lease that ran out makes the row owed again. Each lease begins
    when its row is taken: counted from `now`, the last ones of a slow batch
    would have run out before the work on them began.
    """
    began = monotonic()
    for pk in owed(rows, now).order_by("due_at", "pk").values_list("pk", flat=True)[:most]:
        token = secrets.token_hex(16)
        taken_at = now + timedelta(seconds=monotonic() - began)
        taken = owed(rows.model._default_manager.filter(pk=pk), taken_at).update(
            lease_until=taken_at + timedelta(seconds=seconds),
            lease_token=token,
            attempts=F("attempts") + 1,
        )
        if taken:
            yield rows.get(pk=pk)


def finish(row: Model, *, now: datetime, **changes: object) -> bool:
    """Mark the work done; false when the lease was lost and another worker has the row."""
    return bool(_held(row).update(done_at=now, lease_until=None, last_error="", **changes))


def fail(
    row: Model, *, now: datetime, reason: str, final: bool = False, most: int = MOST_ATTEMPTS
) -> None:
    """Owe the row again after a pause that doubles, or give it up and leave it to people."""
    changes: dict[str, datetime] = {}
    if final or row.attempts >= most:
        changes["failed_at"] = now
    else:
        doubled = timedelta(seconds=5 * 2 ** min(row.attempts, 10))
        changes["due_at"] = now + min(doubled, LONGEST_PAUSE)
    _held(row).update(lease_until=None, last_error=reason[:1000], **changes)


def _held(row: Model) -> QuerySet:
    manager = type(row)._default_manager
    return manager.filter(pk=row.pk, lease_token=row.lease_token, done_at=None)
