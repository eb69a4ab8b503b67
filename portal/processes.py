"""Processes that live and end with their parent: `manage.py run` is their head."""

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

LOOK_SECONDS = 0.25
STOP_SECONDS = 6.0
# Whoever lives this long was well; the pause before the next start begins anew.
WELL_SECONDS = 60.0
LONGEST_PAUSE = 30.0
PR_SET_PDEATHSIG = 1

libc = ctypes.CDLL(None)


@dataclass
class Child:
    name: str
    command: list[str]
    process: subprocess.Popen | None = None
    started: float = 0.0
    pause: float = 1.0
    due: float = 0.0
    unfinished: bytes = field(default=b"", repr=False)


class Household:
    """Starts the children, shows what they print, starts again who dies, and stops all."""

    def __init__(
        self, commands: Mapping[str, list[str]], *, folder: Path, say: Callable[[str], None]
    ):
        self.children = [Child(name, command) for name, command in commands.items()]
        self.folder = folder
        self.say = say
        self.stopping = False
        self.selector = selectors.DefaultSelector()
        self.width = max(len(child.name) for child in self.children)

    def live(self, each_look: Callable[[], None]) -> None:
        """Until Ctrl-C or SIGTERM; `each_look` is called several times a second."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            while not self.stopping:
                self._start_who_is_due()
                self._relay(LOOK_SECONDS)
                self._bury()
                each_look()
        finally:
            self._end()

    def _stop(self, number: int, frame: object) -> None:
        if self.stopping:  # asked twice: at once
            for child in self.children:
                self._kill(child)
        self.stopping = True

    def _start_who_is_due(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is None and child.due <= now:
                child.process = subprocess.Popen(
                    child.command,
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C is for us to pass on
                    preexec_fn=_tied(os.getpid()),
                )
                child.started = now
                os.set_blocking(child.process.stdout.fileno(), False)
                self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _relay(self, seconds: float) -> None:
        for key, _ in self.selector.select(seconds):
            self._show(key.data)

    def _show(self, child: Child) -> None:
        """Say, line by line, what the child has printed since."""
        with suppress(BlockingIOError):
            while printed := os.read(child.process.stdout.fileno(), 65536):
                *lines, child.unfinished = (child.unfinished + printed).split(b"\n")
                for line in filter(bytes.strip, lines):
                    text = line.decode(errors="replace").rstrip()
                    self.say(f"{child.name:<{self.width}} | {text}")

    def _bury(self) -> None:
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            self._kill(child)  # what it has left behind
            self._show(child)
            self.selector.unregister(child.process.stdout)
            child.process.stdout.close()
            if not self.stopping:
                now = time.monotonic()
                if now - child.started > WELL_SECONDS:
                    child.pause = 1.0
                child.due = now + child.pause
                ended = _ended(child.process.returncode)
                self.say(f"{child.name} {ended}; starting it again in {child.pause:.0f} s")
                child.pause = min(child.pause * 2, LONGEST_PAUSE)
            child.process = None

    def _end(self) -> None:
        self.stopping = True
        for child in self.children:
            if child.process is not None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(child.process for child in self.children):
            self._relay(LOOK_SECONDS)
            self._bury()
        for child in self.children:
            if child.process is not None:
                self.say(f"{child.name} did not stop within {STOP_SECONDS:.0f} s; ending it")
                self._kill(child)
                child.process.wait()

    @staticmethod
    def _kill(child: Child) -> None:
        if child.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)


def _tied(parent: int) -> Callable[[], None]:
    """What a child does first: ask the kernel for SIGTERM when its parent is gone."""

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # gone before we could ask
            os._exit(1)

    return tie if sys.platform == "linux" else lambda: None


def _ended(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
