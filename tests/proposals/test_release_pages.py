from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from portal import files, leases
from portal.text import plain
from proposals.models import Grant, Letter
from proposals.services import rendering
from reviews.models import Conflict
from tests import make
from tests.asking import words
from tests.make.story import again

THREE = ("selected", "reserve", "not_selected")
DECISIONS_QUERIES = 21


@pytest.fixture(scope="module")
def scene(stage):
    """A case of each outcome, its decision proposed by the chair."""
    return make.proposed_call(stage, outcomes=THREE)


@pytest.fixture
def cast(stage, scene, db):
    return stage


@pytest.fixture
def proposed(scene, db):
    return again(scene)


@pytest.fixture
def approved(cast, proposed):
    return make.approved(cast, proposed)


def page(visit, person, call, at=make.APPROVED) -> str:
    return words(visit(person, at=at).get(f"/calls/{call.code}/decisions/"))


def barred(call, person) -> None:
    """A hard conflict of this person with the first case of the call."""
    Conflict.objects.create(
        loi=call.lois.order_by("pk")[0], user=person, hard=True, declared=True,
        kind="declared", state="declared", reason="Family.", at=make.DURING,
    )  # fmt: skip


@pytest.mark.parametrize("who", ["admin", "legal", "pi", "rival_pi", "reviewer_one", "outsider"])
def test_who_does_not_decide_finds_no_page_of_decisions(cast, visit, approved, who):
    browser = visit(getattr(cast, who), at=make.APPROVED)
    for path in ("decisions", "release"):
        assert browser.get(f"/calls/{approved.code}/{path}/").status_code == 404
    for path in ("approve-decisions", "move-release", "reopen-decisions", "release"):
        assert browser.post(f"/calls/{approved.code}/{path}/", {}).status_code == 404


def test_the_approver_reads_every_decision_and_approves_with_a_day(cast, visit, proposed):
    browser = visit(cast.approver, at=make.APPROVED)
    shown = page(visit, cast.approver, proposed)
    granted = f"{plain(Grant.objects.get(decision__outcome='selected').amount)} kg"
    for word in ("Payload number 1 of the call", granted, "75.5", make.REASON, "not selected"):
        assert word in shown
    path = f"/calls/{proposed.code}/approve-decisions/"
    late = words(browser.post(path, {"release_on": "2027-06-19"}))
    assert "19 June 2027 has passed; today is 20 June 2027." in late
    never = words(browser.post(path, {"release_on": "9999-12-31"}))
    assert "Write a year from 2000 to 2100, not 9999." in never
    assert again(proposed).state == "decisions_proposed"
    assert browser.post(path, {"release_on": "2027-06-30"}).status_code == 302
    assert again(proposed).state == "decisions_approved"
    assert Letter.objects.filter(kind="decision", state="owed").count() == 3


def test_the_secretary_cannot_approve_and_reads_why(cast, visit, proposed):
    answer = visit(cast.secretary, at=make.APPROVED).post(
        f"/calls/{proposed.code}/approve-decisions/", {"release_on": "2027-06-30"}
    )
    assert answer.status_code == 403
    assert "This act is not yours" in words(answer)
    assert again(proposed).state == "decisions_proposed"


def test_the_release_is_refused_while_letters_are_missing(cast, visit, approved):
    browser = visit(cast.secretary, at=make.RELEASED)
    sentence = "Letters not yet stored: 3 of 3."
    assert sentence in page(visit, cast.secretary, approved, make.RELEASED)
    rehearsal = browser.get(f"/calls/{approved.code}/release/")
    assert rehearsal.status_code == 409
    assert sentence in words(rehearsal)
    answer = browser.post(f"/calls/{approved.code}/release/")
    assert answer.status_code == 409
    assert sentence in words(answer)
    assert again(approved).state == "decisions_approved"


def test_the_part_with_the_letters_refreshes_itself_until_all_are_stored(cast, visit, approved):
    browser = visit(cast.secretary, at=make.RELEASED)
    ask = {
        "path": f"/calls/{approved.code}/decisions/?part=letters",
        "headers": {"HX-Request": "true"},
    }
    waiting = words(browser.get(**ask))
    assert "0 of 3 letters are stored" in waiting
    assert 'hx-trigger="every 3s"' in waiting
    assert "<html" not in waiting
    make.store_letters(approved)
    done = words(browser.get(**ask))
    assert "3 of 3 letters are stored" in done
    assert "hx-trigger" not in done
    assert done.count("Preview (PDF)") == 3


def test_the_page_tells_the_pace_and_refreshes_without_scripts(cast, visit, approved):
    at = make.APPROVED + timedelta(minutes=1)
    one = next(leases.claim(Letter.objects.filter(kind="decision"), now=at, seconds=60, most=1))
    file = files.store(make.pdf_bytes(), media_type="application/pdf", now=at)
    rendering.store(one, file, now=at)
    shown = page(visit, cast.secretary, approved, at)
    assert "1 a minute, about 2 minutes left." in shown
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in shown
    make.store_letters(approved)
    assert "http-equiv" not in page(visit, cast.secretary, approved, at)


