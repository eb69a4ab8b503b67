"""A reviewer with a conflict of interest that the portal found, and one who declares a tie."""

from playwright.sync_api import expect

from tests.journeys.stage import Person

WRONG = "Another person of this name works there; the institute confirms it in writing."
TIE = "My sister leads the detector work of the letter."
CALL = "DEMO26-O"


def test_a_conflict_is_found_ruled_on_and_another_is_declared(stage, browser):
    secretary = Person(browser, stage, "secretary@example.org")
    secretary.go(f"/calls/{CALL}/conflicts/")
    found = secretary.page.locator(".rulings > li", has_text="hard").first
    case = secretary.page.locator("section", has=found).locator(".ref").first.inner_text()
    secretary.look("conflicts-to-rule-on")
    found.get_by_text("The evidence is wrong").first.click()
    found.locator("textarea").first.fill(WRONG)
    found.locator("form button").first.click()
    secretary.go(f"/calls/{CALL}/conflicts/?show=all")
    assert secretary.reads(WRONG)
    secretary.look("conflicts-all")

    # Another one is asked to review, and has a tie: out, and the case is in none of their lists.
    reviewer = Person(browser, stage, "reviewer3@example.org", width=390)
    reviewer.go("/day/")
    reviewer.page.get_by_role("link", name="Declare").first.click()
    asked = reviewer.page.locator("h1 .ref").inner_text()
    reviewer.look("declare")
    reviewer.page.locator("[name=family]").check()
    reviewer.page.locator("[name=family_words]").fill(TIE)
    reviewer.press("Declare")
    expect(reviewer.page).to_have_url(f"{stage.url}/reviews/")
    for page in ("/reviews/", "/day/"):
        reviewer.go(page)
        assert asked not in reviewer.page.locator("main").inner_text()
    reviewer.look("stepped-back")
    secretary.go(f"/calls/{CALL}/conflicts/?show=all")
    assert secretary.reads(TIE) and secretary.reads(case)
