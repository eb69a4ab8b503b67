"""A reviewer at work by the keyboard, on a phone with a bad line and on a laptop: nothing is lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.stage import Person, Stage

pytestmark = pytest.mark.browser

CASE = "DEMO26-O-0004"  # accepted by the first reviewer, nothing of it written
REASON = "C2 was scored on an earlier figure: look at it again."


def test_a_review_is_written_locked_reopened_and_locked_again(browser, stage: Stage):
    phone = Person(browser, stage, "reviewer1@example.org", width=390)
    phone.go("/reviews/")
    phone.page.get_by_role("link", name=CASE).click()
    address = phone.page.url
    scored_by_the_keyboard_on_a_phone(phone)
    the_line_drops_and_comes_back(phone)
    what_the_browser_still_holds_is_offered(phone, address)
    laptop = Person(browser, stage, "reviewer1@example.org", width=1440)
    two_windows_change_the_same(phone, laptop, address)
    the_rest_is_written_and_locked(laptop)
    chair = Person(browser, stage, "chair@example.org")
    the_chair_reopens(chair)
    one_score_is_changed_and_locked_again(laptop, address)
    the_chair_reads_the_difference(chair)


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_contain_text("Version", timeout=15_000)


def scored_by_the_keyboard_on_a_phone(phone: Person) -> None:
    page, keys = phone.page, phone.page.keyboard
    expect(page.locator("#sheet")).to_be_hidden()
    phone.look("review-case-on-a-phone")
    phone.follow("Sheet")
    expect(page.locator("#case")).to_be_hidden()
    page.get_by_role("link", name="Next owed").focus()
    keys.press("Enter")
    keys.press("4")
    keys.press(".")
    expect(page.locator("#told")).to_contain_text("C1: 4.5")
    expect(page.locator("#owed-C1")).to_have_text("a finding is owed")
    keys.press("f")
    keys.type("It answers an aim of the mission: 5 of 5 questions.")
    keys.press("Escape")
    expect(page.locator("#owed-C1")).to_be_hidden()
    keys.press("n")
    keys.press("2")
    keys.press("f")
    keys.type("It repeats what flies already.")
    expect(page.locator("#owed-C2")).to_have_text("a score of 2 needs a major finding")
    keys.press("Escape")
    keys.press("m")
    keys.press("w")
    expect(page.locator("#told")).to_contain_text("weakness")
    expect(page.locator("#progress")).to_have_text("2 of 6 criteria")
    keys.press("?")
    expect(page.locator("#keys")).to_be_visible()
    keys.press("Escape")
    saved(page)
    phone.look("review-sheet-on-a-phone")


def the_line_drops_and_comes_back(phone: Person) -> None:
    page, keys = phone.page, phone.page.keyboard
    page.locator("[name=score_C3]:checked").focus()
    page.context.set_offline(True)
    keys.press("3")
    keys.press("f")
    keys.type("Tested at TRL 5.")
    expect(page.locator("#trouble")).to_contain_text("cannot be reached", timeout=15_000)
    page.context.set_offline(False)
    saved(page)
    expect(page.locator("#trouble")).to_be_empty()


def what_the_browser_still_holds_is_offered(phone: Person, address: str) -> None:
    page = phone.page
    page.context.set_offline(True)
    page.locator("[name=C3-0-text]").fill("Tested at TRL 6, in vacuum.")
    page.close()
    phone.page = page = page.context.new_page()
    page.context.set_offline(False)
    phone.go(address)
    expect(page.locator("#trouble")).to_contain_text("was never saved")
    expect(page.locator("[name=C3-0-text]")).to_have_value("Tested at TRL 5.")  # not forced
    phone.press("Put it in")
    expect(page.locator("[name=C3-0-text]")).to_have_value("Tested at TRL 6, in vacuum.")
    phone.complaints.clear()  # of the line that was cut


def two_windows_change_the_same(phone: Person, laptop: Person, address: str) -> None:
    one, two = phone.page, laptop.page
    laptop.go(address)
    phone.go(address)
    one.locator("[name=C1-0-text]").fill("It answers an aim of the mission.")
    one.locator("[name=score_C4][value='3.5']").check()
    one.keyboard.press("Control+Enter")
    expect(one.locator("[name=C1-0-text]")).to_have_value("It answers an aim of the mission.")
    two.locator("[name=C1-0-text]").fill("It answers two aims of the mission.")
    expect(two.locator("#trouble")).to_contain_text("in another window as well", timeout=15_000)
    two.keyboard.press("Control+Enter")
    expect(two.locator("h1")).to_contain_text("1 part was changed in two windows")
    laptop.complaints.clear()  # of the refusal, which the page answered
    laptop.look("review-changed-twice")
    two.get_by_label("The findings of both").check()
    laptop.press("Save this choice")
    expect(two.locator("[name=C1-0-text]")).to_have_value("It answers two aims of the mission.")
    expect(two.locator("[name=C1-1-text]")).to_have_value("It answers an aim of the mission.")
    expect(two.locator("[name=score_C4][value='3.5']")).to_be_checked()


def the_rest_is_written_and_locked(laptop: Person) -> None:
    page, keys = laptop.page, laptop.page.keyboard
    page.get_by_role("link", name="Next owed").focus()
    keys.press("Enter")
    for text in ("It fits.", "The team has flown before.", "Two schools take part."):
        if text != "It fits.":  # C4 has its score from the other window
            keys.press("4")
        keys.press("f")
        keys.type(text)
        keys.press("Escape")
        keys.press("o")
    keys.press("ArrowDown")  # the risk: low
    keys.press("o")
    keys.press("ArrowDown")
    saved(page)
    laptop.look("review-beside-the-case")
    keys.press("Control+Shift+Enter")
    expect(page.locator("h1")).to_have_text("Your review, before it is locked")
    laptop.look("review-read-back")
    page.get_by_role("button", name="Lock version").focus()
    keys.press("Enter")
    expect(page.locator("#sheet")).to_contain_text("Locked version 1")
    laptop.look("review-locked-by-keyboard")


def the_chair_reopens(chair: Person) -> None:
    chair.go("/calls/DEMO26-O/ranking/")
    chair.follow(CASE)
    page = chair.page
    mine = page.locator("article", has_text="It answers two aims").locator("xpath=..")
    mine.locator("summary", has_text="Reopen the review").click()
    mine.get_by_label("Reason, told to the reviewer").fill(REASON)
    mine.get_by_role("button", name="Reopen the review").click()
    expect(page.get_by_role("link", name="reopened: what was locked")).to_be_visible()


def one_score_is_changed_and_locked_again(laptop: Person, address: str) -> None:
    page, keys = laptop.page, laptop.page.keyboard
    laptop.go(address)
    expect(page.locator("#sheet")).to_contain_text(REASON)
    page.locator("[name=score_C2]:checked").focus()
    keys.press("2")
    keys.press(".")
    keys.press("Control+Enter")
    expect(page.locator("#sheet")).to_contain_text("Changed since locked version 1")
    laptop.look("review-reopened")
    keys.press("Tab")
    page.locator("[name=score_C2]:checked").focus()
    keys.press("Control+Shift+Enter")
    page.get_by_role("button", name="Lock version").click()
    expect(page.locator("#sheet")).to_contain_text("Locked version 2")


def the_chair_reads_the_difference(chair: Person) -> None:
    chair.page.reload()
    chair.page.locator("article", has_text="It answers two aims").get_by_role(
        "link", name="Locked versions"
    ).click()
    chair.follow("Read it")
    expect(chair.page.locator(".difference")).to_contain_text("2 → 2.5")
    chair.look("review-difference-to-the-lock-before")
