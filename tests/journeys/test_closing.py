"""A call closes. Who has not filed lapses and is admitted late; who has filed is asked a question."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import (
    attach,
    begin,
    content,
    describe_call,
    file,
    fill,
    seconds_ahead,
    sign_off,
)
from tests.journeys.stage import Person, Stage

pytestmark = pytest.mark.browser

CODE = "CE8L"
QUESTION = "Is the boom released by a spring alone, or by a motor that draws power from the lander?"
ANSWER = "By a spring alone; the lander gives one pulse to the pin that holds it."


def test_a_call_closes(browser, stage: Stage):
    def person(local: str) -> Person:
        return Person(browser, stage, f"{local}@example.org")

    secretary, approver = person("secretary"), person("approver")
    late, late_aor = person("pi.nile-particle"), person("aor.nile-particle")
    pi, aor = person("pi.atlas-instruments"), person("aor.atlas-instruments")
    describe_call(secretary, CODE, seconds_ahead(3600))
    secretary.press("Save the draft")
    secretary.go(f"/calls/{CODE}/propose/")
    secretary.press("Propose for publication")
    approver.go(f"/calls/{CODE}/publish/")
    approver.press("Publish")

    unfiled = a_complete_draft(late, "FIC-10")
    filed = a_complete_draft(pi, "FIC-14")
    sign_off(pi, filed)
    file(aor, filed)
    stage.close_soon(CODE)

    the_draft_has_lapsed(late, late_aor, unfiled)
    a_question_is_asked_and_answered(secretary, pi, filed)
    a_late_ticket_admits_it(secretary, approver, late, late_aor, unfiled)


def a_complete_draft(pi: Person, ref: str) -> str:
    letter = begin(pi, CODE, source="(DEMO26-L)")
    fill(pi, letter, {"declarations": content(ref)["declarations"]})
    attach(pi, letter)
    return letter


def the_draft_has_lapsed(late: Person, aor: Person, letter: str) -> None:
    late.go(letter)
    late.waits_to_read("Not submitted")
    assert late.reads("It was a draft. What was missing was the first key")
    assert late.page.get_by_role("link", name="Sign off…").count() == 0
    late.look("lapsed")
    late.go(f"{letter}edit/science/")
    assert late.page.url.endswith(letter)
    for person in (late, aor):
        person.go("/messages/")
        person.waits_to_read(f"Not submitted to {CODE}")
    late.follow(f"Not submitted to {CODE}")
    assert late.reads("takes no part in the call")
    late.look("lapsed-by-mail")


def a_question_is_asked_and_answered(secretary: Person, pi: Person, letter: str) -> None:
    pi.go(letter)
    pi.waits_to_read("in screening")
    digest = pi.page.locator("dd.key").first.inner_text()
    secretary.go(f"{letter}screen/")
    secretary.look("screening-before-a-question")
    secretary.follow("Ask a question")
    secretary.page.locator("[name=question]").fill(QUESTION)
    secretary.look("a-question-to-ask")
    secretary.press("Ask")
    pi.go("/day/")
    pi.look("day-with-a-question")
    pi.go(letter)
    assert pi.reads(QUESTION)
    pi.look("asked")
    pi.follow("Answer the question")
    pi.page.locator("[name=answer]").fill(ANSWER)
    pi.look("a-question-to-answer")
    pi.press("Send the answer")
    expect(pi.page.locator(".page-head .state")).to_have_text("in screening")
    assert pi.reads(ANSWER)
    assert pi.page.locator("dd.key").first.inner_text() == digest  # what was filed stays
    secretary.go(f"{letter}screen/")
    assert secretary.reads(ANSWER)
    secretary.look("answered")


def a_late_ticket_admits_it(
    secretary: Person, approver: Person, late: Person, aor: Person, letter: str
) -> None:
    secretary.go(f"/calls/{CODE}/amend/")
    secretary.look("amend")
    secretary.follow("Late ticket")
    page = secretary.page
    page.locator("[name=organisation]").select_option(label="Nile Particle Lab [FICTIONAL]")
    page.locator("[name=until]").fill(f"{seconds_ahead(86400):%Y-%m-%dT%H:%M:%S}")
    page.locator("[name=reason]").fill("The portal's mail did not reach one organisation in time.")
    secretary.press("Propose the amendment")
    ticket = re.search(r"/amendments/\w+/", page.url).group()
    approver.go(ticket)
    approver.look("late-ticket-to-publish")
    approver.press("Publish the amendment")
    expect(approver.page.locator("main")).to_contain_text("did not reach one organisation")
    approver.look("late-ticket-in-the-log")
    late.go(letter)
    expect(late.page.locator(".page-head .state")).to_have_text("draft")
    late.look("admitted-late")
    sign_off(late, letter)
    file(aor, letter)
    expect(aor.page.locator("#filed")).to_contain_text(f"{CODE}-0002")
    aor.look("filed-late")
