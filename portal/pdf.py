"""HTML to PDF, in a process of its own with limits.

`render` is safe in a thread pool and after a fork. It talks to a renderer
process (`pdf_child`), started on first use, one for each thread that renders
at the same time, kept for the next document and replaced when it died. The
renderer ends by itself when this process is gone, however it went.
"""

import atexit
import base64
import io
import json
import os
import signal
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import segno

HERE = Path(__file__).resolve().parent
CHILD = HERE / "pdf_child.py"
FONTS = HERE / "fonts" / "fonts.conf"
STYLES = HERE.parent / "templates" / "letters"

SECONDS = 30.0
MEMORY_MB = 512

# The renderer watches the clock itself; we wait this much longer, for the case
# that the renderer hangs, and this long for a fresh one to load its fonts.
PATIENCE_SECONDS = 5.0
START_SECONDS = 60.0

# All the renderer may know of our environment: no keys, no addresses.
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "TMPDIR")


class RenderFailed(Exception):
    """The document cannot be rendered; `reason` says why, in words."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class MissingGlyph(RenderFailed):
    """A character of the text is in none of the fonts."""

    def __init__(self, character: str, name: str):
        super().__init__(
            f"No font of the letters has the character {character} "
            f"(U+{ord(character):04X}, {name})."
        )
        self.character = character
        self.name = name


class RenderTimeout(RenderFailed):
    """The document took longer than it may."""


class RendererDied(Exception):
    """The renderer process is gone; a new one may do better."""


def render(
    html: str,
    *,
    title: str,
    created_at: datetime,
    language: str = "en",
    images: Mapping[str, bytes] | None = None,
    seconds: float = SECONDS,
    memory_mb: int = MEMORY_MB,
) -> bytes:
    """Return the PDF (PDF/UA-1, tagged) of an HTML document.

    The document may show the images given here, as src="img:NAME", and the
    fixed ones beside the stylesheets; every other address fails it. The same
    arguments give the same bytes, in any process.

    Raises MissingGlyph, RenderTimeout or, for all else, RenderFailed.
    """
    if created_at.tzinfo is None:
        raise ValueError("created_at needs a time zone.")
    job = json.dumps(
        {
            "html": html,
            "title": title,
            "language": language,
            "created_at": created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "images": {
                name: base64.b64encode(data).decode("ascii")
                for name, data in (images or {}).items()
            },
            "seconds": seconds,
            "memory_mb": memory_mb,
        }
    ).encode()
    return _pdf(pool.ask(job, seconds), seconds)


def qr_svg(text: str) -> bytes:
    """Return a QR code as SVG, for `images`."""
    svg = io.BytesIO()
    segno.make(text, error="m", micro=False).save(svg, kind="svg", border=0, dark="#14202B")
    return svg.getvalue()


def _pdf(answer: bytes, seconds: float) -> bytes:
    kind, content = answer[:1], answer[1:]
    if kind == b"P":
        return content
    if kind == b"G":
        character = content.decode()
        raise MissingGlyph(character, unicodedata.name(character, "without a name"))
    if kind == b"T":
        raise RenderTimeout(f"The document took longer than {seconds:g} s to lay out.")
    raise RenderFailed(content.decode())


class Renderer:
    """One renderer process and the pipes to it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(CHILD), str(STYLES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            # A group of its own: Ctrl-C is for our own process to handle, and
            # killing the group takes a running fork along.
            start_new_session=True,
            env={k: os.environ[k] for k in ENVIRONMENT if k in os.environ}
            | {"FONTCONFIG_FILE": str(FONTS), "LC_ALL": "C.UTF-8"},
        )
        self.overdue = False
        self._watched(START_SECONDS, self._read_frame)

    def ask(self, job: bytes, seconds: float) -> bytes:
        def exchange() -> bytes:
            self._write(len(job).to_bytes(8, "big") + job)
            return self._read_frame()

        return self._watched(seconds + PATIENCE_SECONDS, exchange)

    def alive(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        if self.alive():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.close_pipes()

    def close_pipes(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()

    def _watched(self, seconds: float, exchange) -> bytes:
        # Reading and writing both block; the timer frees them by killing.
        timer = threading.Timer(seconds, self._overdue)
        timer.daemon = True
        timer.start()
        try:
            return exchange()
        finally:
            timer.cancel()

    def _overdue(self) -> None:
        self.overdue = True
        if self.alive():
            os.killpg(self.process.pid, signal.SIGKILL)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[self.process.stdin.write(view) :]
        except BrokenPipeError as error:
            raise RendererDied from error

    def _read_frame(self) -> bytes:
        return self._read(int.from_bytes(self._read(8), "big"))

    def _read(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length:
            chunk = self.process.stdout.read(length - len(data))
            if not chunk:
                raise RendererDied
            data += chunk
        return bytes(data)


class Pool:
    """Idle renderers; a thread takes one, or starts one when none is idle."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.idle: list[Renderer] = []
        self.all: set[Renderer] = set()

    def ask(self, job: bytes, seconds: float) -> bytes:
        # A renderer may die of what is outside (the kernel short of memory, an
        # operator). The document gets one more; what kills two is its own fault.
        for _ in range(2):
            try:
                renderer = self._take()
            except RendererDied as died:
                raise RenderFailed("The renderer did not start; the log has its reason.") from died
            try:
                answer = renderer.ask(job, seconds)
            except RendererDied:
                self._drop(renderer)
                if renderer.overdue:
                    return b"T"
            else:
                with self.lock:
                    self.idle.append(renderer)
                return answer
        raise RenderFailed("The renderer died twice over this document.")

    def close(self) -> None:
        """End the idle renderers."""
        with self.lock:
            idle, self.idle = self.idle, []
        for renderer in idle:
            self._drop(renderer)

    def forget(self) -> None:
        """After a fork: the renderers belong to the parent, and an open pipe
        of theirs would keep them alive after it."""
        inherited, self.all, self.idle = self.all, set(), []
        self.lock = threading.Lock()
        for renderer in inherited:
            renderer.close_pipes()
            renderer.process.returncode = 0

    def _take(self) -> Renderer:
        while True:
            with self.lock:
                renderer = self.idle.pop() if self.idle else None
            if renderer is None:
                break
            if renderer.alive():
                return renderer
            self._drop(renderer)
        renderer = Renderer()
        with self.lock:
            self.all.add(renderer)
        return renderer

    def _drop(self, renderer: Renderer) -> None:
        with self.lock:
            self.all.discard(renderer)
        renderer.end()


pool = Pool()
os.register_at_fork(after_in_child=pool.forget)
atexit.register(pool.close)
