"""The main job in one story: from a call nobody has drafted to a letter anybody can verify.

Everything is real: the command that `make run` calls, its web server, worker and
clock, a browser for each person, and real seconds as the call closes.
"""

import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

from reviews.demonstration import data
from tests.journeys.acts import (
    BEIJING,
    attach,
    begin,
    content,
    declare,
    describe_call,
    save,
    score,
    seconds_ahead,
    sign_off,
    type_in,
)
from tests.journeys.stage import PASSWORD, Person, Stage
from tests.portal.test_pdf import text_of
from tests.servers import wait_until

pytestmark = pytest.mark.browser

CODE = "CE8R"


def test_from_an_open_call_to_a_verified_letter(browser, stage: Stage, tmp_path):
    def person(local: str, **how) -> Person:
        return Person(browser, stage, f"{local}@example.org", **how)

    secretary, approver = Person(browser, stage), person("approver")
    secretary.sign_in("secretary@example.org")
    closes = seconds_ahead(3600)
    a_call_is_drafted_and_published(secretary, approver, closes)

    pi, aor = person("pi.baltic-space"), person("aor.baltic-space")
    case = a_letter_is_drafted(pi, tmp_path)
    it_is_signed_off_and_filed(pi, aor, case)
    rival = person("pi.pearl-delta")
    begun = begin(rival, CODE)
    a_stranger_looks_around(Person(browser, stage), case)

    stage.close_soon(CODE)
    the_clock_closes_the_call(secretary, rival, begun, aor, case)

    chair = person("chair")
    reviewers = [person(f"reviewer{n}") for n in (1, 2, 3)]
    the_panel_is_seated(secretary, chair, [*reviewers, pi])
    it_is_screened_and_assigned(secretary, case)
    scores = data.load("panel")["scores"]["FIC-02"].values()
    for turn, (reviewer, given) in enumerate(zip(reviewers, scores, strict=True)):
        it_is_reviewed(reviewer, case, given, turn)
    the_chair_decides(chair, case)
    another_person_approves(approver)
    the_results_are_released(secretary)
    code = the_partner_reads_the_letter(aor, case, tmp_path)
    anybody_verifies_it(Person(browser, stage), code)
    the_office_sees_the_way_to_september(secretary, person("admin"))


def a_call_is_drafted_and_published(secretary: Person, approver: Person, closes: datetime) -> None:
    page = secretary.page
    describe_call(secretary, CODE, closes)
    weight = page.locator("[name=rubric-0-weight]")
    weight.fill("35")
    secretary.press("Save the draft")
    assert secretary.reads("105")  # the sum of the weights, and nothing typed is lost
    assert page.locator("[name=code]").input_value() == CODE
    secretary.look("weights-that-do-not-add-up")
    weight.fill("30")
    secretary.press("Save the draft")
    secretary.look("call-drafted")
    secretary.follow("Propose for publication")
    secretary.press("Propose for publication")

    secretary.go(f"/calls/{CODE}/publish/")
    assert (
        page.get_by_role("button", name="Publish").count() == 0
        or page.get_by_role("button", name="Publish").is_disabled()
    )
    approver.go(f"/calls/{CODE}/publish/")
    approver.look("call-to-publish")
    approver.press("Publish")
    assert approver.reads("Beijing")
    approver.look("call-published")


def a_letter_is_drafted(pi: Person, folder) -> str:
    """Every step of the form, typed; the address of the letter."""
    letter = begin(pi, CODE)
    for section, values in content("FIC-02").items():
        pi.go(f"{letter}edit/{section}/")
        type_in(pi, values)
        if section == "resources":
            pi.page.locator("#headroom", has_text="13.44").wait_for()  # while typing
            pi.look("resource-sheet")
        save(pi)
    pi.go(f"{letter}attach/")
    wrong = folder / "letter.pdf"
    wrong.write_bytes(b"This is no PDF, whatever its name says.")
    pi.page.locator("#file-letter").set_input_files(wrong)
    pi.page.locator("form:has(#file-letter) button").click()
    expect(pi.page.locator("main")).to_contain_text("is no PDF, whatever its name says")
    attach(pi, letter)
    pi.look("files")
    return letter


