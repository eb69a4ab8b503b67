"""An agreement ends, what it gives back makes a reserve case fit, and its partner accepts."""

import pytest
from playwright.sync_api import expect

from tests.journeys.stage import PASSWORD, Person, Stage
from tests.servers import wait_until

pytestmark = pytest.mark.browser

CODE, ENDED, FITS = "DEMO25-L", "DEMO25-L-0014", "DEMO25-L-0005"
REASON = "The export licence of the sensor was refused for good."


def test_what_falls_through_makes_a_reserve_case_fit(browser, stage: Stage):
    def person(local: str, **how) -> Person:
        return Person(browser, stage, f"{local}@example.org", **how)

    an_agreement_is_terminated(person("legal"))
    the_chair_promotes_what_fits(person("chair"))
    another_person_approves_and_a_third_releases(person("approver"), person("secretary"))
    the_partner_accepts(person("aor.indus-robotics", width=390))


def an_agreement_is_terminated(legal: Person) -> None:
    legal.go(f"/calls/{CODE}/ledger/")
    legal.follow(ENDED)
    legal.follow("Terminate")
    legal.look("termination")
    legal.page.locator("[name=reason]").fill(REASON)
    legal.press("Terminate")
    expect(legal.page.locator(".page-head .state")).to_have_text("agreement terminated")


def the_chair_promotes_what_fits(chair: Person) -> None:
    chair.go("/day/")
    assert chair.reads(f"{ENDED} returned 3.15 kg: 36.395 kg are free.")
    assert chair.reads(f"{FITS} with 33.6 kg fits.")
    chair.follow("Prepare its promotion")
    chair.page.locator("[name=outcome][value=selected]").check()
    chair.page.locator("[name=reason]").fill("First on the reserve list, and it now fits.")
    chair.look("promotion-to-prepare")
    chair.press("Prepare the decision")
    chair.go(f"/calls/{CODE}/ledger/")
    chair.look("ledger-with-a-promotion")


def another_person_approves_and_a_third_releases(approver: Person, secretary: Person) -> None:
    approver.go(f"/calls/{CODE}/decisions/")
    approver.press("Approve")
    secretary.go(f"/calls/{CODE}/decisions/")
    release = secretary.page.get_by_role("button", name="Release", exact=True).first

    def stored() -> bool:
        secretary.page.reload()
        return release.is_visible() and release.is_enabled()

    wait_until(stored, 40 * secretary.slow, "the letter is stored", every=0.5)
    secretary.look("promotion-to-release")
    with secretary.page.expect_navigation():
        secretary.press("Release")
    secretary.go(f"/calls/{CODE}/ledger/")
    assert secretary.reads("177.205")  # committed of 180


def the_partner_accepts(aor: Person) -> None:
    aor.go("/messages/")
    aor.waits_to_read(f"[Action required] {FITS} is selected from the reserve list")
    aor.follow(f"[Action required] {FITS}")
    aor.page.locator("main a[href*='/lois/']").first.click()
    expect(aor.page.locator(".page-head .state")).to_have_text("selected")
    aor.follow("Accept")
    aor.look("acceptance")
    aor.page.get_by_label("Your password").fill(PASSWORD)
    aor.press("Accept")
    expect(aor.page.locator(".page-head .state")).to_have_text("accepted, agreement pending")
    aor.look("accepted")
