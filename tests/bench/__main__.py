"""Measures the portal on this machine: `make bench`, or `make bench ARGS=letters` for one."""

import json
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.faults.filers import check_filed, file_one
from tests.live import Portal, migrated
from tests.servers import Postgres

LETTERS, FILINGS, CLIENTS = 40, 80, 8


def letters(folder: Path) -> None:
    """Decision letters of real decisions, by the renderer of a worker."""
    portal = Portal(folder / "letters")
    portal.scene("decided", LETTERS)
    for renderers in (1, 2):
        show(f"letters, {renderers} at a time", inside(portal, "render", renderers))


def filings(folder: Path) -> None:
    """The service that files, one after the other, each in its transaction."""
    for name, portal in both(folder, "filings"):
        portal.scene("awaiting", FILINGS)
        show(f"filings by the service, {name}", inside(portal, "file_all"))


def http(folder: Path) -> None:
    """Eight people at a time file over HTTP, the password typed once more."""
    for name, portal in both(folder, "http"):
        filers = portal.scene("awaiting", FILINGS)["waiting"]
        portal.start_web(workers=2 if portal.database_url else 1)
        file_one(portal, filers[0])
        before, began = portal.cpu_of("web"), time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(partial(file_one, portal), filers[1:]))
        took, cpu = time.monotonic() - began, portal.cpu_of("web") - before
        portal.end()
        assert {answer.status for answer in answers} == {302}
        check_filed(portal, FILINGS)
        seconds = sorted(answer.seconds for answer in answers)
        show(
            f"filings over HTTP, {CLIENTS} clients, {name}",
            {
                "a second (a page and a filing each)": len(answers) / took,
                "median of the filing, s": statistics.median(seconds),
                "95 of 100 within, s": seconds[int(len(seconds) * 0.95)],
                "CPU of the web for a page and a filing, s": cpu / len(answers),
            },
        )


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


BENCHES = {bench.__name__: bench for bench in (letters, filings, http)}

if __name__ == "__main__":
    named = sys.argv[1:] or list(BENCHES)
    if unknown := set(named) - set(BENCHES):
        sys.exit(f"No bench is named {', '.join(unknown)}. There are: {', '.join(BENCHES)}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as scratch:
        for name in named:
            BENCHES[name](Path(scratch))
    print(f"load {os.getloadavg()[0]:.1f} after")
