import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from portal import leases
from portal.models import Message

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
LEASE = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def no_time_passes(clock_at) -> None:
    clock_at(NOW)


def owe(*keys: str, **columns) -> list[Message]:
    return [
        Message.objects.create(
            key=key,
            notice="test",
            address="someone@example.org",
            subject=key,
            body="",
            message_id=f"<{key}@example.org>",
            **{"written_at": NOW, "due_at": NOW, **columns},
        )
        for key in keys
    ]


def claim(now: datetime = NOW, most: int = 10):
    return leases.claim(Message.objects.filter(dropped_at=None), now=now, seconds=60, most=most)


def keys(rows) -> list[str]:
    return [row.key for row in rows]


def test_what_is_due_is_claimed_the_oldest_first(db):
    owe("b"), owe("a", due_at=NOW - LEASE), owe("later", due_at=NOW + LEASE)
    assert keys(claim()) == ["a", "b"]


def test_a_batch_is_bounded(db):
    owe(*"abcde")
    assert keys(claim(most=2)) == ["a", "b"]
    assert keys(claim(most=2)) == ["c", "d"]


def test_a_claimed_row_is_nobody_elses_until_the_lease_runs_out(db):
    owe("a")
    (mine,) = claim()
    assert (mine.attempts, mine.lease_until) == (1, NOW + LEASE)
    assert keys(claim(NOW + LEASE - timedelta(microseconds=1))) == []
    (theirs,) = claim(NOW + LEASE)
    assert (theirs.key, theirs.attempts) == ("a", 2)
    assert theirs.lease_token != mine.lease_token


def test_who_lost_the_lease_can_mark_nothing(db):
    owe("a")
    (mine,) = claim()
    (theirs,) = claim(NOW + LEASE)
    assert not leases.finish(mine, now=NOW)
    leases.fail(mine, now=NOW, reason="too late", final=True)
    row = Message.objects.get()
    assert (row.done_at, row.failed_at, row.last_error) == (None, None, "")
    assert leases.finish(theirs, now=NOW)
    assert not leases.finish(theirs, now=NOW)


def test_what_is_done_is_owed_no_more(db):
    owe("a")
    (row,) = claim()
    leases.finish(row, now=NOW)
    assert keys(claim(NOW + 10 * LEASE)) == []


def test_a_failure_is_tried_again_after_a_pause_that_doubles(db):
    owe("a")
    now, pauses = NOW, []
    for attempt in range(leases.MOST_ATTEMPTS):
        (row,) = claim(now)
        leases.fail(row, now=now, reason=f"trouble {attempt}")
        row = Message.objects.get()
        pauses.append((row.due_at - now).total_seconds())
        now = max(row.due_at, now)
    assert pauses[:-1] == [10, 20, 40, 80, 160]
    assert row.failed_at == now
    assert row.last_error == "trouble 5"
    assert keys(claim(now + timedelta(days=1))) == []


def test_a_final_failure_is_not_tried_again(db):
    owe("a")
    (row,) = claim()
    leases.fail(row, now=NOW, reason="nobody lives there", final=True)
    assert Message.objects.get().failed_at == NOW
    assert keys(claim(NOW + timedelta(days=1))) == []


def test_a_row_that_left_the_queue_meanwhile_is_passed_over(db):
    """Another worker dropped it between our look and our claim."""
    owe(*"abc")
    batch = claim()
    assert next(batch).key == "a"
    Message.objects.filter(key="b").update(dropped_at=NOW)
    assert next(batch).key == "c"
    assert Message.objects.get(key="b").attempts == 0


def test_a_lease_runs_from_when_its_row_was_taken(db, clock_at):
    """The last row of a slow batch is held as long as the first."""
    owe(*"ab")
    batch = claim()
    assert next(batch).lease_until == NOW + LEASE
    clock_at(NOW + timedelta(seconds=50))
    assert next(batch).lease_until == NOW + timedelta(seconds=110)


@pytest.mark.django_db(transaction=True)
def test_of_many_claimers_one_wins_each_row():
    owe(*(f"row{number:02}" for number in range(20)))
    start, won = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        try:
            won.extend(keys(claim(most=20)))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(won) == [f"row{number:02}" for number in range(20)]
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}
