"""The database dies while people file: what has a receipt is there afterwards, whole."""

import json
import random
import re
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.faults.filers import Filer, a_few_at_a_time, check_filed, typed
from tests.live import Portal, migrated
from tests.servers import Postgres, wait_until

AT_ONCE = 4


def filed_so_far(portal: Portal) -> set[str]:
    return {
        key for (key,) in portal.ask("SELECT key FROM proposals_letterofintent WHERE state='filed'")
    }


# SQLite: every process killed at a random moment


def killed_while_filing(portal: Portal, kills: int, each: int) -> dict:
    """So many times: some file, all processes are killed, the file is looked through."""
    chance = random.Random(kills)
    waiting = portal.scene("awaiting", kills * each)["waiting"]
    before, pages, receipted, cut = typed(portal), [], set(), 0
    for turn in range(kills):
        portal.start_web()
        some = [Filer(portal, one) for one in waiting[turn * each : (turn + 1) * each]]
        looking = a_few_at_a_time(Filer.look, some)
        pages += looking
        with ThreadPoolExecutor(each) as pool:
            filing = [pool.submit(one.file) for one in looking]
            wait_until(lambda: any(one.done() for one in filing), 60)  # noqa: B023
            time.sleep(chance.uniform(0, 0.15))
            portal.kill("web")
            told = [one.result() for one in filing]
        assert {answer.status for answer in told} <= {0, 302}
        cut += sum(answer.page is None for answer in told)
        receipted |= {answer.key for answer in told if answer.filed}
        assert looked_through(portal) == [("ok",)]
        assert receipted <= filed_so_far(portal)
    assert typed(portal) == before
    portal.start_web()
    # All of them send the same form again: once filed stays filed once.
    assert all(one.file(tries=10).filed for one in pages)
    check_filed(portal, len(pages))
    return {"kills": kills, "filings": len(pages), "cut off": cut}


def looked_through(portal: Portal) -> list[tuple[str]]:
    """What SQLite says of its file; some constraints call a function that Django lends it."""
    with closing(sqlite3.connect(portal.folder / "db.sqlite3")) as connection:
        connection.create_function("REGEXP", 2, lambda rule, text: bool(re.search(rule, text)))
        return connection.execute("PRAGMA integrity_check").fetchall()


@pytest.mark.slow
def test_sqlite_is_whole_after_every_kill(a_portal):
    print(json.dumps(killed_while_filing(a_portal(), kills=3, each=AT_ONCE)))


@pytest.mark.soak
def test_sqlite_is_whole_after_a_hundred_kills(a_portal):
    print(json.dumps(killed_while_filing(a_portal(), kills=100, each=AT_ONCE)))


# PostgreSQL: stopped at once in the middle of a burst, and started again


def stopped_while_filing(portal: Portal, postgres: Postgres, number: int, stops: int) -> dict:
    people = [Filer(portal, one) for one in portal.scene("awaiting", number)["waiting"]]
    portal.start_web(workers=2)
    a_few_at_a_time(Filer.prove, people)
    looking, before = a_few_at_a_time(Filer.look, people), typed(portal)
    starts = time.time()
    with ThreadPoolExecutor(number) as pool:
        filing = [
            pool.submit(one.file, at=starts + 0.1 * place, tries=1000)
            for place, one in enumerate(looking)
        ]
        for stop in range(stops):
            wait_until(lambda: sum(one.done() for one in filing) > stop * 3, 60)  # noqa: B023
            postgres.stop_at_once()
            time.sleep(0.5)
            postgres.start()
        answers = [one.result() for one in filing]
    broken = [status for answer in answers for status in answer.broken]
    assert set(broken) <= {503}, sorted(set(broken))
    assert all(answer.filed for answer in answers)
    assert typed(portal) == before
    check_filed(portal, number)
    return {"stops": stops, "filings": number, "told to come again": len(broken)}


@pytest.fixture
def on_postgres(a_portal, postgres) -> Portal:
    return a_portal(database_url=migrated(postgres))


@pytest.mark.slow
@pytest.mark.postgres
def test_postgresql_stopped_at_once_loses_no_receipt(on_postgres, postgres):
    print(json.dumps(stopped_while_filing(on_postgres, postgres, number=12, stops=1)))


@pytest.mark.soak
@pytest.mark.postgres
def test_postgresql_stopped_ten_times_loses_no_receipt(on_postgres, postgres):
    print(json.dumps(stopped_while_filing(on_postgres, postgres, number=200, stops=10)))
