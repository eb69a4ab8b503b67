"""Letters at the edges of what a call carries: nothing of it, nothing powered, too much."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import attach, begin, content, file, fill, save, sign_off
from tests.journeys.stage import Person, Stage

pytestmark = pytest.mark.browser


def partners(browser, stage: Stage, slug: str) -> tuple[Person, Person]:
    return tuple(Person(browser, stage, f"{key}.{slug}@example.org") for key in ("pi", "aor"))


def test_a_cubesat_at_mission_level_draws_nothing(browser, stage: Stage):
    pi, aor = partners(browser, stage, "steppe-orbital")
    page = pi.page
    letter = begin(pi, "DEMO27-L", source="(DEMO26-L)")
    pi.look("cubesat-taken-over")
    fill(pi, letter, {"declarations": content("FIC-12")["declarations"]})
    attach(pi, letter)
    pi.go(f"{letter}edit/science/")
    interaction = page.locator("[name=interaction]")
    typed = interaction.input_value()
    interaction.fill("")
    save(pi)
    pi.go(letter)
    expect(page.locator("main")).to_contain_text("Interaction between craft")
    expect(page.get_by_role("button", name="Sign off")).to_be_disabled()
    pi.go(f"{letter}edit/science/")
    interaction.fill(typed)
    save(pi)
    pi.go(f"{letter}edit/resources/")
    expect(page.locator("#headroom")).to_contain_text("0 kg")
    pi.look("cubesat-sheet")
    sign_off(pi, letter)
    before = asked(aor)
    file(aor, letter)
    assert asked(aor) == before
    aor.go(letter)
    aor.look("cubesat-filed")


def asked(person: Person) -> list[str]:
    """What the public page of the call says of its kilograms."""
    person.go("/calls/DEMO27-L/")
    return re.findall(r"[\d.,]+\skg", person.page.locator("main").inner_text())


def test_a_passive_reflector_has_no_watt_and_no_bit(browser, stage: Stage):
    pi, aor = partners(browser, stage, "tiber-optics")
    page = pi.page
    letter = begin(pi, "DEMO27-L")
    whole = content("FIC-08")
    fill(pi, letter, whole)
    attach(pi, letter)
    pi.go(f"{letter}edit/resources/")
    for name in ("data_mbit_day", "power_night_w"):
        expect(page.locator(f"[name={name}]")).to_be_hidden()
    expect(page.locator("#id_modes")).to_be_hidden()
    pi.look("reflector-sheet")
    sign_off(pi, letter)
    file(aor, letter)
    expect(aor.page.locator("aside")).to_contain_text("0 W")
    aor.look("reflector-filed")


def test_a_robot_over_the_cap_is_refused(browser, stage: Stage):
    pi, _ = partners(browser, stage, "pearl-delta")
    page = pi.page
    pi.go("/lois/")
    pi.page.get_by_role("link", name="Heavy manipulator robot").first.click()
    said = "110.4 kg MEV exceeds the 100 kg cap; CBE 92 kg"
    expect(page.locator("main")).to_contain_text(said)
    expect(page.get_by_role("button", name="Sign off")).to_be_disabled()
    pi.look("robot-over-the-cap")
    letter = page.url
    pi.go(f"{letter}sign-off/")
    expect(page.locator("main")).to_contain_text(said)
    pi.look("robot-not-signed-off")
    pi.go(f"{letter}edit/resources/")
    expect(page.locator(".error-summary")).to_contain_text(said)
    page.locator("[name=elements-0-mass_cbe_kg]").fill("83.3")
    expect(page.locator("#headroom")).to_contain_text("99.96")
    save(pi)
    pi.go(letter)
    expect(page.locator("main")).not_to_contain_text("exceeds the 100 kg cap")
    expect(page.get_by_role("link", name="Sign off…")).to_be_visible()
