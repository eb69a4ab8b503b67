"""A filed letter is filed again: what is in force stays in force until the second key turns."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import file, save, sign_off
from tests.journeys.stage import Person, Stage
from tests.portal.test_pdf import text_of

pytestmark = pytest.mark.browser

TITLE, CODE = (
    "Microwave sinter-brick unit",
    re.compile(r"[2-9A-HJKMNP-Z]{4}(?:-[2-9A-HJKMNP-Z]{4}){3}"),
)


def test_a_working_copy_is_filed_as_version_2(browser, stage: Stage, tmp_path):
    pi = Person(browser, stage, "pi.orontes-polytechnic@example.org")
    aor = Person(browser, stage, "aor.orontes-polytechnic@example.org")
    page = pi.page
    aor.go("/lois/")
    aor.follow(TITLE)
    letter = re.search(r"/lois/\w+/", aor.page.url).group()
    first = code_of(aor, tmp_path / "first.pdf")
    assert answer(aor, first) == "Valid"

    pi.go(letter)
    pi.press("Open a working copy")
    pi.go(f"{letter}edit/science/")
    page.locator("[name=benefits]").fill("Four students a year build and test the furnace.")
    save(pi)
    pi.go(letter)
    expect(page.locator(".band h2")).to_have_text("Version 2 is being drafted")
    assert not pi.reads("Four students")  # what is read is what is in force
    pi.look("working-copy")
    sign_off(pi, letter, act="sign-off-copy")
    expect(page.locator(".band h2")).to_have_text("Version 2 is signed off, NOT yet filed")
    pi.look("version-2-not-yet-filed")
    phone = Person(browser, stage, "pi.orontes-polytechnic@example.org", width=390)
    phone.go(letter)
    phone.look("version-2-not-yet-filed-phone")
    assert answer(aor, first) == "Valid"

    aor.go(f"{letter}refile/")
    aor.look("before-refiling")
    file(aor, letter, act="refile")
    expect(aor.page.locator("#filed")).to_contain_text("version 2")
    assert aor.reads("Four students")
    second = code_of(aor, tmp_path / "second.pdf")
    aor.go(letter)
    aor.look("version-2-filed")
    phone.go(letter)
    phone.look("version-2-filed-phone")
    assert (answer(aor, first), answer(aor, second)) == ("Superseded", "Valid")
    aor.go(f"/verify/{first}/")
    aor.look("receipt-superseded")


def code_of(aor: Person, path) -> str:
    """The code on the receipt of the version in force, once the page says that it is there."""
    expect(aor.page.locator("#receipt")).to_contain_text("Receipt (PDF)", timeout=60_000)
    with aor.page.expect_download() as coming:
        aor.page.locator("#receipt").get_by_role("link").click()
    coming.value.save_as(path)
    return CODE.search(text_of(path.read_bytes())).group()


def answer(person: Person, code: str) -> str:
    person.go(f"/verify/{code}/")
    return person.page.locator("h1").inner_text()
