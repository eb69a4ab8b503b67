"""The committee chooses within 180 kg: by hand until it is refused, by the proposer, and decides."""

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.stage import Person, Stage

pytestmark = pytest.mark.browser

CALL = "/calls/DEMO26-L"
WIDEST, WEAKEST = "DEMO26-L-0005", "DEMO26-L-0013"


def test_a_set_within_180_kg(browser, stage: Stage):
    chair = Person(browser, stage, "chair@example.org", width=390)
    more_than_fits_is_refused(chair)
    what_fits_is_kept(chair)
    the_best_set_is_proven(chair)
    its_decisions_are_prepared(chair)


def says(where: Locator, words: str) -> None:
    """As it is seen: what does not hold now is there and hidden."""
    expect(where).to_contain_text(words, use_inner_text=True)


def more_than_fits_is_refused(chair: Person) -> None:
    page = chair.page
    chair.go(f"{CALL}/selection/")
    for _case in range(page.locator("tr[data-case]").count()):
        page.keyboard.press("j")
        page.keyboard.press("s")
    tally = page.locator(".tally")
    says(tally, "Mass 6.075 kg over")
    says(tally, "Slots 1 over")
    chair.look("more-than-fits")
    chair.press("Keep this set")
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("Mass: 186.075 of the 180 kg that can be given, 6.075 kg too much.")  # fmt: skip
    expect(page.locator("tr.chosen")).to_have_count(12)  # what was chosen is still there
    chair.look("more-than-fits-refused")


def what_fits_is_kept(chair: Person) -> None:
    page = chair.page
    for case, place in ((WIDEST, "Reserve"), (WEAKEST, "Not")):
        page.locator(f"tr[data-case={case}]").get_by_text(place, exact=True).click()
    says(page.locator(".tally"), "Mass 33.245 kg free")
    page.get_by_label("Note").fill("Without the rover")
    chair.press("Keep this set")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Without the rover")
    chair.look("a-set-by-hand")


def the_best_set_is_proven(chair: Person) -> None:
    page = chair.page
    chair.go(f"{CALL}/selection/propose/")
    page.get_by_label("Mass, Offered").fill("205")
    page.locator("[name=rule-0-case]").select_option(WIDEST)
    page.locator("[name=note]").fill("Five kilograms more, with the rover")
    chair.look("rules-of-a-set")
    chair.press("Work it out")
    found = page.locator("#found")
    expect(found).to_contain_text("no set that keeps the rules is worth more", timeout=30_000)
    expect(found).to_contain_text("How sure", timeout=60_000)
    expect(found).to_contain_text("180.355 of 185 kg")
    chair.look("the-best-set")


def its_decisions_are_prepared(chair: Person) -> None:
    """Of 205 kg that are not there: the ledger refuses; of the set by hand, which fits."""
    page = chair.page
    common = "The committee takes the set of the greatest worth within the kilograms."
    chair.follow("Prepare decisions from this")
    page.locator("[name=common]").fill(common)
    chair.press("Prepare these decisions")
    expect(page.get_by_role("alert")).to_contain_text("over the 180 kg that can be given")
    chair.look("decisions-that-do-not-fit")
    chair.go(f"{CALL}/selection/")
    page.get_by_role("row", name="Without the rover").get_by_role("link").click()
    chair.follow("Prepare decisions from this")
    page.locator("[name=common]").fill(common)
    chair.press("Prepare these decisions")
    expect(page.locator("main")).to_contain_text("Decisions prepared: 12.")
    assert chair.reads("146.755 kg")
    chair.go(f"{CALL}/selection/")
    says(page.locator(".tally"), "Mass 33.245 kg free")
