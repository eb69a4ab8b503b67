"""What is measured in a process of the portal itself; prints one line of JSON."""
# ruff: noqa: E402

import json
import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.contrib.auth.hashers import Argon2PasswordHasher

from portal import clock, pdf, sealing
from portal.hashers import PasswordHasher
from portal.models import Membership
from proposals.models import Letter, LetterOfIntent
from proposals.services import filings, rendering
from tests.servers import cpu_seconds


def render(at_a_time: str) -> dict[str, float]:
    """Warm: each renderer has made a letter before the clock starts."""
    owed = list(Letter.objects.filter(kind="decision").select_related("loi__call").order_by("pk"))
    seconds: list[float] = []

    def timed(letter: Letter) -> int:
        began = time.monotonic()
        content = rendering.render(letter)
        seconds.append(time.monotonic() - began)
        return len(content)

    with ThreadPoolExecutor(int(at_a_time)) as pool:
        list(pool.map(rendering.render, owed[: 2 * int(at_a_time)]))
        before, began = _cpu_of_renderers(), time.monotonic()
        sizes = list(pool.map(timed, owed))
        took, cpu = time.monotonic() - began, _cpu_of_renderers() - before
    return {
        "a second": len(owed) / took,
        "median, s": statistics.median(seconds),
        "CPU a letter, s": cpu / len(owed),
        "kB a letter": statistics.median(sizes) / 1000,
    }


def seal() -> dict[str, float]:
    """One letter sealed again and again, after a first time."""
    content = rendering.render(Letter.objects.filter(kind="decision").first())
    sealing.sealed(content)
    spent = []
    for _ in range(25):
        began = time.process_time()
        sealing.sealed(content)
        spent.append(time.process_time() - began)
    return {"CPU a seal, s": statistics.median(spent)}


def _cpu_of_renderers() -> float:
    """Of the renderer processes and of the forks they waited for."""
    return sum(cpu_seconds(renderer.process.pid) for renderer in pdf.pool.all)


def file_all() -> dict[str, float]:
    waiting = list(LetterOfIntent.objects.filter(state="awaiting_signature").order_by("pk"))
    seats = Membership.objects.filter(role="aor").select_related("user")
    aors = {seat.organisation_id: seat.user for seat in seats}
    seconds, cpu = [], time.process_time()
    for loi in waiting:
        began = time.monotonic()
        filings.file(loi, version=loi.version, by=aors[loi.organisation_id], now=clock.now())
        seconds.append(time.monotonic() - began)
    return {
        "a second": len(waiting) / sum(seconds),
        "median, s": statistics.median(seconds),
        "CPU a filing, s": (time.process_time() - cpu) / len(waiting),
    }


def passwords() -> dict[str, float]:
    """CPU of one check with Django's own settings and with ours, in turns."""
    hashers = {"Django's": Argon2PasswordHasher(), "ours": PasswordHasher()}
    hashed = {name: hasher.encode("a password", "salt" * 4) for name, hasher in hashers.items()}
    spent: dict[str, list[float]] = {name: [] for name in hashers}
    for _ in range(9):
        for name, hasher in hashers.items():
            began = time.process_time()
            assert hasher.verify("a password", hashed[name])
            spent[name].append(time.process_time() - began)
    before, now = (statistics.median(of) for of in spent.values())
    return {"Django's settings, s CPU": before, "ours, s CPU": now, "ratio": before / now}


if __name__ == "__main__":
    act, *given = sys.argv[1:]
    print(json.dumps(globals()[act](*given)))
