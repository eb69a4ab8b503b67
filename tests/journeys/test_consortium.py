"""Two organisations of two countries and a rover: from the registration to a receipt.

The proof of it is then checked outside the portal, with the tools its own text names.
"""

import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import attach, begin, content, file, fill
from tests.journeys.stage import PASSWORD, Person, Stage
from tests.portal.test_pdf import text_of

pytestmark = pytest.mark.browser

LEAD, PARTNER = "Algarve Lunar Robotics [FICTIONAL]", "Atlas Instruments [FICTIONAL]"
PI, AOR, SCIENTIST = (
    f"{local}@algarve.example.org" for local in ("pi", "representative", "scientist")
)


def test_a_rover_of_two_countries(browser, stage: Stage, tmp_path):
    pi, aor = Person(browser, stage), Person(browser, stage)
    registers(pi, stage, PI, "Rover lead, Algarve")
    an_organisation_is_registered(pi)
    it_is_verified(Person(browser, stage, "secretary@example.org"))
    another_is_invited(pi, aor, stage)
    letter = begin(pi, "DEMO27-L")
    fill(pi, letter, rover())
    attach(pi, letter)
    the_partner_countersigns(
        pi, Person(browser, stage, "aor.atlas-instruments@example.org"), letter
    )
    the_scientist_confirms(pi, Person(browser, stage), stage, letter)
    each_warning_is_acknowledged(pi, letter)
    file(aor, letter)
    aor.waits_to_read("Receipt (PDF)")
    aor.look("rover-filed")
    phone = Person(browser, stage, AOR, width=390)
    phone.go(letter)
    phone.look("rover-filed-phone")
    receipt = text_of(download(aor, "Receipt (PDF)", tmp_path / "receipt.pdf").read_bytes())
    assert "Algarve" in receipt
    assert "Atlas" in receipt
    it_verifies_outside(download(aor, "Proof, to check without", tmp_path / "proof.zip"))


def registers(person: Person, stage: Stage, address: str, name: str) -> None:
    """From the form of the page that is open, or of /accounts/signup/, to a confirmed address."""
    page = person.page
    if "/signup/" not in page.url:
        person.go("/accounts/signup/")
    for field, typed in {
        "name": name,
        "email": address,
        "password1": PASSWORD,
        "password2": PASSWORD,
    }.items():
        page.locator(f"[name={field}]").fill(typed)
    person.look("register")
    person.press("Register")
    expect(page.locator("main")).to_contain_text(address)
    person.look("confirm-the-address")
    person.go(stage.mailed(address, "/accounts/confirm-email/"))
    person.press("Confirm")
    if page.locator("[name=login]").count():
        page.locator("[name=login]").fill(address)
        page.locator("[name=password]").fill(PASSWORD)
        person.press("Sign in")


def an_organisation_is_registered(pi: Person) -> None:
    page = pi.page
    pi.go("/organisations/register/")
    page.locator("[name=name]").fill(LEAD)
    page.locator("[name=kind]").select_option("institute")
    pi.press("Register")
    assert page.locator("[name=name]").input_value() == LEAD
    expect(page.locator("main")).to_contain_text("Choose the country of the organisation.")
    page.locator("[name=country]").select_option("PT")
    page.locator("[name=domains]").fill("algarve.example.org")
    page.locator("[name=own][value=pi]").check()
    pi.look("register-an-organisation")
    pi.press("Register")
    expect(page.locator("h1")).to_have_text(LEAD)
    pi.look("organisation-registered")


def it_is_verified(secretary: Person) -> None:
    secretary.go("/day/")
    secretary.look("day-with-an-organisation-to-verify")
    secretary.go("/organisations/?state=registered")
    secretary.follow(LEAD)
    secretary.look("organisation-to-verify")
    secretary.press("Verify")
    expect(secretary.page.locator(".page-head .state")).to_have_text("verified")


def another_is_invited(pi: Person, aor: Person, stage: Stage) -> None:
    pi.go("/organisations/")
    pi.page.get_by_text("Invite a person").click()
    pi.page.locator("[name=address]").fill(AOR)
    pi.page.locator("[name=seats][value=aor]").check()
    pi.press("Send the invitation")
    pi.look("invitation-sent")
    aor.go(stage.mailed(AOR, "/invitations/link/"))
    aor.look("invitation-link")
    aor.page.locator("main").get_by_role("link", name="Register").click()
    registers(aor, stage, AOR, "Representative, Algarve")
    aor.page.wait_for_url("**/invitations/**")
    aor.look("invitation")
    aor.press("Accept")
    expect(aor.page.locator("h1")).to_have_text(LEAD)


