"""Slow senders across the deadline: when a request began counts, and nobody waits for them."""

import json
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.faults.filers import Filer, Looking, a_few_at_a_time, in_time, sleep_until
from tests.front import BEHIND, Front
from tests.live import Portal

BYTES_A_SECOND = 10_000
PART_S = 0.1


class SlowLine:
    """One filing that is begun and takes at least `seconds`; its end waits until it is let go."""

    def __init__(self, looking: Looking, seconds: float):
        self.looking = looking
        self.padding = "x" * int(BYTES_A_SECOND * seconds)
        self.begun, self.go = Event(), Event()

    def send(self) -> int:
        browser = self.looking.browser
        body, kind = browser.form({**self.looking.fields, "padding": self.padding})
        headers = {"Content-Type": kind, "Content-Length": str(len(body))}
        return browser._send("POST", self.looking.filer.path, self._parts(body), headers).status

    def _parts(self, body: bytes) -> Iterator[bytes]:
        step = int(BYTES_A_SECOND * PART_S)
        *parts, last = (body[at : at + step] for at in range(0, len(body), step))
        for part in parts:
            yield part
            self.begun.set()
            time.sleep(PART_S)
        assert self.go.wait(300)
        yield last


def slow_lines(
    portal: Portal, front: Front | None, *, slow: int, quick: int, seconds: float
) -> dict[str, object]:
    """The slow begin while the call is open and end when it has closed; meanwhile others file."""
    filers = [
        Filer(portal, one, front) for one in portal.scene("awaiting", slow + quick)["waiting"]
    ]
    a_few_at_a_time(Filer.prove, filers)
    lines = [SlowLine(one, seconds) for one in a_few_at_a_time(Filer.look, filers[:slow])]
    alone = [filer.look().file() for filer in filers[slow : slow + quick // 2]]
    closes_at = portal.scene("close_in", seconds)["closes_at"]
    with ThreadPoolExecutor(slow) as pool:
        sending = [pool.submit(line.send) for line in lines]
        assert all(line.begun.wait(60) for line in lines)
        all_begun_at = time.time()
        # Each is answered while all the slow ones are still sending, or never.
        beside = [filer.look().file() for filer in filers[slow + quick // 2 :]]
        sleep_until(closes_at + 0.5)
        for line in lines:
            line.go.set()
        statuses = [one.result() for one in sending]
    if all_begun_at < closes_at:
        assert set(statuses) == {302}, sorted(set(statuses))
    assert {answer.status for answer in in_time(beside, closes_at - 1)} <= {302}
    assert {answer.status for answer in beside} <= {302, 409}
    late = committed_after_the_closing(portal)
    assert late >= statuses.count(302)
    return {
        "slow lines": slow,
        "of them in time": statuses.count(302),
        "filed after the closing, begun before": late,
        "median s of a filing before": round(statistics.median(a.seconds for a in alone), 2),
        "median s of a filing beside them": round(statistics.median(a.seconds for a in beside), 2),
    }


def committed_after_the_closing(portal: Portal) -> int:
    return portal.ask(
        "SELECT count(*) FROM proposals_filing f, proposals_call c "
        "WHERE f.arrived_at < c.closes_at AND f.committed_at >= c.closes_at"
    )[0][0]


@pytest.fixture(params=["granian alone", "behind nginx"])
def ways(request, a_portal, tmp_path) -> Iterator[tuple[Portal, Front | None]]:
    behind = request.param == "behind nginx"
    portal = a_portal(**(BEHIND if behind else {}))
    portal.start_web()
    front = Front(tmp_path / "nginx", portal) if behind else None
    yield portal, front
    if front:
        front.end()


@pytest.mark.slow
def test_slow_lines_keep_nobody_waiting_and_are_in_time(a_portal):
    portal = a_portal()
    portal.start_web()
    print(json.dumps(slow_lines(portal, None, slow=8, quick=4, seconds=4)))


@pytest.mark.soak
def test_a_hundred_slow_lines(ways):
    portal, front = ways
    print(json.dumps(slow_lines(portal, front, slow=100, quick=20, seconds=30)))
