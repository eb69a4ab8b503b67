"""Triggers that keep append-only tables append-only, on both databases.

SQLite drops a table's triggers when a migration rebuilds it, so they are laid
again after every migrate, and a check says when one is missing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection


def tables() -> list[str]:
    return sorted(
        model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)
    )


def install(**_: object) -> None:
    present = set(connection.introspection.table_names())
    for table in present.intersection(tables()):
        for statement in _statements(table):
            with connection.cursor() as cursor:
                cursor.execute(statement)


def missing() -> list[str]:
    """The append-only tables that stand without their trigger."""
    query = (
        "SELECT DISTINCT event_object_table FROM information_schema.triggers "
        "WHERE trigger_name LIKE '%%_is_append_only%%'"
        if connection.vendor == "postgresql"
        else "SELECT DISTINCT tbl_name FROM sqlite_master "
        "WHERE type = 'trigger' AND name LIKE '%%_is_append_only%%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query.replace("%%", "%"))
        guarded = {row[0] for row in cursor.fetchall()}
    present = set(connection.introspection.table_names())
    return [table for table in tables() if table in present - guarded]


@contextmanager
def lifted() -> Iterator[None]:
    """Without the triggers for a while: for the test runner's flush, and for nobody else."""
    for table in tables():
        for act in ("update", "delete"):
            name = f"{table}_is_append_only_{act}"
            suffix = f" ON {table}" if connection.vendor == "postgresql" else ""
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{suffix}")
    try:
        yield
    finally:
        install()


def _statements(table: str) -> Iterator[str]:
    if connection.vendor == "postgresql":
        yield (
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for act in ("update", "delete"):
        name = f"{table}_is_append_only_{act}"
        if connection.vendor == "postgresql":
            yield (
                f"CREATE OR REPLACE TRIGGER {name} BEFORE {act} ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        else:
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
