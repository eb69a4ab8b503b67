from datetime import UTC, datetime

from django.db import connection


def now() -> datetime:
    """The present instant in UTC: the only reader of a clock in the project.

    On PostgreSQL the database is asked, so that web servers cannot disagree;
    and `clock_timestamp()`, because `now()` there is the transaction's start.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0].astimezone(UTC)
    return datetime.now(UTC)
