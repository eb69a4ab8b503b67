"""The main job in one story: from a call nobody has drafted to a letter anybody can verify.

Everything is real: the command that `make run` calls, its web server, worker and
clock, a browser for each person, and real seconds until the call closes.
"""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reviews.demonstration import data
from tests.journeys.stage import Person, Stage
from tests.servers import wait_until

pytestmark = pytest.mark.browser

BEIJING = ZoneInfo("Asia/Shanghai")
CODE = "CE8R"
SECONDS_OPEN = 150
CASES = {case["ref"]: case for case in data.load("letters")}


def test_from_an_open_call_to_a_verified_letter(browser, stage: Stage, tmp_path):
    def person(local: str, **how) -> Person:
        return Person(browser, stage, f"{local}@example.org", **how)

    secretary, approver = person("secretary"), person("approver")
    closes = datetime.now(BEIJING).replace(microsecond=0) + timedelta(seconds=SECONDS_OPEN)
    a_call_is_drafted_and_published(secretary, approver, closes)

    pi, aor = person("pi.baltic-space"), person("aor.baltic-space")
    case = a_letter_is_drafted(pi, "FIC-02", tmp_path)
    it_is_signed_off_and_filed(pi, aor, case)
    rival = person("pi.pearl-delta")
    the_robot_over_the_cap_is_refused(rival, tmp_path)
    a_stranger_looks_around(Person(browser, stage), case)

    wait_until(lambda: datetime.now(BEIJING) > closes + timedelta(seconds=6), SECONDS_OPEN + 30)
    the_clock_closes_the_call(secretary, rival, aor, case)

    chair = person("chair")
    reviewers = [person(f"reviewer{n}") for n in (1, 2, 3)]
    it_is_screened_and_assigned(secretary, case)
    for reviewer, scores in zip(reviewers, data.load("panel")["scores"]["FIC-02"].values(), strict=True):
        it_is_reviewed(reviewer, case, scores)
    the_chair_decides(chair, case)
    another_person_approves(approver)
    the_results_are_released(secretary)
    code = the_partner_reads_the_letter(aor, case, tmp_path)
    anybody_verifies_it(Person(browser, stage), code)
    the_office_sees_the_way_to_september(secretary, person("admin"))

    assert "invariants hold" in stage.manage("invariants")
    assert "events hold" in stage.manage("verify_audit")
    assert stage.end() == 0


def a_call_is_drafted_and_published(secretary: Person, approver: Person, closes: datetime) -> None:
    page = secretary.page
    secretary.go("/calls/draft/")
    fields = {
        "code": CODE,
        "title": "Payloads on the terms of Chang'e-8",
        "summary": "Partners share 200 kg on the lander; one independent module has at most 100 kg.",
        "opens_at": f"{closes - timedelta(days=2):%Y-%m-%dT%H:%M:%S}",
        "closes_at": f"{closes:%Y-%m-%dT%H:%M:%S}",
        "preliminary": str(closes.date() + timedelta(days=75)),
        "final": str(september(closes.date())),
        "need_by": str(closes.date() + timedelta(days=900)),
        "keywords": "\n".join(label for _, label in data.KEYWORDS),
    }
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
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
    assert page.get_by_role("button", name="Publish").count() == 0 or page.get_by_role(
        "button", name="Publish"
    ).is_disabled()
    approver.go(f"/calls/{CODE}/publish/")
    approver.look("call-to-publish")
    approver.press("Publish")
    assert approver.reads("Beijing")
    approver.look("call-published")


def september(day: date) -> date:
    """The first 30 September that leaves a quarter of a year to judge."""
    earliest = day + timedelta(days=90)
    year = earliest.year + (earliest > date(earliest.year, 9, 30))
    return date(year, 9, 30)


def a_letter_is_drafted(pi: Person, ref: str, folder) -> str:
    """Every step of the form, typed; the address of the letter."""
    page = pi.page
    pi.go(f"/calls/{CODE}/begin/")
    page.locator("[name=team]").select_option(index=1)
    pi.press("Begin the letter")
    key = re.search(r"/lois/([a-z0-9]+)/", page.url).group(1)
    case = {**CASES[ref], "keywords": [keyword_code(code) for code in CASES[ref]["keywords"]]}
    content = data.content(case, flight_model_on=str(date.today() + timedelta(days=600)))
    for section, values in content.items():
        pi.go(f"/lois/{key}/edit/{section}/")
        if section == "resources":
            type_in(pi, values)
            shown = "13.44" if ref == "FIC-02" else "110.4"
            page.locator("#headroom", has_text=shown).wait_for()  # while typing, nothing saved
            pi.look(f"resource-sheet-{ref}")
        else:
            type_in(pi, values)
        page.get_by_role("button", name="Save and go on").click()
    attach(pi, key, folder)
    return f"/lois/{key}/"