def rover() -> dict:
    whole = content("FIC-05")
    whole["identity"]["title"] = "[FICTIONAL] Two-country night rover"
    whole["team"] |= {
        "pi_name": "Rover lead, Algarve",
        "pi_email": PI,
        "partners": [
            {
                "name": PARTNER,
                "country": "MA",
                "role": "Builds the mast with its cameras.",
                "contribution": "Mast, cameras, two engineers.",
                "share_mass_kg": "6",
                "share_power_w": "8",
            }
        ],
        "people": [
            {
                "name": "Scientist, Algarve",
                "organisation": LEAD,
                "role": "Thermal model",
                "email": SCIENTIST,
                "orcid": "",
            }
        ],
    }
    for element in whole["resources"]["elements"]:
        element |= {
            "contingency_percent": "15",
            "contingency_reason": "It is driven in the test bed since March.",
        }
    return whole


def the_partner_countersigns(pi: Person, partner: Person, letter: str) -> None:
    pi.go(f"{letter}partners/")
    expect(pi.page.get_by_label("Registered as").locator("option:checked")).to_contain_text(PARTNER)
    pi.look("partners-to-ask")
    pi.press("Ask to countersign")
    expect(pi.page.locator("main")).to_contain_text("is asked")
    partner.go("/lois/")
    partner.look("a-share-to-countersign")
    partner.page.locator("main a[href*='/shares/']").first.click()
    partner.look("share")
    partner.page.get_by_label("Your password").fill(PASSWORD)
    partner.press("Countersign")
    expect(partner.page.locator(".page-head .state")).to_have_text("countersigned")
    partner.look("share-countersigned")


def the_scientist_confirms(pi: Person, scientist: Person, stage: Stage, letter: str) -> None:
    pi.go(letter)
    pi.press("Ask them now")
    scientist.go(stage.mailed(SCIENTIST, "/named/"))
    scientist.look("named")
    scientist.press("Confirm: I take part")
    expect(scientist.page.locator("h1")).to_contain_text("You have confirmed")
    pi.go(letter)
    expect(pi.page.locator("#named")).to_contain_text("confirmed")


def each_warning_is_acknowledged(pi: Person, letter: str) -> None:
    page = pi.page
    pi.go(letter)
    pi.look("rover-complete")
    pi.follow("Sign off…")
    ticks, key = page.locator("[name=acknowledged]"), re.compile("^Sign off revision")
    count = ticks.count()
    assert count >= 2
    ticks.first.check()
    page.get_by_role("button", name=key).click()
    expect(page.locator(".error-summary h2")).to_contain_text("Not signed off")
    expect(page.locator(".error-summary li")).to_have_count(count - 1)
    pi.look("a-warning-is-not-acknowledged")
    for tick in ticks.all():
        tick.check()
    page.get_by_role("button", name=key).click()
    expect(page.locator(".band")).to_contain_text("NOT yet filed")


def download(person: Person, link: str, path: Path) -> Path:
    with person.page.expect_download() as coming:
        person.follow(link)
    coming.value.save_as(path)
    return path


def it_verifies_outside(proof: Path) -> None:
    """The commands are those that the proof's own text tells its reader to type."""
    folder = proof.with_suffix("")
    with zipfile.ZipFile(proof) as bundle:
        bundle.extractall(folder)
    (inside,) = {path.parent for path in folder.rglob("manifest.json")}
    told = re.findall(
        r"^    ((?:openssl|sha256sum) .*)$", (inside / "README.txt").read_text(), re.M
    )
    said = [
        subprocess.run(command, shell=True, cwd=inside, capture_output=True, text=True)
        for command in told
    ]
    assert [one.returncode for one in said] == [0] * len(told)
    assert "Signature Verified Successfully" in said[0].stdout
    assert "content.json: OK" in said[1].stdout
    manifest = inside / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"DEMO27", b"DEMO28"))
    changed = subprocess.run(told[0], shell=True, cwd=inside, capture_output=True)
    assert changed.returncode != 0
