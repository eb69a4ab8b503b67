"""Measures the portal on this machine: `make bench`, or `make bench ARGS=letters` for one."""

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.filers import Filer, a_few_at_a_time, check_filed
from tests.live import Portal, migrated
from tests.servers import Postgres

LETTERS, FILINGS = 40, 80


def letters(folder: Path) -> None:
    """Decision letters of real decisions, by the renderer of a worker; then their seals."""
    portal = Portal(folder / "letters")
    portal.scene("decided", LETTERS)
    for renderers in (1, 2):
        show(f"letters, {renderers} at a time", inside(portal, "render", renderers))
    show("seals", inside(portal, "seal"))


def filings(folder: Path) -> None:
    """The service that files, one after the other, each in its transaction."""
    for name, portal in both(folder, "filings"):
        portal.scene("awaiting", FILINGS)
        show(f"filings by the service, {name}", inside(portal, "file_all"))


def passwords(folder: Path) -> None:
    """What Argon2 costs with our settings."""
    show("a password", inside(Portal(folder / "passwords"), "passwords"))


def http(folder: Path) -> None:
    """Eight people at a time file over HTTP: half proved before, half type the password."""
    for name, portal in both(folder, "http"):
        filers = [Filer(portal, one) for one in portal.scene("awaiting", FILINGS)["waiting"]]
        portal.start_web(workers=2 if portal.database_url else 1)
        a_few_at_a_time(Filer.prove, filers[::2])
        for how, some in (("proved before", filers[::2]), ("password typed", filers[1::2])):
            before, began = portal.cpu_of("web"), time.monotonic()
            answers = a_few_at_a_time(lambda filer: filer.look().file(), some)
            took, cpu = time.monotonic() - began, portal.cpu_of("web") - before
            assert {answer.status for answer in answers} == {302}
            seconds = sorted(answer.seconds for answer in answers)
            show(
                f"filings over HTTP, 8 clients, {name}, {how}",
                {
                    "a second (a page and a filing each)": len(answers) / took,
                    "median of the filing, s": statistics.median(seconds),
                    "95 of 100 within, s": seconds[int(len(seconds) * 0.95)],
                    "CPU of the web for a page and a filing, s": cpu / len(answers),
                },
            )
        portal.end()
        check_filed(portal, FILINGS)


def both(folder: Path, name: str):
    yield "SQLite", Portal(folder / f"{name}-sqlite")
    server = Postgres()
    try:
        yield "PostgreSQL", Portal(folder / f"{name}-pg", database_url=migrated(server))
    finally:
        server.end()


def inside(portal: Portal, act: str, *arguments: object) -> dict:
    printed = portal.run("-m", "tests.bench.inside", act, *map(str, arguments))
    return json.loads(printed.splitlines()[-1])


def show(what: str, figures: dict[str, float]) -> None:
    print(what)
    for name, value in figures.items():
        print(f"    {name:<45} {value:>10.3f}")
    sys.stdout.flush()


BENCHES = {bench.__name__: bench for bench in (letters, filings, passwords, http)}

if __name__ == "__main__":
    named = sys.argv[1:] or list(BENCHES)
    if unknown := set(named) - set(BENCHES):
        sys.exit(f"No bench is named {', '.join(unknown)}. There are: {', '.join(BENCHES)}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as scratch:
        for name in named:
            BENCHES[name](Path(scratch))
    print(f"load {os.getloadavg()[0]:.1f} after")
