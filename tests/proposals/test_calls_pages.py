from datetime import timedelta

import pytest

from portal.verdict import Refused
from proposals.models import Call, Mission
from tests import make
from tests.asking import words
from tests.make.story import again

LIST_QUERIES = 8


def typed(mission: Mission, **changes: object) -> dict:
    """What a secretary types into the form of a call."""
    lander = mission.platforms.get(code="lander").pk
    values = {
        "code": "NEW27-L",
        "mission": mission.pk,
        "title": "Payloads for the lander",
        "summary": "What partners may send along.",
        "zone": "Asia/Shanghai",
        "opens_at": "2027-01-04T00:00:00",
        "closes_at": "2027-04-01T00:00:00",
        "grace_s": "5",
        "preliminary": "2027-06-30",
        "final": "2027-09-30",
        "need_by": "2028-09-30",
        "reviewers_least": "3",
        "keywords": "Volatiles\nDust and plasma\n",
        "offer-TOTAL_FORMS": "3",
        "offer-INITIAL_FORMS": "2",
        "offer-0-platform": lander,
        "offer-0-resource": "mass",
        "offer-0-capacity": "200",
        "offer-0-held_back": "20",
        "offer-0-module_cap": "100",
        "offer-1-platform": lander,
        "offer-1-resource": "power",
        "offer-1-capacity": "1000",
        "rubric-TOTAL_FORMS": "2",
        "rubric-INITIAL_FORMS": "2",
        "rubric-0-code": "C1",
        "rubric-0-title": "Value",
        "rubric-0-question": "What would be learnt?",
        "rubric-0-weight": "60",
        "rubric-0-threshold": "3",
        "rubric-1-code": "C2",
        "rubric-1-title": "Feasibility",
        "rubric-1-question": "Can it be done?",
        "rubric-1-weight": "40",
    }
    return {**values, **changes}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_for_one_call_and_for_three(
    cast, visit, rows, django_assert_num_queries
):
    for number in range(rows):
        make.call(cast, code=f"T{number}")
    browser = visit(cast.auditor, at=make.DURING)
    browser.get("/calls/")
    with django_assert_num_queries(LIST_QUERIES):
        assert browser.get("/calls/").status_code == 200


def test_a_new_form_has_the_terms_of_change_8_and_six_criteria(cast, visit):
    make.mission()
    page = words(visit(cast.secretary, at=make.DRAFTED).get("/calls/draft/"))
    for value in ('value="200"', 'value="20"', 'value="100"', 'value="1000"', 'value="10"'):
        assert value in page
    for number in range(1, 7):
        assert f'value="C{number}"' in page


def test_a_draft_is_kept_as_it_was_typed(cast, visit):
    browser = visit(cast.secretary, at=make.DRAFTED)
    answer = browser.post("/calls/draft/", typed(make.mission()))
    assert answer.headers["Location"] == "/calls/NEW27-L/"
    call = Call.objects.get(code="NEW27-L")
    assert (call.state, call.drafted_by) == ("draft", cast.secretary)
    assert call.opens_at.isoformat() == "2027-01-03T16:00:00+00:00"
    assert call.closes_at.isoformat() == "2027-03-31T16:00:00+00:00"
    assert call.keywords == [["volatiles", "Volatiles"], ["dust-and-plasma", "Dust and plasma"]]
    assert [
        (a.resource, a.capacity, a.held_back, a.module_cap) for a in call.allocations.all()
    ] == [
        ("mass", 200, 20, 100),
        ("power", 1000, 0, None),
    ]
    assert [criterion.weight for criterion in call.criteria.all()] == [60, 40]
    dates = {m.kind: str(m.planned) for m in call.milestones.all()}
    assert dates == {
        "opening": "2027-01-04",
        "closing": "2027-03-31",
        "preliminary": "2027-06-30",
        "final": "2027-09-30",
    }


