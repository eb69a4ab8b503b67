"""What stands before the application in every web process."""

import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections

CAME_AT = "portal.came_at"
IN_MEMORY_BYTES = 256_000

Application = Callable[[dict, Callable], Iterable[bytes]]


class Door:
    """Notes when a request came, reads it to its end, and lets in as many as there are seats.

    The web server has many threads; all but `seats` of them sleep here. So a
    request is noted within milliseconds however long the queue, which alone is
    fair at a deadline where no proxy stamps it; whoever sends slowly keeps a
    sleeping thread and no seat; and the database sees few connections, which
    stay open, since each belongs to a seat.
    """

    def __init__(self, application: Application, *, seats: int, most_bytes: int):
        self.application = application
        self.most_bytes = most_bytes
        self.seats = ThreadPoolExecutor(seats, "seat")

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        environ[CAME_AT] = time.monotonic()
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > self.most_bytes:
            start_response("413 Content Too Large", [("Content-Type", "text/plain")])
            return [f"A request may have at most {self.most_bytes} bytes.\n".encode()]
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as body:
            try:
                whole = _received(environ["wsgi.input"], body, int(length))
            except OSError:
                start_response("507 Insufficient Storage", [("Content-Type", "text/plain")])
                return [
                    b"The portal has no room left for this request. Try again in a few minutes.\n"
                ]
            if not whole:
                start_response("400 Bad Request", [("Content-Type", "text/plain")])
                return [b"The request ended before all of it had come.\n"]
            environ["wsgi.input"] = body
            return self.seats.submit(self._seated, environ, start_response).result()

    def _seated(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        try:
            return self.application(environ, start_response)
        finally:
            # Django does this when the answer is closed, which is in another thread.
            close_old_connections()


def _received(line, body, length: int) -> bool:
    while length > 0 and (part := line.read(min(length, 65536))):
        body.write(part)
        length -= len(part)
    body.seek(0)
    return length == 0
