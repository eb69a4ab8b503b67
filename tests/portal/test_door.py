import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.door import CAME_AT, Door

PATIENCE_S = 20


def ask(door: Door, body: bytes = b"", **environ: object) -> tuple[str, bytes]:
    """One request; the status line and what was answered."""
    said = []
    environ = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), **environ}
    answer = b"".join(door(environ, lambda status, headers: said.append(status)))
    return said[0], answer


class Application:
    """Answers what it was sent; a request for `hold` stays until it is let go."""

    def __init__(self):
        self.seen: list[dict] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, environ, start_response):
        self.seen.append(environ)
        if environ.get("PATH_INFO") == "hold":
            self.begun.set()
            assert self.go.wait(PATIENCE_S)
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]


@pytest.fixture
def application(db):
    return Application()


def test_a_request_goes_through_as_it_came(application):
    door = Door(application, seats=2, most_bytes=1_000_000)
    for body in (b"", b"a=1", b"x" * 300_000):
        assert ask(door, body) == ("200 OK", body)
    assert ask(door, CONTENT_LENGTH="")[0] == "200 OK"


def test_who_waits_for_a_seat_was_noted_when_he_came(application):
    door = Door(application, seats=1, most_bytes=100)
    with ThreadPoolExecutor(2) as people:
        first = people.submit(ask, door, PATH_INFO="hold")
        assert application.begun.wait(PATIENCE_S)
        began = time.monotonic()
        second = people.submit(ask, door)
        time.sleep(0.3)
        assert len(application.seen) == 1
        application.go.set()
        assert first.result()[0] == second.result()[0] == "200 OK"
    waited = time.monotonic() - application.seen[1][CAME_AT]
    assert waited > 0.2
    assert application.seen[1][CAME_AT] >= began


class SlowLine(io.BytesIO):
    def __init__(self, body: bytes):
        super().__init__(body)
        self.rest = threading.Event()

    def read(self, size: int = -1) -> bytes:
        assert self.tell() == 0 or self.rest.wait(PATIENCE_S)
        return super().read(min(size, 2))


def test_who_sends_slowly_keeps_nobody_from_the_only_seat(application):
    door = Door(application, seats=1, most_bytes=100)
    line = SlowLine(b"slowly")
    with ThreadPoolExecutor(1) as people:
        slow = people.submit(ask, door, **{"wsgi.input": line, "CONTENT_LENGTH": "6"})
        assert ask(door, b"quickly") == ("200 OK", b"quickly")
        assert not slow.done()
        line.rest.set()
        assert slow.result() == ("200 OK", b"slowly")


@pytest.mark.parametrize(
    "length, status", [("101", "413"), ("-1", "413"), ("one", "413"), ("100", "400")]
)
def test_what_is_too_large_or_broken_off_gets_no_seat(application, length, status):
    door = Door(application, seats=1, most_bytes=100)
    assert ask(door, b"short", CONTENT_LENGTH=length)[0].startswith(status)
    assert application.seen == []