def it_is_signed_off_and_filed(pi: Person, aor: Person, case: str) -> None:
    pi.go(case)
    pi.look("letter-complete")
    pi.go(f"{case}sign-off/")
    pi.look("before-signing-off")
    sign_off(pi, case)
    pi.look("signed-off-not-yet-filed")

    aor.go("/day/")
    aor.look("day-of-the-representative")
    aor.go(f"{case}file/")
    aor.look("before-filing")
    aor.page.get_by_label("Your password").fill(PASSWORD)
    aor.page.get_by_role("button", name=re.compile("^File revision")).dblclick()
    aor.page.wait_for_url(f"**{case}")
    assert aor.reads(f"{CODE}-0001")
    assert aor.reads("Signature, Ed25519")
    aor.look("filed-with-its-manifest")
    aor.waits_to_read("Receipt (PDF)")
    aor.go("/messages/")
    assert aor.reads(f"{CODE}-0001")
    aor.look("messages")


def a_stranger_looks_around(stranger: Person, case: str) -> None:
    for path, name in (("/", "front"), (f"/calls/{CODE}/", "call"), ("/calls/CE8/", "call-of-history"),
                       ("/missions/change-8/", "mission"), ("/help/workflow/", "help-workflow"), ("/help/form/", "help-form"),
                       ("/help/roles/", "help-roles"), ("/verify/", "verify")):  # fmt: skip
        stranger.go(path)
        stranger.look(name)
    stranger.go(case)
    assert "/accounts/login/" in stranger.page.url


def the_clock_closes_the_call(
    secretary: Person, rival: Person, begun: str, aor: Person, case: str
) -> None:
    rival.go(begun)
    rival.waits_to_read("not submitted")
    rival.look("not-submitted")
    rival.go("/messages/")
    rival.waits_to_read(f"Not submitted to {CODE}")
    aor.go(case)
    assert aor.reads("in screening")
    secretary.go("/day/")
    secretary.look("day-of-the-secretary")


def the_panel_is_seated(secretary: Person, chair: Person, others: list[Person]) -> None:
    """Invited by the secretary, accepted by each; one of them is of the letter's own team."""
    page = secretary.page
    for person in (chair, *others):
        secretary.go(f"/calls/{CODE}/panel/")
        page.locator("[name=email]").fill(person.email)
        page.locator("[name=role]").select_option("chair" if person is chair else "reviewer")
        secretary.press("Invite to the panel")
        assert secretary.reads(person.email)
        person.go("/day/")
        assert person.reads(f"You are invited to the panel of {CODE}.")
        person.follow("Answer")
        if person is not chair:
            person.page.locator("[name^=knows_][value='2']").first.check()
        person.press("Accept the place")
        expect(person.page.get_by_role("button", name="Accept the place")).to_have_count(0)
    secretary.go(f"/calls/{CODE}/panel/")
    secretary.look("panel")


def it_is_screened_and_assigned(secretary: Person, case: str) -> None:
    page = secretary.page
    secretary.go(f"/calls/{CODE}/cases/")
    secretary.look("cases")
    secretary.go(f"{case}screen/")
    page.locator("[name=compliant][value=yes]").check()
    page.locator("[name=note]").fill("Complete and within scope.")
    secretary.look("screening")
    secretary.press("Record the screening")

    secretary.go(f"{case}assign/")
    own = page.get_by_label("Principal investigator, Baltic Space Physics Lab")
    assert own.is_disabled()  # a member of the team cannot be ticked
    assert secretary.reads("3 needed")
    for n in (1, 2, 3):
        page.get_by_label(f"Reviewer R{n}").check()
    secretary.look("assign")
    secretary.press("Invite the ticked")
    secretary.press("Send to review")
    assert secretary.reads("under review")


def it_is_reviewed(reviewer: Person, case: str, scores: list, turn: int) -> None:
    page = reviewer.page
    reviewer.go(case)
    assert not reviewer.reads("Volatiles")  # nothing of it before the declaration
    reviewer.go("/reviews/")
    page.get_by_role("link", name=re.compile(f"{CODE}-0001")).first.click()
    if "/declare/" not in page.url:
        page.goto(page.url.rstrip("/") + "/declare/")
    reviewer.look("declaration")
    declare(reviewer)
    score(reviewer, scores, turn=turn)
    reviewer.look("review-locked")


