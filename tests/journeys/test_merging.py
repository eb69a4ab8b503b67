"""Two cases of one call become a project with one line of the budget, and its lead accepts."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.stage import PASSWORD, Person, Stage

pytestmark = pytest.mark.browser

CODE, PROJECT = "MAST-L", "MAST-L-P-01"
TITLE = "[FICTIONAL] Radiation station of the south pole"
REASON = "Both look at the same particles, and one mast carries the two of them."


def test_two_cases_go_on_as_one(browser, stage: Stage):
    stage.run("-m", "tests.journeys.two_cases", "judged", CODE)
    chair = Person(browser, stage, "chair@example.org")
    the_chair_merges_two_cases(chair)
    stage.run("-m", "tests.journeys.two_cases", "released", CODE)
    lead = Person(browser, stage, "aor.gulf-particle@example.org", width=390)
    the_lead_accepts_on_a_phone(lead)
    a_partner_reads_what_became_of_it(
        Person(browser, stage, "pi.nile-particle@example.org", width=390, scripts=False)
    )
    the_ledger_adds_up(chair)


def the_chair_merges_two_cases(chair: Person) -> None:
    chair.go(f"/calls/{CODE}/ranking/")
    chair.follow("Merge cases")
    for case in chair.page.locator("[name=cases]").all():
        case.check()
    chair.page.locator("[name=title]").fill(TITLE)
    chair.page.locator("[name=lead]").select_option("Gulf Particle Group [FICTIONAL]")
    chair.page.locator("[name=reason]").fill(REASON)
    chair.look("cases-to-merge")
    chair.press("Merge")
    expect(chair.page.locator(".page-head")).to_contain_text(PROJECT)
    assert chair.reads("8.14 kg")
    chair.look("merged-in-private")


def the_lead_accepts_on_a_phone(lead: Person) -> None:
    lead.go("/day/")
    lead.page.get_by_role("link", name="Read and accept").and_(
        lead.page.locator("[href*='/projects/']")
    ).first.click()
    expect(lead.page.locator(".page-head .state")).to_have_text("released, to be accepted")
    lead.look("project-to-accept")
    lead.follow("Accept")
    assert lead.reads("It holds for all partners of the project: Nile Particle Lab")
    lead.look("project-acceptance")
    lead.page.get_by_label("Your password").fill(PASSWORD)
    lead.press("Accept")
    expect(lead.page.locator(".page-head .state")).to_have_text("accepted, agreement pending")
    lead.look("project-accepted")


def a_partner_reads_what_became_of_it(partner: Person) -> None:
    """From the page of its own case; of the lead's, it reads the title."""
    partner.go("/lois/")
    row = partner.page.locator("tr").filter(has_text=re.compile(rf"{CODE}-\d"))
    row.get_by_role("link").first.click()
    partner.follow(PROJECT)
    expect(partner.page.locator(".page-head .state")).to_have_text("accepted, agreement pending")
    assert partner.reads("Neutral particle analyser")
    assert partner.page.get_by_role("link", name="Neutral particle analyser").count() == 0
    partner.look("project-of-a-partner")


def the_ledger_adds_up(chair: Person) -> None:
    chair.go(f"/calls/{CODE}/ledger/")
    line = chair.page.get_by_role("row", name=PROJECT)
    expect(line).to_have_count(2)  # held, then committed
    expect(line.last).to_contain_text("8.140")
    assert chair.reads("171.86 kg")  # free of 180
    chair.look("ledger-of-a-project")