def test_checking_shows_the_instants_in_utc_and_saves_nothing(cast, visit):
    browser = visit(cast.secretary, at=make.DRAFTED)
    page = words(browser.post("/calls/draft/", {**typed(make.mission()), "act": "check"}))
    assert "31 Mar 2027, 24:00 Beijing (31 Mar 2027, 16:00 UTC)" in page
    assert "Nothing is saved yet" in page
    assert not Call.objects.exists()


def test_one_more_row_keeps_what_was_typed_and_judges_nothing(cast, visit):
    sent = {**typed(make.mission(), title="", closes_at="rubbish"), "act": "add_rubric"}
    page = words(visit(cast.secretary, at=make.DRAFTED).post("/calls/draft/", sent))
    assert 'name="rubric-2-code"' in page
    assert 'value="rubbish"' in page
    assert "invalid-feedback" not in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"closes_at": "2027-01-03T00:00:00"}, "not after it opens on 3 Jan 2027, 24:00 Beijing"),
        ({"closes_at": "2026-11-01T00:00:00", "opens_at": "2026-10-01T00:00:00"}, "in the past"),
        ({"preliminary": "2027-02-01"}, "1 February 2027 is before 31 March 2027"),
        ({"final": "2027-05-01"}, "1 May 2027 is before 30 June 2027"),
        ({"need_by": "2027-09-01"}, "1 September 2027 is before 30 September 2027"),
        ({"rubric-1-weight": "35"}, "The weights add to 95; they must add to 100."),
        ({"offer-0-held_back": "201"}, "201 kg held back is more than the 200 kg offered."),
        ({"offer-0-module_cap": "250"}, "250 kg for one module is not between 0 and the 200 kg"),
        ({"offer-1-capacity": "0"}, "More than 0 must be offered."),
        ({"offer-1-capacity": "10.55"}, "10.55 W is finer than it is counted"),
        ({"offer-1-resource": "mass"}, "This resource is offered in another row already."),
        ({"rubric-1-code": "C1"}, "C1 stands in two rows."),
        ({"rubric-0-threshold": "3.3"}, "Scores go in halves"),
        ({"code": "new"}, "Use 2 to 12 capital letters, digits and hyphens."),
        ({"zone": "Europe/Berlin", "opens_at": "2027-03-28T02:30:00"}, "does not exist in Europe"),
        (
            {"zone": "Europe/Berlin", "closes_at": "2027-10-31T02:30:00", "preliminary": ""},
            "happens twice in Europe/Berlin",
        ),
        ({"opens_at": "0001-01-01T00:00:00"}, "Write a year from 2000 to 2100, not 1."),
        ({"closes_at": "9999-12-31T23:59:59"}, "Write a year from 2000 to 2100, not 9999."),
        ({"need_by": "9999-12-31"}, "Write a year from 2000 to 2100, not 9999."),
        ({"closes_at": "soon"}, "Write the date and the time as"),
        ({"offer-0-DELETE": "on", "offer-1-DELETE": "on"}, "The call offers nothing"),
    ],
)
def test_what_is_wrong_is_said_with_its_number_and_what_was_typed_stays(
    cast, visit, changes, sentence
):
    answer = visit(cast.secretary, at=make.DRAFTED).post(
        "/calls/draft/", typed(make.mission(), **changes)
    )
    page = words(answer)
    assert answer.status_code == 200
    assert sentence in page
    assert "Payloads for the lander" in page
    for name, value in changes.items():
        if "DELETE" not in name and not name.endswith(("resource", "zone")) and value:
            assert f'value="{value}"' in page, name
    assert not Call.objects.exists()


def test_a_platform_of_another_mission_is_refused(cast, visit):
    elsewhere = make.mission("orbiter-two").platforms.get().pk
    sent = typed(make.mission(), **{"offer-0-platform": elsewhere})
    page = words(visit(cast.secretary, at=make.DRAFTED).post("/calls/draft/", sent))
    assert "This platform belongs to Orbiter two, the call to Lander one." in page


