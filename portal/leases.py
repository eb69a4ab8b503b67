import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, Model, Q, QuerySet

MOST_ATTEMPTS = 6


def owed(rows: QuerySet, now: datetime) -> QuerySet:
    """The rows whose work is due, not done, not given up and not held by a worker."""
    return rows.filter(done_at=None, failed_at=None, due_at__lte=now).filter(
        Q(lease_until=None) | Q(lease_until__lte=now)
    )


def claim(rows: QuerySet, *, now: datetime, seconds: int, most: int) -> Iterator[Model]:
    """Take up to `most` owed rows, one by one, each for `seconds`.

    A conditional update decides between two workers; no lock is held while one
    works, and a lease that ran out makes the row owed again.
    """
    for pk in owed(rows, now).order_by("due_at", "pk").values_list("pk", flat=True)[:most]:
        token = secrets.token_hex(16)
        taken = owed(rows.model._default_manager.filter(pk=pk), now).update(
            lease_until=now + timedelta(seconds=seconds),
            lease_token=token,
            attempts=F("attempts") + 1,
        )
        if taken:
            yield rows.get(pk=pk)


def finish(row: Model, *, now: datetime, **changes: object) -> bool:
    """Mark the work done; false when the lease was lost and another worker has the row."""
    return bool(_held(row).update(done_at=now, lease_until=None, last_error="", **changes))


def fail(row: Model, *, now: datetime, reason: str, final: bool = False) -> None:
    """Owe the row again after a pause that doubles, or give it up and leave it to people."""
    if final or row.attempts >= MOST_ATTEMPTS:
        changes = {"failed_at": now}
    else:
        changes = {"due_at": now + timedelta(seconds=5 * 2**row.attempts)}
    _held(row).update(lease_until=None, last_error=reason[:1000], **changes)


def _held(row: Model) -> QuerySet:
    manager = type(row)._default_manager
    return manager.filter(pk=row.pk, lease_token=row.lease_token, done_at=None)
