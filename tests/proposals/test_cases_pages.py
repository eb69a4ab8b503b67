from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from portal.models import Organisation
from proposals.models import Assessment, Screening
from proposals.services import clarifications
from reviews.models import Conflict
from tests import make
from tests.asking import words
from tests.make.story import again

CASES_QUERIES = 25


def in_screening(cast, **given):
    loi = make.filed(cast, **given)
    make.close(loi.call)
    return again(loi)


NO = {
    "compliant": "no",
    "rule": "over_mass",
    "note": "The contingency of class D was restored.",
    "assessed_mass": "110.4",
    "reason_mass": "20 % for a new design",
}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_for_one_case_and_for_three(
    cast, visit, rows, django_assert_num_queries
):
    call = make.call(cast)
    for number in range(rows):
        make.filed(cast, call, title=f"Payload number {number} of the call")
    browser = visit(cast.secretary, at=make.DURING)
    browser.get(f"/calls/{call.code}/cases/")
    with django_assert_num_queries(CASES_QUERIES):
        assert browser.get(f"/calls/{call.code}/cases/").status_code == 200


def test_what_waits_stands_first_and_says_how_long(cast, visit):
    call = make.call(cast)
    names = ("the first", "the second", "the third", "the fourth")
    first, second, third, fourth = (
        make.filed(cast, call, title=f"A payload that is filed as {name}") for name in names
    )
    make.close(call)
    make.screened(cast, again(first))
    make.under_review(cast, again(first))
    make.asked(cast, again(second))
    make.asked(cast, again(third))
    answered = make.ASKED + timedelta(days=4)  # the Monday
    clarifications.answer_clarification(third, answer="It is.", by=cast.pi, now=answered)
    at = datetime(2027, 4, 7, 9, tzinfo=UTC)
    page = words(visit(cast.secretary, at=at).get(f"/calls/{call.code}/cases/"))
    places = [page.index(loi.title) for loi in (fourth, third, second, first)]
    assert places == sorted(places)
    assert "waiting for 4 working days" in page  # Thursday to Tuesday
    assert "waiting for 1 working day" in page  # since the answer: Tuesday
    assert "answer due before 8 Apr 2027, 24:00 Beijing" in page
    assert "Target: ten working days after the closing, 14 Apr 2027, 24:00 Beijing" in page


def test_the_screening_page_says_what_to_look_at(cast, visit):
    loi = in_screening(cast)
    page = words(visit(cast.secretary, at=make.SCREENED).get(f"/lois/{loi.key}/screen/"))
    assert "Waiting for 2 working days." in page
    assert "verified on 1 Oct 2026" in page
    for anchor in ("remarks", "figures", "organisation", "part-science", "files"):
        assert f'href="#{anchor}"' in page
        assert f'id="{anchor}"' in page


@pytest.mark.parametrize("who", ["admin", "legal", "pi", "rival_pi", "chair", "outsider"])
def test_the_list_is_the_secretariats(cast, visit, who):
    loi = in_screening(cast)
    browser = visit(getattr(cast, who), at=make.SCREENED)
    assert browser.get(f"/calls/{loi.call.code}/cases/").status_code == 404
    assert browser.get(f"/lois/{loi.key}/screen/").status_code == 404


def test_drafts_are_no_cases(cast, visit):
    call = make.call(cast)
    draft = make.draft(cast, call, title="A draft that nobody reads yet")
    filed = make.filed(cast, call, title="A letter that was filed in time")
    page = words(visit(cast.secretary, at=make.DURING).get(f"/calls/{call.code}/cases/"))
    assert filed.reference in page
    assert draft.title not in page
    assert draft.key not in page


def test_a_case_in_conflict_is_counted_and_not_shown(cast, visit):
    loi = in_screening(cast)
    Conflict.objects.create(
        loi=loi,
        user=cast.approver,
        hard=True,
        declared=True,
        kind="family",
        state="declared",
        reason="Works there.",
        at=make.SCREENED,
    )
    browser = visit(cast.approver, at=make.SCREENED)
    page = words(browser.get(f"/calls/{loi.call.code}/cases/"))
    assert loi.title not in page
    assert loi.reference not in page
    assert "1 case is hidden from you by a conflict of interest." in page
    assert browser.get(f"/lois/{loi.key}/screen/").status_code == 404