def the_chair_decides(chair: Person, case: str) -> None:
    page = chair.page
    chair.go(f"/calls/{CODE}/ranking/")
    assert chair.reads("76.5")
    chair.look("ranking")
    page.get_by_role("link", name=re.compile(f"{CODE}-0001")).first.click()
    chair.press("Conclude the reviews")
    assert chair.reads("C3")  # one reviewer sees a threshold missed: the consensus is due
    chair.follow("Write the consensus")
    page.locator("[name=C3]").select_option("3")
    page.locator("[name=text]").fill(data.load("panel")["agreed"]["FIC-02"]["text"])
    chair.look("consensus-due")
    chair.press("Write it down")
    chair.follow("Back to the case")
    chair.press("Send to final review")
    chair.follow("Prepare the decision")
    page.locator("[name=outcome][value=selected]").check()
    page.locator("[name=reason]").fill(
        "The volatiles near the pole are the first aim of the mission."
    )
    page.locator("[name=granted_mass]").fill("190")
    chair.press("Prepare the decision")
    assert chair.reads("190 kg")  # refused with the numbers, and what was typed is kept
    chair.look("more-than-was-asked")
    page.locator("[name=granted_mass]").fill("13.44")
    chair.press("Prepare the decision")
    chair.go(f"/calls/{CODE}/ranking/")
    assert chair.reads("13.44 kg")
    chair.look("decision-prepared")
    chair.press("Propose the decisions")


def another_person_approves(approver: Person) -> None:
    page = approver.page
    approver.go(f"/calls/{CODE}/decisions/")
    approver.look("decisions-to-approve")
    page.locator("[name=release_on]").fill(f"{datetime.now(BEIJING):%Y-%m-%d}")
    approver.press("Approve the decisions")
    approver.go(f"/calls/{CODE}/release/")
    assert page.get_by_role("button", name="Release the results").is_disabled()  # two persons


def the_results_are_released(secretary: Person) -> None:
    secretary.go(f"/calls/{CODE}/release/")

    def stored() -> bool:
        secretary.page.reload()
        return secretary.page.get_by_role("button", name="Release the results").is_enabled()

    wait_until(stored, 40 * secretary.slow, "the letters are stored", every=0.5)
    secretary.look("release-rehearsal")
    secretary.press("Release the results")
    secretary.look("released")


def the_partner_reads_the_letter(aor: Person, case: str, folder) -> str:
    """The code on the letter the partner downloads."""
    aor.go("/messages/")
    aor.waits_to_read(f"[Action required] {CODE}-0001: accept or decline before")
    aor.go(case)
    assert aor.reads("selected")
    aor.look("decision-for-the-partner")
    with aor.page.expect_download() as download:
        aor.follow("Decision letter (PDF)")
    letter = folder / "decision.pdf"
    download.value.save_as(letter)
    words = text_of(letter.read_bytes())
    assert "Your proposal is selected" in words
    assert "13.44" in words
    return re.search(r"[2-9A-HJKMNP-Z]{4}(?:-[2-9A-HJKMNP-Z]{4}){3}", words).group()


def anybody_verifies_it(stranger: Person, code: str) -> None:
    stranger.go("/verify/")
    stranger.page.locator("[name=code]").fill(code.lower())
    stranger.press("Verify")
    assert stranger.reads("Valid") or stranger.reads("valid")
    for secret in ("Baltic", "Volatiles", "selected", "investigator"):
        assert not stranger.reads(secret)
    stranger.look("verified")
    stranger.go("/verify/2222-2222-2222-2222/")
    assert stranger.reads("Unknown")


def the_office_sees_the_way_to_september(secretary: Person, admin: Person) -> None:
    secretary.go(f"/calls/{CODE}/board/")
    assert secretary.reads("Final selection")
    secretary.look("board")
    admin.go("/day/")
    admin.look("day-of-the-administrator")
    admin.go("/calls/DEMO26-L/board/")
    assert admin.reads("186.075 kg")  # what is still in the running asks
    admin.look("board-of-the-first-round")
