"""Real servers for the tests, on this machine and thrown away after: PostgreSQL, Redis, SMTP."""

import asyncio
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import boto3
import psycopg
import pytest
from aiosmtpd.controller import Controller

PR_SET_PDEATHSIG = 1
VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def lacking(what: str, package: str) -> None:
    """Skip the test that needs it: whoever has no PostgreSQL still runs the rest. `CI=true` fails it instead."""
    said = f"{what} is not there. Install it: apt-get install -y {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)


def wait_until(
    holds: Callable[[], object], seconds: float, what: str = "", *, every: float = 0.05
) -> float:
    """Ask until the answer is true; how long that took."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds:g} s: {what or holds}")
        time.sleep(every)
    return time.monotonic() - began


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(command: list[str], **how: object) -> subprocess.Popen:
    """A process in a group of its own that does not outlive the tests."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_tied if sys.platform == "linux" else None,
        **how,
    )


def _tied() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def kill(process: subprocess.Popen) -> None:
    """SIGKILL to the whole group, as a machine that loses its power would."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def cpu_seconds(pid: int) -> float:
    """What a process has used, with those of its children it has waited for."""
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return sum(int(ticks) for ticks in stat[11:15]) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Postgres:
    """A server on a socket of its own."""

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
            Path(path).parent for path in filter(None, [shutil.which("initdb")])
        ]
        if not found or not (found[-1] / "initdb").exists():
            lacking("PostgreSQL", "postgresql")
        # Outside pytest's folder, which only its owner may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
        dropped = []
        if os.geteuid() == 0:  # which PostgreSQL refuses to run as
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            dropped = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}"]
            dropped += ["--clear-groups", "--pdeathsig=KILL"]  # which the change of user clears
        data = str(self.folder / "data")
        made = [str(found[-1] / "initdb"), "-D", data, "-U", "portal", "--auth=trust", "-N"]
        subprocess.run(
            [*dropped, *made, "-E", "UTF8", "--locale=C"],
            check=True,
            capture_output=True,
            cwd=self.folder,
        )
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",  # the machine stays up; what is committed is with the kernel
            "full_page_writes": "off",
            "max_connections": "200",
        }
        self.serve = [*dropped, str(found[-1] / "postgres"), "-D", data]
        for name, value in options.items():
            self.serve += ["-c", f"{name}={value}"]
        self.base = f"postgresql://portal@/postgres?host={self.folder}"
        self.start()

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = start(self.serve, stdout=log, stderr=log, cwd=self.folder)
        wait_until(self._answers, 30, "PostgreSQL answers")

    def stop_at_once(self) -> None:
        """As `pg_ctl stop -m immediate` does: no checkpoint, nobody is told."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.base).close()
        except psycopg.OperationalError:
            return False
        return True

    def database(self, name: str = "", *, like: str = "template1") -> str:
        """The address of a new database, empty or like another one."""
        name = name or f"portal_{secrets.token_hex(6)}"
        with psycopg.connect(self.base, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        return urlunsplit(urlsplit(self.base)._replace(path=f"/{name}"))

    def end(self) -> None:
        kill(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


class Redis:
    """A server on a port of its own that can be stopped, hung, and had again."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            lacking("Redis", "redis-server")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.command = [program, "--port", str(self.port), "--bind", "127.0.0.1"]
        self.command += ["--save", "", "--appendonly", "no", "--dir", tempfile.gettempdir()]
        self.start()

    def start(self) -> None:
        self.process = start(self.command, stdout=subprocess.DEVNULL)
        wait_until(self._answers, 10, "Redis answers")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def kill(self) -> None:
        kill(self.process)

    def hang(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@dataclass
class Mailbox:
    """A mail server that keeps the Message-ID and the address of everything it took."""

    taken: list[tuple[str, str]] = field(default_factory=list)
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def end(self) -> None:
        self.controller.stop()

    async def handle_DATA(self, server, session, envelope) -> str:
        message_id = message_from_bytes(envelope.content)["Message-ID"]
        self.taken += [(message_id, address) for address in envelope.rcpt_tos]
        await asyncio.sleep(self.delay_s)  # taken, and whoever sent it does not know yet
        return "250 taken"

    def copies(self) -> Counter[tuple[str, str]]:
        return Counter(self.taken)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.end()


@pytest.fixture
def redis() -> Iterator[Redis]:
    server = Redis()
    yield server
    server.kill()


class Store:
    """An S3-compatible server with one bucket, and the address of a folder in it."""

    def __init__(self) -> None:
        port = free_port()
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = start(command, **quiet)
        self.endpoint = f"http://127.0.0.1:{port}"
        self.url = f"s3://letters/test?endpoint={self.endpoint}&region=eu-central-1"
        wait_until(lambda: listens(port), 30, "the store of files listens")
        self.client = boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1")
        self.client.create_bucket(Bucket="letters")

    def stop(self) -> None:
        kill(self.process)


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    os.environ |= {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "of the tests"}
    server = Store()
    yield server
    server.stop()


class Clamd:
    """The scanner with one signature of its own: nobody's network is asked for the others."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("clamd", path=f"{os.environ['PATH']}:/usr/sbin")
        if program is None:
            lacking("clamd", "clamav-daemon")
        (folder / "signatures").mkdir()
        (folder / "signatures" / "tests.ndb").write_text(f"Tests.Virus:0:*:{VIRUS.hex()}\n")
        self.socket = folder / "clamd.ctl"
        self.address = f"unix:{self.socket}"
        facts = {
            "DatabaseDirectory": folder / "signatures",
            "LocalSocket": self.socket,
            "Foreground": "yes",
            "PidFile": folder / "clamd.pid",
            "TemporaryDirectory": folder,
        }
        config = folder / "clamd.conf"
        config.write_text("".join(f"{name} {value}\n" for name, value in facts.items()))
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = start([program, "-c", str(config)], **quiet)
        wait_until(self.socket.exists, 30, "the scanner listens")

    def stop(self) -> None:
        kill(self.process)


@pytest.fixture(scope="session")
def scanner() -> Iterator[Clamd]:
    folder = Path(tempfile.mkdtemp(prefix="clamd-"))
    server = Clamd(folder)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def answering() -> Iterator[Callable[[bytes | None], tuple[str, int]]]:
    """`answering(b"…")`: the address of a scanner that says this to everything; None says nothing."""
    open_ = []

    def address(answer: bytes | None) -> tuple[str, int]:
        server = socket.create_server(("127.0.0.1", 0))
        open_.append(server)

        def serve() -> None:
            line, _ = server.accept()
            open_.append(line)
            while piece := line.recv(65536):
                if answer is not None and piece.endswith(bytes(4)):
                    line.sendall(answer)
                    line.close()
                    return

        threading.Thread(target=serve, daemon=True).start()
        return server.getsockname()

    yield address
    for one in open_:
        one.close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.end()