def test_all_letters_are_one_bundle_for_those_who_decide(cast, visit, approved):
    make.store_letters(approved)
    path = f"/calls/{approved.code}/letters.zip"
    answer = visit(cast.secretary, at=make.APPROVED).get(path)
    bundle = ZipFile(BytesIO(b"".join(answer.streaming_content)))
    assert bundle.testzip() is None
    names = [name for name in bundle.namelist() if name.startswith("decision/")]
    assert len(names) == 3
    letter = Letter.objects.filter(kind="decision").order_by("number").first()
    assert names[0] == f"decision/{letter.number}_{letter.loi.reference}.pdf"
    assert bundle.read(names[0]) == files.read(letter.file)
    assert visit(cast.pi, at=make.APPROVED).get(path).status_code == 404


def test_the_approver_reads_the_findings_that_the_approval_clears(cast, visit, proposed):
    shown = page(visit, cast.approver, proposed)
    assert "Your approval also clears the findings below for the applicants" in shown
    assert shown.count("It answers a stated aim of the call.") == 3


def test_a_letter_that_could_not_be_rendered_shows_its_error(cast, visit, approved):
    letter = next(
        leases.claim(Letter.objects.filter(kind="decision"), now=make.APPROVED, seconds=60, most=1)
    )
    leases.fail(letter, now=make.APPROVED, reason="no glyph for 𓀀", final=True)
    shown = page(visit, cast.secretary, approved)
    assert "1 letter of TEST27 could not be rendered." in shown
    assert "no glyph for 𓀀" in shown


def test_the_release_after_its_rehearsal(cast, visit, approved):
    make.store_letters(approved)
    browser = visit(cast.secretary, at=make.RELEASED)
    rehearsal = browser.get(f"/calls/{approved.code}/release/")
    assert rehearsal.status_code == 200
    for word in (
        "TEST27-0001",
        "reserve",
        "not selected",
        "<dd>3 <span",
        "It cannot be taken back.",
    ):
        assert word in words(rehearsal)
    assert browser.post(f"/calls/{approved.code}/release/").status_code == 302
    assert again(approved).state == "released"
    assert "Released on 30 June 2027" in page(visit, cast.secretary, approved, make.RELEASED)


def test_another_day_has_the_letters_rendered_again(cast, visit, approved):
    make.store_letters(approved)
    late = visit(cast.secretary, at=make.RELEASED + timedelta(days=1))
    shown = page(visit, cast.secretary, approved, make.RELEASED + timedelta(days=1))
    assert "planned for 30 June 2027 and did not happen" in shown
    answer = late.post(f"/calls/{approved.code}/move-release/", {"release_on": "2027-07-02"})
    assert answer.status_code == 302
    assert Letter.objects.filter(kind="decision", state="owed").count() == 3


def test_reopening_needs_its_reason(cast, visit, approved):
    browser = visit(cast.approver, at=make.APPROVED)
    path = f"/calls/{approved.code}/reopen-decisions/"
    assert browser.post(path, {"reason": ""}).status_code == 409
    assert browser.post(path, {"reason": "A figure was wrong."}).status_code == 302
    assert again(approved).state == "closed"


def test_the_page_asks_the_same_for_one_decision_and_for_three(
    cast, visit, proposed, django_assert_num_queries
):
    few = make.proposed_call(cast, outcomes=["selected"], code="FEW27")
    browser = visit(cast.auditor, at=make.APPROVED)
    browser.get(f"/calls/{few.code}/decisions/")
    for call in (few, proposed):
        with django_assert_num_queries(DECISIONS_QUERIES):
            assert browser.get(f"/calls/{call.code}/decisions/").status_code == 200


@pytest.mark.parametrize("path", ["decisions/", "release/", "board/"])
def test_whoever_has_a_conflict_with_a_case_sees_no_sum_of_what_is_held(
    cast, visit, proposed, path
):
    """What the sums hold and the cases shown do not would be the outcome of the hidden one."""
    at = f"/calls/{proposed.code}/{path}"
    assert "proposed" in words(visit(cast.approver, at=make.APPROVED).get(at))
    barred(proposed, cast.second_approver)
    answer = visit(cast.second_approver, at=make.APPROVED).get(at)
    bars = answer.context["bars"]
    assert bars
    assert all("proposed" not in {segment.key for segment in bar.segments} for bar in bars)


def test_a_letter_of_a_case_that_a_conflict_hides_is_in_no_number(cast, visit, approved):
    barred(approved, cast.second_secretary)
    at = f"/calls/{approved.code}/"
    for who, letters in ((cast.secretary, 3), (cast.second_secretary, 2)):
        browser = visit(who, at=make.RELEASED)
        assert browser.get(f"{at}decisions/").context["number"] == letters
        assert f"of {letters} letters of TEST27" in words(browser.get(f"{at}board/"))


def test_whoever_is_shut_out_of_a_case_neither_approves_nor_releases_the_decisions(
    cast, visit, approved
):
    """How many letters are lacking would tell of the hidden one; and it is decided with the others."""
    barred(approved, cast.secretary)
    answer = visit(cast.secretary, at=make.RELEASED).get(f"/calls/{approved.code}/release/")
    assert (answer.status_code, answer.context["verdict"].rule) == (403, "conflict")