def keyword_code(code: str) -> str:
    """The code that the form of the call made of the keyword's label."""
    label = dict(data.KEYWORDS)[code]
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:40]


def type_in(person: Person, values: dict) -> None:
    page = person.page
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for n, row in enumerate(value):
                if page.locator(f"[name={name}-{n}-{next(iter(row))}]").count() == 0:
                    page.locator(f"button[name=add][value={name}]").click()
                    page.locator(f"[name={name}-{n}-{next(iter(row))}]").wait_for()
                for field, typed in row.items():
                    put(person, f"{name}-{n}-{field}", typed)
        elif isinstance(value, list):
            for code in value:
                page.locator(f"[name={name}][value={code}]").check()
        else:
            put(person, name, value)


def put(person: Person, name: str, value: str) -> None:
    field = person.page.locator(f"[name={name}]")
    if field.get_attribute("type") == "checkbox":
        field.set_checked(value == "on")
    elif field.evaluate("element => element.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def attach(pi: Person, key: str, folder) -> None:
    page = pi.page
    pi.go(f"/lois/{key}/attach/")
    wrong = folder / "letter.pdf"
    wrong.write_bytes(b"This is no PDF, whatever its name says.")
    page.locator("[name=file]").set_input_files(wrong)
    pi.press("Attach")
    assert pi.reads("not a PDF")
    wrong.write_bytes(data.pdf())
    page.locator("[name=file]").set_input_files(wrong)
    pi.press("Attach")
    assert pi.reads("letter.pdf")


def it_is_signed_off_and_filed(pi: Person, aor: Person, case: str) -> None:
    pi.go(case)
    pi.look("letter-complete")
    pi.page.get_by_role("button", name=re.compile("^Sign off version")).click()
    assert pi.reads("NOT yet filed")
    pi.look("signed-off-not-yet-filed")

    aor.go("/day/")
    aor.look("day-of-the-representative")
    aor.go(f"{case}file/")
    aor.look("before-filing")
    aor.page.get_by_label("Your password").fill("lunar-demonstration")
    aor.page.get_by_role("button", name=re.compile("^File version")).dblclick()
    aor.page.wait_for_url(f"**{case}")
    assert aor.reads(f"{CODE}-0001")
    assert aor.reads("Signature, Ed25519")
    aor.look("filed-with-its-manifest")
    aor.waits_to_read("Receipt (PDF)")
    aor.go("/messages/")
    assert aor.reads(f"{CODE}-0001")
    aor.look("messages")


def the_robot_over_the_cap_is_refused(rival: Person, folder) -> None:
    case = a_letter_is_drafted(rival, "FIC-06", folder)
    rival.go(case)
    assert rival.reads("110.4 kg MEV exceeds the 100 kg cap; CBE 92 kg")
    assert rival.page.get_by_role("button", name=re.compile("^Sign off")).is_disabled()
    rival.look("over-the-cap")
    rival.case = case


def a_stranger_looks_around(stranger: Person, case: str) -> None:
    for path, name in (("/", "front"), (f"/calls/{CODE}/", "call"), ("/calls/CE8/", "call-of-history"),
                       ("/missions/change-8/", "mission"), ("/help/workflow/", "help-workflow"),
                       ("/help/roles/", "help-roles"), ("/verify/", "verify")):  # fmt: skip
        stranger.go(path)
        stranger.look(name)
    stranger.go(case)
    assert "/accounts/login/" in stranger.page.url


def the_clock_closes_the_call(secretary: Person, rival: Person, aor: Person, case: str) -> None:
    rival.go(rival.case)
    rival.waits_to_read("not submitted")
    rival.look("not-submitted")
    rival.go("/messages/")
    rival.waits_to_read("not submitted")
    aor.go(case)
    assert aor.reads("in screening")
    secretary.go("/day/")
    secretary.look("day-of-the-secretary")
