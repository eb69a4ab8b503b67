"""The portal as `make run` starts it, and people who use it in a real browser."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.live import KEPT, ROOT
from tests.live import Browser as Requests
from tests.servers import free_port, lacking, start, wait_until

PICTURES = os.environ.get("PICTURES")  # a folder, for whoever wants to look at every page
AXE = Axe(AXE_SCRIPT + Path(__file__).with_name("contrast.js").read_text())
PASSWORD = "lunar-demonstration"
SIGN_IN = "/accounts/login/"
CALM = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


class Stage:
    """One `manage.py run` with the demonstration in a folder of its own."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {name: os.environ[name] for name in KEPT if name in os.environ} | {
            "PORTAL_VAR": str(folder),
            "PORT": str(self.port),
            "BELL_SECONDS": "1",
        }
        self.folder = folder
        self.log = folder / "run.log"
        folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self.process = start(
                [sys.executable, "manage.py", "run"],
                env=self.env, cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip
        took_s = wait_until(self.answers, 180, f"the portal answers; see {self.log}")
        self.slow = min(
            max(1.0, took_s / 15), 4.0
        )  # times slower than two cores that are ours alone

    def answers(self) -> bool:
        try:
            return Requests(self).get("/health/").status == 200
        except OSError:
            return False

    def close_soon(self, code: str) -> None:
        """This call closes in a few seconds; come back when it has."""
        printed = self.run("-m", "tests.faults.scenario", "close_in", "2", code)
        closes_at = json.loads(printed.splitlines()[-1])["closes_at"]
        time.sleep(max(0.0, closes_at - time.time()))

    def manage(self, *arguments: str) -> str:
        return self.run("manage.py", *arguments)

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.env, cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr[-4000:]
        return done.stdout

    def mailed(self, address: str, link: str) -> str:
        """The newest address with `link` in it that was mailed to a person, once it is there."""
        found: list[str] = []

        def arrived() -> bool:
            letters = [
                message_from_bytes(one, policy=default)
                for file in sorted((self.folder / "mail").glob("*"))
                for one in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n")
            ]
            texts = [one.get_content() for one in letters if address in (one["To"] or "")]
            found[:] = [at for text in texts for at in re.findall(rf"http\S*{link}\S*", text)]
            return bool(found)

        wait_until(arrived, 30 * self.slow, f"a mail to {address} with {link}")
        return found[-1]

    def end(self) -> int:
        """Ctrl-C, as a person stops it; what it answers."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(15 * self.slow)


class Person:
    """One person's browser window. Every page they `look` at is asked by axe, and pictured
    where `PICTURES` names a folder."""

    count = 0

    def __init__(
        self, browser: Browser, stage: Stage, email: str = "", *, width: int = 1280, scripts=True
    ):
        context = browser.new_context(
            base_url=stage.url,
            viewport={"width": width, "height": 900},
            accept_downloads=True,
            java_script_enabled=scripts,
        )
        self.email, self.scripts, self.slow = email, scripts, stage.slow
        expect.set_options(timeout=10_000 * stage.slow)
        self.page: Page = context.new_page()
        self.page.set_default_timeout(10_000 * stage.slow)
        self.complaints: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if email:
            self.is_signed_in(email)

    def _listen(self, message) -> None:
        refused = "status of 4" in message.text  # a refusal is an answer, not a fault of the page
        replaced = re.match("htmx:(sendAbort|afterRequest)", message.text)  # by a later request
        if message.type == "error" and not refused and not replaced:
            self.complaints.append(f"{message.text} ({message.location})")

    def sign_in(self, email: str) -> None:
        self.go(SIGN_IN)
        self.page.locator("[name=login]").fill(email)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.press("Sign in")
        self.page.wait_for_url("**/day/")

    def is_signed_in(self, email: str) -> None:
        """The same requests, without drawing two pages."""
        send = self.page.context.request
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', send.get(SIGN_IN).text())
        given = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        answer = send.post(SIGN_IN, form=given)
        assert answer.url.endswith("/day/"), answer.url

    def go(self, path: str) -> None:
        self.page.goto(path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def reads(self, text: str) -> bool:
        return text in self.page.locator("body").inner_text()

    def waits_to_read(self, text: str, seconds: float = 20) -> None:
        """Load the page again until it says so."""

        def said() -> bool:
            self.page.reload()
            return self.reads(text)

        wait_until(said, seconds * self.slow, f"“{text}” at {self.page.url}", every=0.5)

    def look(self, name: str) -> None:
        """Ask axe, and hear what the browser complains of."""
        if PICTURES:
            Person.count += 1
            picture = Path(PICTURES).absolute() / f"{Person.count:02d}-{name}.png"
            self.page.screenshot(path=picture, full_page=True)
        assert self.complaints == [], f"the browser at {self.page.url}: {self.complaints}"
        if not self.scripts:
            return  # axe is one itself
        found = AXE.run(self.page).response["violations"]
        told = [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
        assert told == [], f"axe at {self.page.url}: {told}"
        self.complaints.clear()  # axe styles what it looks at, and the policy refuses it


def chromium(playwright: Playwright) -> Browser:
    path = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if path is None:
        lacking("a browser", "chromium")
    return playwright.chromium.launch(executable_path=path, args=CALM)
