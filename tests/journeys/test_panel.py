"""A panel agrees: a forced consensus, a discussion, a meeting, a review reopened, the order."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.stage import Person, Stage

pytestmark = pytest.mark.browser
CODE = "DEMO26-O"
APART, WRITTEN, CONFLICTED = f"{CODE}-0002", f"{CODE}-0003", f"{CODE}-0004"


def test_a_panel_comes_to_its_order(browser, stage: Stage):
    chair = Person(browser, stage, "chair@example.org")
    reviewer = Person(browser, stage, "reviewer2@example.org")
    chair.go(f"/calls/{CODE}/ranking/")
    chair.page.keyboard.type("02")  # two keystrokes open the case
    chair.page.wait_for_url("**/reviews/")
    case = chair.page.url.removesuffix("reviews/")
    expect(chair.page.get_by_role("button", name="Send to final review")).to_be_disabled()
    assert chair.reads("C3 ranges over 2 points")
    they_discuss(chair, reviewer, case)
    they_meet(chair, reviewer, case)
    a_review_is_reopened(chair, browser, stage)
    chair.go(f"/calls/{CODE}/ranking/")
    first = chair.page.locator("tbody tr").first
    expect(first).to_contain_text("1")
    chair.look("order-of-the-panel")


def they_discuss(chair: Person, reviewer: Person, case: str) -> None:
    reviewer.go(f"{case}discussion/")
    reviewer.page.locator("#id_text").fill("Is the test report of the housing at hand?")
    reviewer.page.get_by_label("On the criterion").select_option("C3")
    reviewer.press("Say it")
    expect(reviewer.page.locator(".thread").last).to_contain_text("test report of the housing")
    chair.go(f"{case}discussion/")
    thread = chair.page.locator(".thread", has_text="test report of the housing")
    thread.locator("summary", has_text="Answer").click()
    thread.get_by_label("Your answer").fill("It comes on Monday.")
    thread.get_by_role("button", name="Answer").click()
    chair.look("discussion")
    reviewer.page.reload()
    assert reviewer.reads("It comes on Monday.")


def they_meet(chair: Person, reviewer: Person, case: str) -> None:
    page = chair.page
    chair.go(f"/calls/{CODE}/meeting/")
    chair.press("Begin the meeting")
    expect(page.locator(".page-head")).to_contain_text("going on")
    page.keyboard.type("04")
    page.wait_for_url("**/meetings/*/*/")
    expect(page.locator(".room")).to_contain_text("Reviewer R4")  # must leave: the own institute
    page.keyboard.press("k")
    expect(page.locator("h1")).to_contain_text(WRITTEN)
    page.keyboard.press("k")
    expect(page.locator("h1")).to_contain_text(APART)
    assert not chair.reads("Agreed total")  # nothing before it is taken up
    page.get_by_role("button", name=re.compile("show the case", re.IGNORECASE)).click()
    expect(page.locator(".projector")).to_contain_text("C3 ranges over 2 points")
    reviewer.go(f"/calls/{CODE}/meeting/")
    expect(reviewer.page.locator("#now")).to_contain_text(APART)
    page.locator("[name=C3]").select_option("")
    chair.press("Write it down")
    expect(page.locator(".refusal")).to_contain_text(
        "An agreed score must be given first: C3 ranges over 2 points"
    )
    chair.look("consensus-refused")
    page.locator("[name=C3]").select_option("3")
    chair.press("Write it down")
    expect(page.locator("main")).to_contain_text("A consensus was due and is written")
    chair.go(f"{case}reviews/")
    chair.press("Send to final review")
    expect(page.locator(".page-head")).to_contain_text("in final review")
    chair.go(f"/calls/{CODE}/meeting/")
    chair.look("agenda")
    chair.press("Close the meeting")
    expect(page.locator("h1")).to_contain_text("Minutes")
    chair.look("minutes")


def a_review_is_reopened(chair: Person, browser, stage: Stage) -> None:
    page = chair.page
    chair.go(f"/calls/{CODE}/ranking/")
    page.get_by_role("link", name=re.compile(WRITTEN)).first.click()
    shown = page.locator("article.panel", has_text="Reviewer R1").locator("..")
    shown.locator("summary", has_text="Reopen the review").click()
    shown.locator("[name=reason]").fill("C4 was scored before the new interface sheet.")
    shown.get_by_role("button", name="Reopen the review").click()
    expect(page.locator("main")).to_contain_text("being written")
    again = Person(browser, stage, "reviewer1@example.org")
    again.go("/reviews/")
    again.page.get_by_role("link", name=re.compile(WRITTEN)).first.click()
    again.press("Read it all, and lock")
    again.page.get_by_role("button", name=re.compile("Lock version")).click()
    expect(again.page.locator("main")).to_contain_text("Locked version")
    again.look("locked-again")
