"""People who file over HTTP: one, many at an instant, many in the last seconds of a call."""

import random
import re
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from typing import TypeVar

from tests.front import Front
from tests.live import Browser, Page, Portal

FORM = re.compile(r'<form[^>]*action="[^"]*/file/"[^>]*>(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
# Seconds between the tries of somebody whose line broke, or who was told to come again.
PAUSE_S = 0.4

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What came of one filing; instants by the clock that the portal has as well."""

    key: str
    sent_at: float  # just before the first byte of the last try
    seconds: float  # of the last try
    page: Page | None  # none where the line broke
    broken: tuple[int, ...] = ()  # of the tries before: their status, 0 where the line broke

    @property
    def status(self) -> int:
        return self.page.status if self.page else 0

    @property
    def filed(self) -> bool:
        return self.status == 302


@dataclass(frozen=True)
class Filer:
    """A person who may file one letter."""

    portal: Portal
    waiting: dict
    front: Front | None = None

    @property
    def path(self) -> str:
        return f"/lois/{self.waiting['key']}/file/"

    def browser(self) -> Browser:
        session = self.waiting["session"]
        if self.front:
            return self.front.browser(session)
        return Browser(self.portal, session=session)

    def prove(self) -> None:
        """Type the password before the rush: filing then asks for none for some minutes."""
        browser = self.browser()
        assert browser.get("/accounts/reauthenticate/").status == 200
        fields = {"password": self.waiting["password"]}
        assert browser.post("/accounts/reauthenticate/", fields).status == 302
        self.waiting["session"] = next(v for k, v in browser.cookies.items() if "session" in k)

    def look(self, *, tries: int = 1) -> "Looking":
        browser = self.browser()
        page, _ = insist(browser, lambda: browser.get(self.path), tries)
        assert page and page.status == 200, page and page.text
        form = FORM.search(page.text)
        assert form, page.text
        fields = dict(HIDDEN.findall(form[1]))
        if 'name="password"' in form[1]:
            fields["password"] = self.waiting["password"]
        return Looking(self, browser, fields)


@dataclass(frozen=True)
class Looking:
    """With the page open on which the letter is filed, and what its form carries."""

    filer: Filer
    browser: Browser
    fields: dict[str, str]

    def file(self, *, at: float = 0.0, tries: int = 1) -> Answer:
        sent: list[float] = []

        def send() -> Page:
            sent.append(time.time())
            return self.browser.post(self.filer.path, self.fields)

        sleep_until(at)
        page, broken = insist(self.browser, send, tries)
        seconds = time.time() - sent[-1]
        return Answer(self.filer.waiting["key"], sent[-1], seconds, page, broken)


def insist(
    browser: Browser, ask: Callable[[], Page], tries: int
) -> tuple[Page | None, tuple[int, ...]]:
    """Ask again while the line breaks or the portal says to come again."""
    broken: list[int] = []
    while True:
        try:
            page = ask()
        except (OSError, HTTPException):
            browser.connection.close()
            page = None
        if (page and page.status < 500) or len(broken) + 1 >= tries:
            return page, tuple(broken)
        broken.append(page.status if page else 0)
        time.sleep(PAUSE_S)


def sleep_until(instant: float) -> None:
    time.sleep(max(0.0, instant - time.time()))


def file_one(portal: Portal, waiting: dict) -> Answer:
    return Filer(portal, waiting).look().file()


def a_few_at_a_time(act: Callable[[Filer], T], filers: Sequence[Filer]) -> list[T]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(act, filers))


def rush(
    looking: Sequence[Looking | Filer],
    *,
    closes_at: float,
    first: float,
    last: float,
    tries: int = 1,
) -> list[Answer]:
    """Each files at a random instant from `first` to `last` seconds after the closing.

    Who does not look at the page yet does so one to four seconds before that,
    while the call is open.
    """
    chance = random.Random(len(looking))

    def one(who: Looking | Filer, at: float, ahead: float) -> Answer:
        if isinstance(who, Filer):
            sleep_until(min(at - ahead, closes_at - 1))
            who = who.look(tries=tries)
        return who.file(at=at, tries=tries)

    with ThreadPoolExecutor(len(looking)) as pool:
        filing = [
            pool.submit(one, who, closes_at + chance.uniform(first, last), chance.uniform(1, 4))
            for who in looking
        ]
        return [one.result() for one in filing]


# What must be so afterwards


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


def typed(portal: Portal) -> dict[str, tuple]:
    """What each letter holds that its people typed."""
    rows = portal.ask("SELECT key, version, content FROM proposals_letterofintent")
    return {key: (version, content) for key, version, content in rows}


def check_answers(
    portal: Portal, answers: Sequence[Answer], *, closes_at: float, before: dict[str, tuple]
) -> None:
    """Accepted is what is filed; refused is what has its reason, and its text still."""
    accepted = {answer.key for answer in answers if answer.filed}
    refused = [answer for answer in answers if not answer.filed]
    assert {answer.status for answer in refused} <= {409}, sorted({a.status for a in refused})
    for answer in refused:
        assert "The call closed on" in answer.page.text
        assert "What you typed is kept." in answer.page.text
    for answer in answers:
        if answer.filed:
            assert answer.key in answer.page.headers["Location"]
            assert answer.sent_at < closes_at, "let in late"
    rows = portal.ask(
        "SELECT l.key, l.state, f.id FROM proposals_letterofintent l "
        "LEFT JOIN proposals_filing f ON f.id = l.filing_id"
    )
    assert {key for key, state, filing in rows if state == "filed" and filing} == accepted
    kept = {key for key, state, _ in rows if state == "awaiting_signature"}
    assert kept == {answer.key for answer in refused}
    late = "SELECT count(*) FROM proposals_filing f, proposals_call c WHERE f.arrived_at >= c.closes_at"
    assert portal.ask(late) == [(0,)]
    assert typed(portal) == before
    check_filed(portal, len(accepted))


def in_time(answers: Iterable[Answer], closes_at: float) -> list[Answer]:
    return [answer for answer in answers if answer.sent_at < closes_at]


def refused_in_time(answers: Iterable[Answer], closes_at: float) -> list[float]:
    """Of those who sent before the closing and were noted after it: how long before, in ms."""
    return sorted(
        round(1000 * (closes_at - answer.sent_at))
        for answer in in_time(answers, closes_at)
        if not answer.filed
    )


def figures(answers: Sequence[Answer], closes_at: float) -> dict[str, object]:
    seconds = sorted(answer.seconds for answer in answers)
    return {
        "filers": len(answers),
        "sent in time": len(in_time(answers, closes_at)),
        "accepted": sum(answer.filed for answer in answers),
        "sent in time, noted late (ms before the closing)": refused_in_time(answers, closes_at),
        "5xx": sum(answer.status >= 500 for answer in answers),
        "tries that broke": sum(len(answer.broken) for answer in answers),
        "p50 s": round(statistics.median(seconds), 2),
        "p99 s": round(seconds[int(len(seconds) * 0.99)], 2),
        "slowest s": round(seconds[-1], 2),
    }
