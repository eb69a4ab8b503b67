"""A letter names a wrong figure: two persons correct it, and anybody who holds the old one is told."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.stage import Person, Stage

pytestmark = pytest.mark.browser

CODE, CASE, AOR = "DEMO25-L", "DEMO25-L-0013", "aor.danube-isotope"
WRONG, RIGHT = "2.0e9 Bq", "1.0e9 Bq"
REASON = "The letter of intent, section F, states 1.0e9 Bq; the letter named another figure."


def test_a_letter_is_corrected_and_the_old_one_says_so(browser, stage: Stage, tmp_path):
    def person(local: str, **how) -> Person:
        return Person(browser, stage, f"{local}@example.org" if local else "", **how)

    aor = person(AOR, width=390)
    old = tmp_path / "old.pdf"
    download(aor, old)
    secretary = person("secretary", width=390)
    a_correction_is_proposed(secretary)
    another_person_approves_it(person("approver", width=1440))
    codes = the_new_letter_is_issued(secretary)
    the_partner_reads_of_it(aor)
    new = tmp_path / "new.pdf"
    download(aor, new)
    assert old.read_bytes() != new.read_bytes()
    a_stranger_verifies(person("", width=390), codes, old, new)


def download(aor: Person, to: Path) -> None:
    """The newest letter of the case, as its partner has it."""
    aor.go("/lois/")
    aor.page.locator("main tr", has_text=CASE).locator("th a").click()
    link = aor.page.locator("main a[href^='/letters/']", has_text="decision letter").first
    to.write_bytes(aor.page.context.request.get(link.get_attribute("href")).body())


def a_correction_is_proposed(secretary: Person) -> None:
    page = secretary.page
    secretary.go(f"/calls/{CODE}/decisions/")
    page.locator("tr", has_text=CASE).locator("th a").first.click()
    secretary.look("letter-record")
    secretary.follow("Correct or revoke")
    page.locator("[name=reason]").fill("Too short.")
    secretary.press("Propose")
    expect(page.locator("main")).to_contain_text("it needs at least 20")
    secretary.look("correction-refused")
    page.locator("[name=reason]").fill(REASON)
    passage = page.locator("textarea", has_text=WRONG)
    passage.fill(passage.input_value().replace(WRONG, RIGHT))
    secretary.look("correction-to-propose")
    secretary.press("Propose")
    expect(page.locator("ins")).to_contain_text(RIGHT)
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    secretary.look("correction-proposed")


def another_person_approves_it(approver: Person) -> None:
    approver.go("/messages/")
    approver.waits_to_read("[Action required] A correction of letter")
    approver.follow("[Action required] A correction of letter")
    approver.page.locator("main a[href*='/corrections/']").first.click()
    approver.look("correction-to-approve")
    approver.press("Approve")
    expect(approver.page.locator("main")).to_contain_text("Corrections")
    approver.look("letter-record-of-the-corrected")


def the_new_letter_is_issued(secretary: Person) -> tuple[str, str]:
    """The codes of the old letter and of the new one."""
    secretary.page.locator("nav.crumbs a[href*='/record/']").click()
    secretary.waits_to_read("Replaced by", 40)
    old = secretary.page.locator("dl.facts code").first.inner_text()
    expect(secretary.page.locator(".page-head .state")).to_have_text("superseded")
    secretary.page.locator("dl.facts a[href*='/record/']").click()
    expect(secretary.page.locator(".page-head .state")).to_have_text("valid")
    secretary.look("letter-record-of-the-new")
    return old, secretary.page.locator("dl.facts code").first.inner_text()


def the_partner_reads_of_it(aor: Person) -> None:
    aor.go("/messages/")
    aor.waits_to_read(f"on {CASE}")
    aor.follow("Corrected letter")
    assert aor.reads("takes its place")
    aor.look("message-of-the-correction")


def a_stranger_verifies(stranger: Person, codes: tuple[str, str], old: Path, new: Path) -> None:
    for code, letter, word in zip(codes, (old, new), ("Superseded", "Valid"), strict=True):
        stranger.go("/verify/")
        stranger.page.locator("#id_code").fill(code)
        stranger.press("Verify")
        expect(stranger.page.locator("h1")).to_have_text(word)
        stranger.look(f"verified-{word.lower()}")
        stranger.go("/verify/")
        stranger.page.locator("input[type=file]").set_input_files(letter)
        stranger.press("Verify the file")
        expect(stranger.page.locator("h1")).to_have_text(word)
        assert not stranger.reads("not selected")
