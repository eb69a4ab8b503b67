"""People who file over HTTP, alone or many at the same instant."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.live import Browser, Portal


@dataclass(frozen=True)
class Answer:
    status: int
    to: str
    seconds: float


def file_one(portal: Portal, filer: dict, *, start: threading.Barrier | None = None) -> Answer:
    """Look at the page that files, then file; timed is the filing."""
    browser = Browser(portal, session=filer["session"])
    page = browser.get(f"/lois/{filer['key']}/file/")
    assert page.status == 200, page.text
    if start:
        start.wait(60)
    began = time.monotonic()
    done = browser.post(
        f"/lois/{filer['key']}/file/",
        {"version": str(filer["version"]), "password": filer["password"]},
    )
    return Answer(done.status, done.headers.get("Location", ""), time.monotonic() - began)


def file_all_at_once(portal: Portal, filers: list[dict]) -> list[Answer]:
    start = threading.Barrier(len(filers))
    with ThreadPoolExecutor(len(filers)) as pool:
        return list(pool.map(lambda filer: file_one(portal, filer, start=start), filers))


def check_filed(portal: Portal, number: int) -> None:
    """As many references as filings as signed manifests as receipts owed, without a gap."""
    ((code, last),) = portal.ask("SELECT code, last_reference FROM proposals_call")
    assert last == number
    references = [
        row[0]
        for row in portal.ask(
            "SELECT reference FROM proposals_letterofintent "
            "WHERE state = 'filed' ORDER BY reference"
        )
    ]
    assert references == [f"{code}-{n:04d}" for n in range(1, number + 1)]
    assert portal.count("proposals_filing") == number
    assert portal.count("proposals_letter", "kind = 'receipt'") == number
    assert portal.count("portal_event", "verb = 'loi.filed'") == number
    # The manifests' digests, signatures and the chain.
    assert "hold" in portal.manage("invariants")
