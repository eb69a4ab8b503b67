import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from portal import checks, events, triggers
from portal.models import Event, EventHead, StoredFile
from proposals.models import Filing, LedgerEntry, Revision
from tests import make
from tests.make import DURING


def record(cast, *verbs: str) -> list[Event]:
    return [
        events.record(verb, cast.institute, by=cast.pi, now=DURING, data={"n": number})
        for number, verb in enumerate(verbs)
    ]


def tamper(sql: str, *values) -> None:
    """As the owner of the database would who lifts the triggers first."""
    with triggers.lifted(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def breaks() -> list[str]:
    return list(events.breaks())


def test_each_event_follows_the_one_before(cast):
    first, second, third = record(cast, "one", "two", "three")
    assert (first.seq, first.prev) == (1, events.GENESIS)
    assert (second.prev, third.prev) == (first.hash, second.hash)
    assert EventHead.objects.get().hash == third.hash
    assert breaks() == []


def test_an_event_says_who_what_when_and_about_what(cast):
    (event,) = record(cast, "organisation.praised")
    assert (event.actor, event.verb, event.at) == (cast.pi.key, "organisation.praised", DURING)
    assert (event.subject_type, event.subject_key) == ("organisation", cast.institute.key)
    assert list(events.about(cast.institute)) == [event]
    assert list(events.about(cast.rival)) == []


def test_an_empty_record_holds(db):
    assert breaks() == []


def test_an_act_that_is_undone_leaves_no_event(cast):
    record(cast, "one")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(cast, "two")
        raise ZeroDivisionError
    record(cast, "three")
    assert list(Event.objects.values_list("verb", flat=True)) == ["one", "three"]
    assert breaks() == []


@pytest.mark.parametrize(
    "column, value",
    [
        ("verb", "two.changed"),
        ("actor", "nobody"),
        ("at", "2027-03-01 09:00:00.000001"),
        ("data", json.dumps({"n": 2})),
        ("subject_key", "another"),
    ],
)
def test_a_changed_event_is_found(cast, column, value):
    record(cast, "one", "two", "three")
    tamper(f"UPDATE portal_event SET {column} = %s WHERE seq = 2", value)
    (sentence,) = breaks()
    assert sentence.startswith("event 2 (two")
    assert sentence.endswith("was changed after it was written")


def test_a_forged_event_with_a_right_hash_is_found(cast):
    record(cast, "one", "two", "three")
    forged = Event.objects.get(seq=2)
    forged.verb = "two.forged"
    tamper(
        "UPDATE portal_event SET verb = %s, hash = %s WHERE seq = 2",
        forged.verb,
        events.digest(forged),
    )
    assert breaks() == ["event 3 does not follow event 2"]


def test_a_missing_event_is_found(cast):
    record(cast, "one", "two", "three")
    tamper("DELETE FROM portal_event WHERE seq = 2")
    assert breaks() == [
        "event 2 is missing: the next one found is 3",
        "event 3 does not follow event 2",
    ]


def test_a_cut_end_is_found(cast):
    record(cast, "one", "two")
    tamper("DELETE FROM portal_event WHERE seq = 2")
    assert breaks() == ["the head says event 2, the chain ends at event 1"]


def test_the_command_prints_the_head_or_fails(cast, capsys):
    last = record(cast, "one", "two")[-1]
    call_command("verify_audit")
    assert capsys.readouterr().out == f"2 events hold; head {last.hash}\n"
    tamper("UPDATE portal_event SET verb = 'changed' WHERE seq = 1")
    with pytest.raises(CommandError, match="the chain is broken in 1 places"):
        call_command("verify_audit")
    assert "event 1 (changed) was changed" in capsys.readouterr().out


# Append-only


def test_an_event_is_neither_saved_again_nor_deleted(cast):
    (event,) = record(cast, "one")
    with pytest.raises(TypeError, match="append-only"):
        event.save()
    with pytest.raises(TypeError, match="append-only"):
        event.delete()


def test_the_database_refuses_as_well(cast):
    make.prepared(cast)
    for model in (Event, StoredFile, Revision, Filing, LedgerEntry):
        table, column = model._meta.db_table, model._meta.pk.column
        assert model.objects.exists()
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            with (
                pytest.raises(DatabaseError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


@pytest.mark.parametrize("change", [{"verb": "x"}, {"data": {}}])
def test_a_query_updates_nothing(cast, change):
    record(cast, "one")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.all().delete()


def test_lost_triggers_are_reported_and_laid_again(db):
    assert triggers.missing() == []
    with triggers.lifted():
        assert triggers.missing() == triggers.tables()
        warnings = checks.append_only_tables_are_guarded(None, databases=["default"])
        assert len(warnings) == len(triggers.tables())
        assert "portal_event has lost its append-only trigger" in str(warnings)
    assert triggers.missing() == []
    triggers.install()
    assert checks.append_only_tables_are_guarded(None, databases=["default"]) == []


@pytest.mark.django_db(transaction=True)
def test_a_flush_in_the_tests_leaves_the_triggers_in_place():
    """The next one sees whether the flush after this one did."""
    assert triggers.missing() == []


@pytest.mark.django_db(transaction=True)
def test_and_the_next_test_finds_them():
    assert triggers.missing() == []
    assert not Event.objects.exists()
