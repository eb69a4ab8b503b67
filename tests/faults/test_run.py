"""`manage.py run`, as `make run` calls it: ready, restarted, stopped, and never orphaned."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import PYTHON, ROOT, Browser, Portal
from tests.servers import start, wait_until

pytestmark = pytest.mark.slow


class Run:
    """The command itself, its children found by their parent."""

    def __init__(self, portal: Portal, log: str = "run.log"):
        self.portal = portal
        self.output = portal.folder / log
        with self.output.open("wb") as output:
            self.process = start(
                [PYTHON, "manage.py", "run"],
                env=portal.env,
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.output.read_text()

    def ready(self) -> None:
        wait_until(lambda: "The portal is at" in self.said(), 60, self.said)

    def children(self) -> list[int]:
        pid = self.process.pid
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]

    def child(self, word: str) -> int | None:
        for pid in self.children():
            if word in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                return pid
        return None


@pytest.fixture
def run(a_portal) -> Iterator[Run]:
    portal = a_portal()
    run = Run(portal)
    run.ready()
    of_the_first = run.children()
    yield run
    if run.process.poll() is None:
        run.process.send_signal(signal.SIGTERM)
        run.process.wait(15)
    assert not any(alive(pid) for pid in of_the_first)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def test_it_watches_its_children_and_stops_when_told(run):
    assert f"http://127.0.0.1:{run.portal.port}/" in run.said()
    assert Browser(run.portal).get("/health/").status == 200
    before = {word: run.child(word) for word in ("portal.web", "worker", "beat")}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    for word, pid in before.items():
        wait_until(lambda word=word, pid=pid: run.child(word) not in {None, pid}, 20, run.said)
    assert run.said().count("was ended by SIGKILL; starting it again in 1 s") == 3
    wait_until(run.portal.answers, 30, run.said)
    a_taken_port_is_refused_in_a_sentence(run)
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(15) == 0
    assert "Stopped." in run.said()


def a_taken_port_is_refused_in_a_sentence(run):
    second = Run(run.portal, "second.log")
    assert second.process.wait(30) != 0
    assert f"{run.portal.port} on 127.0.0.1 cannot be had" in second.said()
    assert "make run PORT=" in second.said()
    assert "Traceback" not in second.said()


def test_no_child_outlives_it(run):
    left = run.children()
    os.kill(run.process.pid, signal.SIGKILL)
    run.process.wait()
    wait_until(lambda: not any(alive(pid) for pid in left), 15)


def test_letters_and_mail_leave_by_files(a_portal):
    """The embedded mode alone: no Redis, no mail server, no second command."""
    portal = a_portal()
    portal.scene("decided", 2)
    run = Run(portal)
    run.ready()
    wait_until(lambda: portal.count("proposals_letter", "state = 'stored'") == 2, 60, run.said)
    portal.scene("release")
    wait_until(lambda: not portal.count("portal_message", "done_at IS NULL"), 30, run.said)
    mail = "".join(path.read_text() for path in (portal.folder / "mail").iterdir())
    assert mail.count("Message-ID") == portal.count("portal_message", "notice LIKE '%released'") + (
        portal.count("portal_message", "notice = 'loi_decided'")
    )
    queue = portal.folder / "broker" / "queue"  # bells rung while letters were rendered
    wait_until(lambda: len(list(queue.iterdir())) < 20, 60, "the bells are worked off")
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(15) == 0
