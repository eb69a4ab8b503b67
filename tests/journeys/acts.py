"""What people do in more than one story: publish a call, fill the form, turn both keys."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from reviews.demonstration import data
from tests.journeys.stage import PASSWORD, Person

BEIJING = ZoneInfo("Asia/Shanghai")
CASES = {case["ref"]: case for case in data.load("letters")}


def seconds_ahead(seconds: float) -> datetime:
    return datetime.now(BEIJING).replace(microsecond=0) + timedelta(seconds=round(seconds))


def describe_call(secretary: Person, code: str, closes: datetime) -> None:
    """The form of a new call, filled and not yet saved; what it offers stands in it already."""
    secretary.go("/calls/draft/")
    fields = {
        "code": code,
        "title": "Payloads on the terms of Chang'e-8",
        "summary": "Partners share 200 kg on the lander; one independent module has at most 100 kg.",
        "opens_at": f"{closes - timedelta(days=2):%Y-%m-%dT%H:%M:%S}",
        "closes_at": f"{closes:%Y-%m-%dT%H:%M:%S}",
        "grace_s": "3",
        "preliminary": str(closes.date() + timedelta(days=75)),
        "final": str(september(closes.date())),
        "need_by": str(closes.date() + timedelta(days=1200)),
        "keywords": "\n".join(code.capitalize() for code, _ in data.KEYWORDS),
    }
    for name, value in fields.items():
        secretary.page.locator(f"[name={name}]").fill(value)


def september(day: date) -> date:
    """The first 30 September that leaves a quarter of a year to judge."""
    earliest = day + timedelta(days=90)
    year = earliest.year + (earliest > date(earliest.year, 9, 30))
    return date(year, 9, 30)


def content(ref: str) -> dict:
    """A case of the demonstration as its PI would type it into a call that closes now."""
    return data.content(
        CASES[ref], flight_model_on=str(seconds_ahead(0).date() + timedelta(days=600))
    )


def begin(pi: Person, code: str, *, source: str = "") -> str:
    """Begin a letter, empty or with an earlier one of this title; its address."""
    pi.go(f"/calls/{code}/begin/")
    if source:
        earlier = pi.page.locator("[name=source] option", has_text=source).first
        pi.page.locator("[name=source]").select_option(earlier.get_attribute("value"))
    pi.press("Begin")
    return re.search(r"/lois/[a-z0-9]+/", pi.page.url).group()


def fill(pi: Person, letter: str, content: dict) -> None:
    """Every step that is given, typed and saved."""
    for section, values in content.items():
        pi.go(f"{letter}edit/{section}/")
        type_in(pi, values)
        save(pi)


def save(pi: Person) -> None:
    """Press it, and wait for the page that follows."""
    with pi.page.expect_navigation():
        pi.press("Save and go on")


def type_in(person: Person, values: dict) -> None:
    page = person.page
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for n, row in enumerate(value):
                first = page.locator(f"[name={name}-{n}-{next(iter(row))}]")
                if first.count() == 0:
                    page.locator(f"button[name=add][value={name}]").click()
                    first.wait_for()
                for field, typed in row.items():
                    put(person, f"{name}-{n}-{field}", typed)
        elif isinstance(value, list):
            for code in value:
                page.locator(f"[name={name}][value={code}]").check()
        else:
            put(person, name, value)


def put(person: Person, name: str, value: str) -> None:
    field = person.page.locator(f"[name={name}]")
    if not value and not field.is_visible():
        return  # not asked, as far as the answers go
    if field.get_attribute("type") == "checkbox":
        field.set_checked(value == "on")
    elif field.evaluate("element => element.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def attach(pi: Person, letter: str, path: Path | None = None, *, kind: str = "letter") -> None:
    path = path or data.FOLDER / f"{kind}.pdf"
    pi.go(f"{letter}attach/")
    shelf = pi.page.locator(f"section[aria-labelledby=kind-{kind}]")
    shelf.locator("input[type=file]").set_input_files(path)
    shelf.locator("form.attach button").click()
    expect(shelf.locator(".file-name")).to_have_text(path.name)


def sign_off(pi: Person, letter: str, *, act: str = "sign-off") -> None:
    """The first key, with every warning acknowledged for itself."""
    pi.go(f"{letter}{act}/")
    for tick in pi.page.locator("[name=acknowledged]:enabled").all():
        tick.check()
    pi.page.get_by_role("button", name=re.compile("^Sign off revision")).click()
    expect(pi.page.locator(".band")).to_contain_text("NOT yet filed")


def file(aor: Person, letter: str, *, act: str = "file") -> None:
    """The second key, with the password where it is not proved already."""
    aor.go(f"{letter}{act}/")
    password = aor.page.get_by_label("Your password")
    if password.count():
        password.fill(PASSWORD)
    aor.page.get_by_role("button", name=re.compile("^File revision")).click()
    aor.page.wait_for_url(f"**{letter}")


def declare(reviewer: Person, *, knows: int = 2) -> None:
    """No conflict of interest, and how well the case is known: the sheet has it then."""
    reviewer.page.locator("[name=none]").check()
    reviewer.page.locator(f"[name=confidence][value='{knows}']").check()
    reviewer.press("Declare")


def score(reviewer: Person, scores: list, *, turn: int) -> None:
    """The sheet of whoever has declared: each criterion with a finding, the risk; then locked."""
    page, texts = reviewer.page, data.load("panel")
    for n, value in enumerate(scores, 1):
        code, strength = f"C{n}", value >= 3.5
        page.locator(f"[name=score_{code}][value='{value}']").check()
        page.locator(f"[name={code}-0-text]").fill(
            texts["strengths" if strength else "weaknesses"][code][turn]
        )
        page.locator(f"[name={code}-0-kind]").select_option("strength" if strength else "weakness")
        page.locator(f"[name={code}-0-major]").set_checked(value <= 2 or value == 5)
    reviewer.press("Save")
    expect(page.locator("#owed")).to_contain_text("the risk is not rated")
    expect(page.locator("#owed")).not_to_contain_text("your expertise")
    reviewer.look("review-being-written")
    page.locator("[name=risk][value=low]").check()
    reviewer.press("Read it all, and lock")
    page.get_by_role("button", name=re.compile("Lock version")).click()
    expect(page.locator("main")).to_contain_text("Locked version 1")
