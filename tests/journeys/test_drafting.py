"""A draft in two tabs, with the line cut and the session ended: nothing typed is lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.stage import PASSWORD, Person, Stage

pytestmark = pytest.mark.browser

EMAIL = "pi.indus-robotics@example.org"
ROVER = "Night-survival micro-rover"  # a draft of the demonstration's


def test_nothing_typed_is_lost(browser, stage: Stage):
    pi, other_tab = Person(browser, stage, EMAIL), Person(browser, stage, EMAIL)
    pi.go("/lois/")
    pi.follow(ROVER)
    letter = pi.page.url
    science = f"{letter}edit/science/"
    rows_come_and_go_and_the_rest_stays(pi, f"{letter}edit/resources/")
    what_hangs_on_an_answer_is_shown_with_it(pi, f"{letter}edit/compliance/")
    the_line_is_cut_and_comes_back(pi, science)
    the_session_ends_while_writing(pi, science)
    two_tabs_change_the_same_and_other_things(pi, other_tab, science)
    what_changed_is_read_word_by_word(pi, letter)


def saved(page: Page) -> None:
    """The line beside the form says that the server has what was typed."""
    expect(page.locator("#saved")).to_contain_text("Revision", timeout=15_000)


def rows_come_and_go_and_the_rest_stays(pi: Person, address: str) -> None:
    page = pi.page
    pi.go(address)
    rows = page.locator("#id_elements .row-of")
    before = rows.count()
    page.locator("[name=lifetime_months]").fill("7")
    page.locator("#id_elements button[name=add]").click()
    expect(rows).to_have_count(before + 1)
    expect(rows.last.locator("summary")).to_be_focused()
    assert page.locator("[name=lifetime_months]").input_value() == "7"
    page.locator(f"[name=elements-{before}-name]").fill("Outer harness")
    saved(page)
    rows.last.get_by_role("button").click()
    expect(rows).to_have_count(before)
    saved(page)
    pi.look("rows")


def what_hangs_on_an_answer_is_shown_with_it(pi: Person, address: str) -> None:
    page = pi.page
    pi.go(address)
    hanging = page.locator("[name=biological]")
    expect(hanging).to_be_hidden()
    page.locator("[name=living]").select_option("yes")
    expect(hanging).to_be_visible()
    hanging.fill("Moss spores, 2 g, in a welded chamber.")
    page.locator("[name=living]").select_option("no")
    expect(hanging).to_be_hidden()
    saved(page)
    page.reload()
    assert hanging.input_value() == "Moss spores, 2 g, in a welded chamber."


def the_line_is_cut_and_comes_back(pi: Person, address: str) -> None:
    page = pi.page
    pi.go(address)
    benefits = page.locator("[name=benefits]")
    page.context.set_offline(True)
    benefits.fill("Four students.")
    expect(page.locator("#trouble")).to_contain_text("cannot be reached", timeout=15_000)
    page.context.set_offline(False)
    saved(page)
    page.context.set_offline(True)
    benefits.fill("Five students.")
    page.close()
    pi.page = page.context.new_page()
    pi.page.context.set_offline(False)
    pi.go(address)
    expect(pi.page.locator(".notices")).to_contain_text("could not save then, is saved")
    expect(pi.page.locator("[name=benefits]")).to_have_value("Five students.")
    pi.complaints.clear()  # of the line that was cut


def the_session_ends_while_writing(pi: Person, address: str) -> None:
    page = pi.page
    pi.go(address)
    benefits = page.locator("[name=benefits]")
    page.context.clear_cookies(name="session")
    benefits.fill("Six students.")
    expect(page.locator("#trouble")).to_contain_text("you are signed out", timeout=15_000)
    pi.press("Sign in and save")
    signs_in_again(pi, address)
    expect(benefits).to_have_value("Six students.")
    pi.look("signed-in-again")
    saved(page)
    page.reload()
    expect(benefits).to_have_value("Six students.")
    page.context.clear_cookies(name="session")
    benefits.fill("Seven students.")
    pi.press("Save")  # before the page has noticed
    signs_in_again(pi, address)
    expect(benefits).to_have_value("Seven students.")
    saved(page)
    page.reload()
    expect(benefits).to_have_value("Seven students.")


def signs_in_again(pi: Person, address: str) -> None:
    pi.page.locator("[name=login]").fill(EMAIL)
    pi.page.locator("[name=password]").fill(PASSWORD)
    pi.press("Sign in")
    pi.page.wait_for_url(address)


def two_tabs_change_the_same_and_other_things(pi: Person, other: Person, address: str) -> None:
    one, two = pi.page, other.page
    pi.go(address)
    other.go(address)
    two.locator("[name=innovation]").fill(
        "A heat store of paraffin, charged by the motors' own heat."
    )
    two.locator("[name=benefits]").fill("Six students of two schools.")
    other.press("Save")
    one.locator("[name=benefits]").fill("Six students a year.")
    expect(one.locator("#trouble")).to_contain_text("You, in another tab, changed", timeout=15_000)
    pi.press("Save")
    expect(one.locator("h1")).to_contain_text("1 field was changed twice")
    pi.look("both-sides")
    one.locator("textarea[name=benefits]").fill("Six students a year, of two schools.")
    pi.press("Save this choice")
    expect(one.locator("[name=benefits]")).to_have_value("Six students a year, of two schools.")
    expect(one.locator("[name=innovation]")).to_have_value(
        "A heat store of paraffin, charged by the motors' own heat."
    )


def what_changed_is_read_word_by_word(pi: Person, letter: str) -> None:
    pi.go(f"{letter}revisions/")
    pi.look("revisions")
    pi.follow("What changed")
    expect(pi.page.locator("ins", has_text="of two schools").first).to_be_visible()
    pi.look("difference")