def test_a_screening_is_recorded_with_its_figure(cast, visit):
    loi = in_screening(cast)
    browser = visit(cast.secretary, at=make.SCREENED)
    assert browser.post(f"/lois/{loi.key}/screen/", NO).status_code == 302
    screening = Screening.objects.get()
    assert (screening.compliant, screening.rule) == (
        False,
        "One module may have at most 100 kg (MEV).",
    )
    assert Assessment.objects.get().amount == Decimal("110.4")
    page = words(browser.get(f"/lois/{loi.key}/screen/"))
    assert "20 % for a new design" in page
    assert "110.4" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rule": ""}, "Name the rule that is broken."),
        ({"note": "Too heavy."}, "The reason has 10 characters; the letter needs at least 20."),
        ({"rule": "other"}, "Write the rule as the call states it."),
        ({"reason_mass": ""}, "why 110.4 kg and not"),
        ({"compliant": "yes"}, "110.4 kg is more than the 100 kg one module may have."),
        ({"assessed_mass": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_with_a_screening_is_said(cast, visit, changes, sentence):
    loi = in_screening(cast)
    answer = visit(cast.secretary, at=make.SCREENED).post(
        f"/lois/{loi.key}/screen/", {**NO, **changes}
    )
    assert answer.status_code == 400
    assert sentence in words(answer)
    assert not Screening.objects.exists()


def test_the_auditor_reads_and_does_not_screen(cast, visit):
    loi = in_screening(cast)
    browser = visit(cast.auditor, at=make.SCREENED)
    assert "Record the screening" not in words(browser.get(f"/lois/{loi.key}/screen/"))
    assert browser.post(f"/lois/{loi.key}/screen/", NO).status_code == 403
    assert not Screening.objects.exists()


def test_a_second_person_confirms_that_it_is_ineligible(cast, visit):
    loi = make.screened(cast, compliant=False)
    path = f"/lois/{loi.key}/declare-ineligible/"
    assert visit(cast.secretary, at=make.SCREENED).post(path).status_code == 403
    approver = visit(cast.approver, at=make.SCREENED)
    assert path in words(approver.get(f"/lois/{loi.key}/screen/"))
    page = words(approver.get(path))
    assert "It is over the cap." in page
    assert cast.pi.name in page
    assert approver.post(path).status_code == 302
    assert again(loi).state == "ineligible"


def test_one_person_cannot_be_both(cast, visit):
    loi = in_screening(cast)
    Screening.objects.create(
        loi=loi, compliant=False, rule="A rule", by=cast.approver, at=make.SCREENED
    )
    answer = visit(cast.approver, at=make.SCREENED).get(f"/lois/{loi.key}/declare-ineligible/")
    assert answer.status_code == 403
    assert "a second person confirms" in words(answer)


def test_the_secretary_verifies_an_organisation_from_the_day(cast, visit):
    Organisation.objects.filter(pk=cast.institute.pk).update(state="registered", verified_at=None)
    browser = visit(cast.secretary, at=make.DURING)
    page = words(browser.get("/day/"))
    assert "1 organisation waits to be verified." in page
    path = f"/organisations/{cast.institute.key}/verify/"
    assert path in page
    assert visit(cast.approver, at=make.DURING).post(path).status_code == 403
    assert browser.post(path).status_code == 302
    assert again(cast.institute).verified_at == make.DURING
    assert path not in words(browser.get("/day/"))


@pytest.mark.parametrize("who", ["pi", "aor", "admin", "rival_pi", "outsider"])
def test_what_the_screening_found_is_the_secretariats(cast, visit, who):
    loi = in_screening(cast)
    visit(cast.secretary, at=make.SCREENED).post(f"/lois/{loi.key}/screen/", NO)
    response = visit(getattr(cast, who), at=make.SCREENED).get(
        f"/lois/{loi.key}/declare-ineligible/"
    )
    assert response.status_code == 404
    assert NO["note"] not in words(response)


def test_nobody_declares_a_draft_ineligible(cast, visit):
    draft = make.draft(cast)
    for person in (cast.pi, cast.secretary, cast.approver):
        browser = visit(person, at=make.DURING)
        assert browser.get(f"/lois/{draft.key}/declare-ineligible/").status_code == 404
        assert browser.post(f"/lois/{draft.key}/declare-ineligible/").status_code == 404
