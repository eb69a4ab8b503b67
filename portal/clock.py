from datetime import UTC, datetime

from django.db import connection

EPOCH_SECONDS = {
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400",
}


def now() -> datetime:
    """The present instant in UTC: the only reader of a clock in the project.

    On PostgreSQL the database is asked, so that web servers cannot disagree;
    and `clock_timestamp()`, because `now()` there is the transaction's start.
    """
    return database() if connection.vendor == "postgresql" else machine()


def machine() -> datetime:
    """What this machine's own clock says."""
    return datetime.now(UTC)


def database() -> datetime:
    """What the database's clock says; asking it shows that it answers."""
    with connection.cursor() as cursor:
        cursor.execute(EPOCH_SECONDS[connection.vendor])
        return datetime.fromtimestamp(float(cursor.fetchone()[0]), UTC)
