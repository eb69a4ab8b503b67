import hashlib
import http.client
import io
import json
import os
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

from portal.environment import Misconfigured
from portal.processes import Household

SLOW_SECONDS = 30.0


class Command(BaseCommand):
    help = "Runs the whole portal on this machine: web, worker and beat, until Ctrl-C."
    requires_system_checks = []

    def handle(self, **options) -> None:
        refuse_taken_port()
        self.say("Preparing the database and the static files")
        with ThreadPoolExecutor(1) as beside:
            collecting = beside.submit(collect_static)
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            collecting.result()
        self.accounts = self._seed()
        self.started, self.told, self.warned = time.monotonic(), False, False
        Household(commands(), folder=settings.BASE_DIR, say=self.say).live(self._look)
        self.say("Stopped.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _seed(self) -> str:
        if not settings.DEMONSTRATION or "seed_demo" not in get_commands():
            return ""
        printed = io.StringIO()
        call_command("seed_demo", stdout=printed)
        return printed.getvalue().strip()

    def _look(self) -> None:
        """Say once that the portal answers, or once that it is slow to."""
        if self.told:
            return
        if answers():
            self.told = True
            self.say(f"\nThe portal is at {settings.BASE_URL}/ (Ctrl-C stops it)")
            if self.accounts:
                self.say(f"\n{self.accounts}")
            self.say("")
        elif not self.warned and time.monotonic() - self.started > SLOW_SECONDS:
            self.warned = True
            self.say(f"{settings.BASE_URL}/health/ does not answer yet; the lines above say why.")


def commands() -> dict[str, list[str]]:
    level = os.environ.get("LOG_LEVEL", "warning").lower()
    # Many threads, nearly all of which sleep at portal/door.py; granian would warn of them.
    web = "portal.web --interface wsgi --workers 1 --blocking-threads 256 --no-ws --backlog 2048"
    web += " --respawn-failed-workers --workers-kill-timeout 4"
    web += f" --log-level {os.environ.get('LOG_LEVEL', 'error').lower()}"
    web += f" --host {settings.HOST} --port {settings.PORT} portal.wsgi:application"
    worker = "celery --quiet --app portal.celery worker --pool threads --concurrency 2"
    worker += f" --without-gossip --without-mingle --without-heartbeat --loglevel {level}"
    # Not inside the worker (`--beat`): when it dies there alone, nobody starts it again.
    beat = f"celery --quiet --app portal.celery beat --pidfile= --loglevel {level}"
    return {
        name: [sys.executable, "-m", *words.split()]
        for name, words in (("web", web), ("worker", worker), ("beat", beat))
    }


def refuse_taken_port() -> None:
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as trouble:
            raise Misconfigured(
                "PORT",
                f"{settings.PORT} on {settings.HOST} cannot be had: {trouble.strerror}. "
                "Another program may listen there. Name another port:\n"
                f"  make run PORT={settings.PORT + 10}",
            ) from None


def collect_static() -> None:
    """Collect and compress the static files, unless they are as they were."""
    digest = hashlib.sha256(json.dumps(settings.STORAGES, sort_keys=True).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            digest.update(name.encode())
            digest.update(Path(storage.path(name)).read_bytes())
    stamp = settings.STATIC_ROOT / ".collected"
    with suppress(FileNotFoundError):
        if stamp.read_text() == digest.hexdigest():
            return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(digest.hexdigest())


def answers() -> bool:
    """Does the web answer at its own address, under the name people use?"""
    host = urlsplit(settings.BASE_URL).netloc
    at = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)
    connection = http.client.HTTPConnection(at, settings.PORT, timeout=1)
    try:
        connection.request("GET", "/health/", headers={"Host": host})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
