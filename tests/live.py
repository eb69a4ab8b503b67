"""The portal as it runs: processes of its own, a database of its own, real requests."""

import atexit
import fcntl
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.message import Message
from functools import cache
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal import seal, signing
from tests.servers import (
    Postgres,
    children,
    cpu_seconds,
    free_port,
    kill,
    start,
    wait_until,
)

ROOT = Path(__file__).resolve().parent.parent
KEPT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR", "PYTHONPYCACHEPREFIX", "CI")
PYTHON = sys.executable
COLLECT = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
django.setup()
from portal.management.commands.run import collect_static
collect_static()
"""
SECRET_KEY = "a-secret-of-the-tests-and-of-nobody-else"
# Of the process that came first, which tells those it starts.
if "SHARED_BY_TESTS" not in os.environ:
    os.environ["SHARED_BY_TESTS"] = tempfile.mkdtemp(prefix="portal-shared-")
    atexit.register(shutil.rmtree, os.environ["SHARED_BY_TESTS"], ignore_errors=True)
SHARED = Path(os.environ["SHARED_BY_TESTS"])


def empty_database() -> Path:
    """A SQLite file with our tables in it, to be copied."""
    return _once("database", _migrate_file) / "db.sqlite3"


def static_files() -> Path:
    return _once("static", _collect) / "static"


@cache
def _once(name: str, make: Callable[[Path], None]) -> Path:
    """What `make` puts into the folder of this name; of several processes the first makes it."""
    folder = SHARED / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            make(folder)
            (folder / "made").touch()
    return folder


def _collect(folder: Path) -> None:
    _call(["-c", COLLECT], PORTAL_VAR=folder)


def _migrate_file(folder: Path) -> None:
    _migrate(PORTAL_VAR=folder)
    with closing(sqlite3.connect(folder / "db.sqlite3")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _migrate(**settings: object) -> None:
    for arguments in (["migrate", "--verbosity=0"], ["createcachetable"]):
        _call(["manage.py", *arguments], **settings)


def _call(arguments: list[str], **settings: object) -> None:
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    env |= {name: str(value) for name, value in settings.items()}
    subprocess.run([PYTHON, *arguments], env=env, cwd=ROOT, check=True)


class Portal:
    """One deployment: `base_url` when the web runs, `env` for whatever joins it."""

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str = "",
        redis_url: str = "",
        email_url: str = "",
        **settings: object,
    ):
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.database_url = database_url
        self.embedded_broker = not redis_url
        key = self.folder / "signing_key.pem"
        if not key.exists():
            key.write_bytes(
                Ed25519PrivateKey.generate().private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        signing.write_once(self.folder / "seal.pem", seal.demonstration(datetime.now(UTC)))
        self.env = {name: os.environ[name] for name in KEPT if name in os.environ} | {
            "PORTAL_VAR": str(self.folder),
            "PORT": str(self.port),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "EMAIL_URL": email_url,
            "SECRET_KEY": SECRET_KEY,
            "DEMONSTRATION": "0",
            "BELL_SECONDS": "1",
            "LEASE_SECONDS": "4",
            **{name: str(value) for name, value in settings.items()},
        }
        self.processes: dict[str, subprocess.Popen] = {}
        if not database_url:
            shutil.copy(empty_database(), self.folder / "db.sqlite3")
        (self.folder / "static").symlink_to(static_files())

    @property
    def log(self) -> Path:
        return self.folder / "processes.log"

    # What is asked of it once

    def manage(self, *arguments: str) -> str:
        return self.run("manage.py", *arguments)

    def scene(self, act: str, *arguments: object) -> dict:
        """One act of tests/faults/scenario.py, in a process beside the portal."""
        printed = self.run("-m", "tests.faults.scenario", act, *map(str, arguments))
        return json.loads(printed.splitlines()[-1])

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [PYTHON, *arguments], env=self.env, cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr[-4000:]}"
        return done.stdout

    def ask(self, query: str) -> list[tuple]:
        if self.database_url:
            with psycopg.connect(self.database_url) as connection:
                return connection.execute(query).fetchall()
        with closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=20)) as connection:
            return connection.execute(query).fetchall()

    def count(self, table: str, where: str = "1 = 1") -> int:
        return self.ask(f"SELECT count(*) FROM {table} WHERE {where}")[0][0]

    # Its processes

    def start_web(self, *, workers: int = 1) -> None:
        """As `manage.py run` and deploy/systemd start it."""
        words = f"-m portal.web --interface wsgi --workers {workers} --blocking-threads 256 --no-ws"
        words += (
            " --backlog 2048 --respawn-failed-workers --workers-kill-timeout 4 --log-level error"
        )
        words += f" --host 127.0.0.1 --port {self.port} portal.wsgi:application"
        self._start("web", *words.split())
        wait_until(self.answers, 30, f"the web answers; see {self.log}")

    def start_worker(self, name: str = "worker") -> None:
        """The threads of the embedded worker, or the processes of production."""
        words = "-m celery --quiet --app portal.celery worker --loglevel warning --concurrency 2"
        words += " --without-gossip --without-mingle --without-heartbeat"
        words += f" --hostname {name}@tests"
        words += " --pool threads" if self.embedded_broker else " --pool prefork"
        self._start(name, *words.split())

    def start_beat(self, name: str = "beat") -> None:
        words = "-m celery --quiet --app portal.celery beat --pidfile= --loglevel warning"
        self._start(name, *words.split())

    def _start(self, name: str, *arguments: str) -> None:
        with self.log.open("ab") as log:
            self.processes[name] = start(
                [PYTHON, *arguments], env=self.env, cwd=ROOT, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """SIGKILL to the process and all that is its own."""
        if name in self.processes:
            kill(self.processes[name])

    def revive(self) -> list[str]:
        """Start again who has died, as systemd does; who that was."""
        dead = [name for name, process in self.processes.items() if process.poll() is not None]
        for name in dead:
            self._start(name, *self.processes[name].args[1:])
        return dead

    def kill_one_inside(self, name: str) -> bool:
        """SIGKILL to one child of the process, where it has any."""
        inside = children(self.processes[name].pid)
        if inside:
            os.kill(inside[-1], signal.SIGKILL)
        return bool(inside)

    def cpu_of(self, name: str) -> float:
        pid = self.processes[name].pid
        return sum(cpu_seconds(of) for of in [pid, *children(pid)])

    def end(self) -> None:
        for process in self.processes.values():
            kill(process)

    def answers(self) -> bool:
        try:
            return Browser(self).get("/health/").status == 200
        except (OSError, HTTPException):
            return False


def migrated(postgres: Postgres, *, name: str = "") -> str:
    """The address of a new PostgreSQL database with our tables in it."""
    return postgres.database(name, like=_template(postgres))


@cache
def _template(postgres: Postgres) -> str:
    url = postgres.database()
    _migrate(PORTAL_VAR=SHARED, DATABASE_URL=url, SECRET_KEY=SECRET_KEY)
    return urlsplit(url).path.strip("/")


class Page:
    def __init__(self, status: int, headers: Message, body: bytes):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


class Browser:
    """One person's requests over a real connection, with cookies and CSRF."""

    def __init__(self, portal: Portal, *, session: str = ""):
        self.at = ("127.0.0.1", portal.port)
        self.cookies = {"session": session} if session else {}
        self.connection = HTTPConnection(*self.at, timeout=60)

    def get(self, path: str) -> Page:
        return self._send("GET", path, b"", {})

    def post(
        self, path: str, fields: dict[str, str | list[str]], files: dict | None = None
    ) -> Page:
        """A form, with the token that the page before has set."""
        body, kind = self.form(fields, files)
        return self._send("POST", path, body, {"Content-Type": kind})

    def form(
        self, fields: dict[str, str | list[str]], files: dict | None = None
    ) -> tuple[bytes, str]:
        fields = {**fields, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        boundary = "----tests"
        parts = []
        for name, given in fields.items():
            for value in given if isinstance(given, list) else [given]:
                parts.append(
                    f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
                    f"{value}\r\n".encode()
                )
        for name, (filename, content) in (files or {}).items():
            parts.append(
                f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; '
                f'filename="{filename}"\r\nContent-Type: application/pdf\r\n\r\n'.encode()
                + content
                + b"\r\n"
            )
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        return body, f"multipart/form-data; boundary={boundary}"

    def _send(
        self, method: str, path: str, body: bytes | Iterator[bytes], headers: dict[str, str]
    ) -> Page:
        headers = {**headers, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        page = Page(answer.status, answer.headers, answer.read())
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, value = re.match(r"([^=]+)=([^;]*)", cookie).groups()
            self.cookies[name] = value.strip('"')
        return page