def test_a_draft_is_changed_in_the_same_form(cast, visit):
    call = make.call(cast, state="draft")
    browser = visit(cast.secretary, at=make.DRAFTED)
    page = words(browser.get(f"/calls/{call.code}/revise/"))
    assert 'value="2027-01-04T00:00:00"' in page
    sent = typed(make.mission(), code=call.code)
    assert browser.post(f"/calls/{call.code}/revise/", sent).status_code == 302
    assert [c.weight for c in again(call).criteria.all()] == [60, 40]


def test_a_published_call_is_not_changed(cast, visit):
    call = make.call(cast)
    browser = visit(cast.secretary, at=make.PUBLISHED)
    answer = browser.post(f"/calls/{call.code}/revise/", typed(make.mission(), code=call.code))
    assert answer.status_code == 409
    assert "no longer a draft" in words(answer)
    assert again(call).criteria.count() == 6


@pytest.mark.parametrize("who", ["approver", "auditor", "admin", "pi", "outsider"])
def test_only_the_secretary_drafts(cast, visit, who):
    assert visit(getattr(cast, who), at=make.DRAFTED).get("/calls/draft/").status_code == 404


def test_two_persons_publish(cast, visit):
    """The drafter sees no button to publish, nor does the address let her; the approver does."""
    call = make.call(cast, state="draft")
    secretary = visit(cast.secretary, at=make.DRAFTED)
    page = words(secretary.get(f"/calls/{call.code}/propose/"))
    assert "Propose for publication" in page
    assert "200" in page
    assert secretary.post(f"/calls/{call.code}/propose/").status_code == 302
    assert again(call).state == "proposed"
    assert secretary.post(f"/calls/{call.code}/publish/").status_code == 403
    assert visit(cast.outsider, at=make.PUBLISHED).get(f"/calls/{call.code}/").status_code == 404
    approver = visit(cast.approver, at=make.PUBLISHED)
    assert "From now on everybody reads" in words(approver.get(f"/calls/{call.code}/publish/"))
    assert approver.post(f"/calls/{call.code}/publish/").status_code == 302
    assert again(call).state == "published"
    assert visit(None, at=make.PUBLISHED).get(f"/calls/{call.code}/").status_code == 200


def test_an_approver_who_drafted_reads_why_not(cast, visit):
    call = make.call(cast, state="proposed")
    Call.objects.filter(pk=call.pk).update(proposed_by=cast.approver)
    browser = visit(cast.approver, at=make.PUBLISHED)
    page = words(browser.get(f"/calls/{call.code}/"))
    assert "You drafted or proposed this call: a second person publishes it." in page
    assert f'href="/calls/{call.code}/publish/"' not in page
    assert browser.get(f"/calls/{call.code}/publish/").status_code == 403
    assert browser.post(f"/calls/{call.code}/publish/").status_code == 403
    assert again(call).state == "proposed"


def test_sending_back_keeps_its_reason(cast, visit):
    call = make.call(cast, state="proposed")
    browser = visit(cast.approver, at=make.PUBLISHED)
    assert browser.post(f"/calls/{call.code}/send-back/", {"reason": " "}).status_code == 409
    answer = browser.post(f"/calls/{call.code}/send-back/", {"reason": "The cap is missing."})
    assert answer.status_code == 302
    assert again(call).state == "draft"


def test_a_call_that_closes_too_soon_is_not_published(cast, visit):
    call = make.call(cast, state="proposed")
    late = visit(cast.approver, at=make.CLOSES + timedelta(days=1))
    assert "would close in the past" in words(late.get(f"/calls/{call.code}/publish/"))
    assert late.post(f"/calls/{call.code}/publish/").status_code == 409


def test_two_secretaries_with_one_code_get_a_call_and_a_reason(cast):
    make.call(cast, state="draft", code="TWICE")
    with pytest.raises(Refused, match="There is a call TWICE already"):
        make.call(cast, state="draft", code="TWICE")
    assert Call.objects.filter(code="TWICE").count() == 1
