"""SIGKILL in the middle of rendering and of mailing: nothing lost, nothing doubled."""

import hashlib
import json
import random
import time

import pytest

from portal import disk, seal
from tests.faults.conftest import PRODUCTION
from tests.live import Portal
from tests.servers import Mailbox, wait_until


def stored(portal: Portal) -> int:
    return portal.count("proposals_letter", "kind = 'decision' AND state = 'stored'")


def owed_messages(portal: Portal) -> int:
    return portal.count("portal_message", "done_at IS NULL AND dropped_at IS NULL")


def kill_some(portal: Portal, kills: int, progress, chance: random.Random) -> None:
    """Kill and start again, each time after some progress."""
    for _ in range(kills):
        await_progress(portal, progress)
        time.sleep(chance.uniform(0.05, 0.6))
        if chance.random() < 0.3 and portal.kill_one_inside("worker"):
            continue
        portal.kill("worker")
        if chance.random() < 0.5:
            portal.kill("beat")
            portal.start_beat()
        portal.start_worker()


def await_progress(portal: Portal, progress) -> None:
    before = progress()
    wait_until(lambda: progress() != before, 60, f"progress; see {portal.log}")


def check_letters(portal: Portal, number: int) -> None:
    """One letter in force a decision, under one number, with the bytes it names."""
    issued = "kind = 'decision' AND state = 'issued'"
    assert portal.count("proposals_letter", issued) == number
    assert portal.count("proposals_letter", "kind = 'decision'") == number
    digests = portal.ask(
        "SELECT count(DISTINCT sha256) FROM proposals_letter l "
        "JOIN portal_storedfile f ON f.id = l.file_id WHERE kind = 'decision'"
    )
    assert digests == [(number,)]
    stored_events = portal.count("portal_event", "verb = 'letter.stored'")
    # Receipts are rendered, too, each once.
    assert stored_events == portal.count("proposals_letter", "file_id IS NOT NULL")
    check_numbers(portal)
    check_seals(portal, number)


def check_numbers(portal: Portal) -> None:
    """From 1 on without a gap in each call, whatever was killed."""
    for code, last in portal.ask("SELECT code, last_letter FROM proposals_call"):
        of_the_call = f"number LIKE '{code}-L%'"
        found = portal.ask(f"SELECT number FROM proposals_letter WHERE {of_the_call}")
        assert sorted(found) == [(f"{code}-L{n:04d}",) for n in range(1, last + 1)]


def check_seals(portal: Portal, number: int) -> None:
    """Every letter's bytes are under its digest, and bear the one seal there is, unbroken."""
    chains = [
        pem for (pem,) in portal.ask("SELECT pem FROM portal_signingkey WHERE \"use\" = 'seal'")
    ]
    assert len(chains) == 1
    held = portal.ask(
        "SELECT sha256 FROM proposals_letter l JOIN portal_storedfile f ON f.id = l.file_id "
        "WHERE kind = 'decision'"
    )
    assert len(held) == number
    place = disk.Disk(portal.folder / "files")
    for (sha256,) in held:
        with place.open(sha256) as file:
            content = file.read()
        assert hashlib.sha256(content).hexdigest() == sha256
        assert seal.holds(content, chains)


def check_messages(portal: Portal, mailbox: Mailbox, kills: int) -> int:
    """Every message was taken; what was taken twice is one Message-ID; how many were."""
    sent = portal.ask(
        "SELECT message_id, address FROM portal_message WHERE done_at IS NOT NULL "
        "AND notice IN ('loi_decided', 'call_released')"
    )
    copies = mailbox.copies()
    assert sent and set(sent) <= set(copies)
    once = portal.ask(
        "SELECT subject_key, recipient_id FROM portal_message WHERE notice = 'loi_decided'"
    )
    assert len(once) == len(set(once))
    known = set(portal.ask("SELECT message_id, address FROM portal_message"))
    assert set(copies) <= known
    doubled = sum(copies.values()) - len(copies)
    assert doubled <= kills
    return doubled


def kill_through(portal: Portal, mailbox: Mailbox, number: int, kills: int) -> dict:
    chance = random.Random(number)
    portal.scene("decided", number)
    began = time.monotonic()
    portal.start_worker()
    portal.start_beat()
    kill_some(portal, kills - kills // 2, lambda: stored(portal), chance)
    wait_until(lambda: stored(portal) == number, 60 + 3 * number, f"stored; see {portal.log}")
    rendered = time.monotonic() - began
    # Each message stays for a moment between the server's yes and the mark here.
    mailbox.delay_s = 0.02
    told = portal.count("portal_message", "notice = 'loi_decided'")
    assert told == 0, "somebody was told before the instant"
    portal.scene("release")
    released = time.monotonic()
    kill_some(portal, kills // 2, lambda: owed_messages(portal), chance)
    wait_until(lambda: not owed_messages(portal), 60 + number, f"mailed; see {portal.log}")
    mailed = time.monotonic() - released
    check_letters(portal, number)
    doubled = check_messages(portal, mailbox, kills)
    assert "hold" in portal.manage("invariants")
    return {
        "letters": number,
        "kills": kills,
        "messages": len(mailbox.copies()),
        "messages doubled": doubled,
        "seconds to render": round(rendered, 1),
        "seconds to mail": round(mailed, 1),
    }


@pytest.mark.slow
def test_three_kills_lose_and_double_nothing(portal, mailbox):
    number = 15 if portal.embedded_broker else 50
    print(json.dumps(kill_through(portal, mailbox, number=number, kills=3)))


@pytest.mark.soak
def test_twenty_five_kills_in_a_thousand_letters(portal, mailbox):
    print(json.dumps(kill_through(portal, mailbox, number=1000, kills=25)))


@pytest.mark.slow
@pytest.mark.parametrize("portal", [PRODUCTION], indirect=True)
def test_two_workers_and_two_clocks_write_each_letter_once(portal, mailbox):
    """A deployment that was started twice by mistake."""
    number = 8
    portal.scene("decided", number)
    for name in ("worker", "second_worker"):
        portal.start_worker(name)
    for name in ("beat", "second_beat"):
        portal.start_beat(name)
    wait_until(lambda: stored(portal) == number, 90, f"stored; see {portal.log}")
    portal.scene("release")
    wait_until(lambda: not owed_messages(portal), 60, f"mailed; see {portal.log}")
    check_letters(portal, number)
    assert check_messages(portal, mailbox, kills=0) == 0
    assert "hold" in portal.manage("invariants")
