"""With JavaScript off a letter is begun, filled, attached to, signed off and filed."""

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import attach, begin, content, file, fill, put, sign_off
from tests.journeys.stage import Person, Stage

pytestmark = pytest.mark.browser


def test_a_letter_without_scripts(browser, stage: Stage):
    pi = Person(browser, stage, "pi.mekong-bio@example.org", scripts=False)
    aor = Person(browser, stage, "aor.mekong-bio@example.org", scripts=False)
    page = pi.page
    letter = begin(pi, "DEMO27-L", source="(DEMO26-L)")
    pi.go(f"{letter}edit/team/")
    rows = page.locator("#id_people .row-of")
    before = rows.count()
    page.locator("[name=pi_position]").fill("Head of the laboratory")
    page.locator("button[name=add][value=people]").click()
    expect(rows).to_have_count(before + 1)
    for field, typed in {
        "name": "Second scientist, Mekong Bio",
        "organisation": "Mekong Bio Lab",
        "role": "Culture and sampling",
    }.items():
        put(pi, f"people-{before}-{field}", typed)
    pi.look("without-scripts")
    pi.press("Save")
    expect(page.locator("[name=pi_position]")).to_have_value("Head of the laboratory")
    expect(page.locator(f"[name=people-{before}-role]")).to_have_value("Culture and sampling")
    fill(pi, letter, {"declarations": content("FIC-09")["declarations"]})
    attach(pi, letter)
    attach(pi, letter, kind="inventory")
    sign_off(pi, letter)
    file(aor, letter)
    aor.waits_to_read("Receipt (PDF)")
    assert aor.reads("Second scientist, Mekong Bio")
    aor.look("filed-without-scripts")
