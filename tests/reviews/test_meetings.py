"""A panel in one room: the agenda, who must leave, who was there, and what stays of it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from portal.models import Event, Message
from portal.verdict import Refused
from reviews import queries, services
from reviews.models import Attendance, Item
from reviews.services import meetings
from tests import make

PLANNED = make.REVIEWED + timedelta(days=1)
BEGUN = make.REVIEWED + timedelta(days=2)
MINUTE = timedelta(minutes=1)
APART = ("4 4 4 4 4 4", "2 3 3 3 3 3", "4.5 4 4 4 4 4")
WORDS = "The panel agrees on C1: the objective is worth flying, its data volume is not yet shown."


@pytest.fixture(scope="module")
def cases(stage):
    """Two cases of Institute A and of its rival; the scores of the first lie apart."""
    of = make.call(stage)
    filed = [make.filed(stage, of, rival=rival) for rival in (False, True)]
    for loi, scores in zip(filed, (APART, ("4 4 4 4 4 4",) * 3), strict=True):
        make.reviewed(stage, loi, scores=scores)
        services.conclude_reviews(loi, by=stage.chair, now=make.REVIEWED)
    return [make.again(loi) for loi in filed]


@pytest.fixture(scope="module")
def meeting(stage, cases):
    found = meetings.plan(cases[0].call, planned_for=BEGUN, by=stage.secretary, now=PLANNED)
    meetings.begin(found, by=stage.secretary, now=BEGUN)
    return make.again(found)


@pytest.fixture
def cast(stage, meeting, db):
    return stage


def take_up(cast, meeting, loi, *present, now=BEGUN, by=None):
    return meetings.take_up(make.again(meeting), loi, present=present, by=by or cast.chair, now=now)


def address(meeting, loi, act=""):
    return f"/meetings/{meeting.key}/{loi.key}/{act}"


def test_the_panel_is_told_when_it_meets(cast, meeting):
    told = Message.objects.filter(notice="meeting_planned")
    assert {message.address for message in told} == {
        "chair@example.org",
        "reviewer.one@example.org",
        "reviewer.two@example.org",
        "reviewer.three@example.org",
        "conflicted@example.org",
    }
    assert "12 May 2027" in told.first().subject


def test_one_meeting_at_a_time_and_only_by_whoever_runs_it(cast, meeting, cases):
    call = cases[0].call
    with pytest.raises(Refused) as refused:
        meetings.plan(call, planned_for=BEGUN, by=cast.chair, now=PLANNED)
    assert refused.value.verdict.rule == "meeting.other"
    for by in (cast.reviewer_one, cast.approver, cast.pi):
        with pytest.raises(Refused) as refused:
            meetings.close(meeting, by=by, now=BEGUN)
        assert refused.value.verdict.who


def test_who_must_leave_is_read_out_before_anything_is_shown(cast, meeting, cases, visit):
    case, _ = cases
    page = visit(cast.chair, at=BEGUN).get(address(meeting, case))
    assert [str(person) for person in page.context["room"].leave] == ["Conflicted"]
    assert page.context["content"] is None
    text = page.content.decode()
    assert "Before anything is shown" in text and "They have left: show the case" in text
    assert "72.33" not in text and "What was found" not in text


def test_a_case_is_shown_to_who_is_in_the_room_and_to_nobody_else(cast, meeting, cases, visit):
    case, other = cases
    take_up(cast, meeting, case, cast.chair, cast.reviewer_one)
    screens = f"/calls/{case.call.code}/meeting/"
    inside = visit(cast.reviewer_one, at=BEGUN).get(screens)
    assert "72.33" in inside.content.decode()
    for who in (cast.reviewer_two, cast.conflicted):  # out of the room; shut out of the case
        page = visit(who, at=BEGUN).get(screens)
        assert page.context["current"] is None
        assert "72.33" not in page.content.decode()
        assert visit(who, at=BEGUN).get(address(meeting, case)).status_code == 404
    take_up(cast, meeting, other, cast.chair, cast.reviewer_one, now=BEGUN + MINUTE)
    after = visit(cast.reviewer_one, at=BEGUN + MINUTE)
    assert "72.33" not in after.get(screens).content.decode()
    assert after.get(address(meeting, case)).status_code == 404


def test_the_agenda_of_a_conflicted_member_lacks_the_case(cast, meeting, cases, visit):
    case, other = cases
    rows = visit(cast.conflicted, at=BEGUN).get(f"/calls/{case.call.code}/meeting/").context["rows"]
    assert [row["item"].loi_id for row in rows] == [other.pk]
    assert [row["number"] for row in rows] == ["01"]


def test_nobody_with_a_conflict_is_noted_as_in_the_room(cast, meeting, cases, visit):
    case, _ = cases
    answer = visit(cast.chair, at=BEGUN).post(
        address(meeting, case, "take-up/"), {"present": [cast.chair.key, cast.conflicted.key]}
    )
    assert answer.status_code == 409
    assert "Conflicted must leave the room" in answer.content.decode()
    assert not Attendance.objects.exists()


def test_who_left_is_out_from_then_on_and_the_next_case_begins_with_who_stayed(
    cast, meeting, cases, visit
):
    case, other = cases
    everybody = (cast.chair, *cast.reviewers)
    take_up(cast, meeting, case, *everybody)
    take_up(cast, meeting, case, *everybody[:3], now=BEGUN + 4 * MINUTE)
    page = visit(cast.reviewer_three, at=BEGUN + 5 * MINUTE)
    assert page.get(f"/calls/{case.call.code}/meeting/").context["current"] is None
    shown = visit(cast.chair, at=BEGUN).get(address(meeting, other)).context["people"]
    inside = {str(one["person"]) for one in shown if one["inside"]}
    assert inside == {"Chair", "Reviewer one", "Reviewer two", "Conflicted"}


def test_a_case_whose_reviews_are_not_concluded_is_not_taken_up(cast, meeting, cases):
    case, _ = cases
    type(case).objects.filter(pk=case.pk).update(state="under_review")
    with pytest.raises(Refused) as refused:
        take_up(cast, meeting, case, cast.chair)
    assert refused.value.verdict.rule == "meeting.reviews"


def test_a_chair_with_a_conflict_has_the_case_neither_on_the_agenda_nor_by_its_address(
    cast, meeting, cases, visit
):
    case, _ = cases
    services.step_out(case, reason="A joint paper.", by=cast.chair, now=BEGUN)
    client = visit(cast.again("chair"), at=BEGUN)
    assert case.reference not in client.get(f"/calls/{case.call.code}/meeting/").content.decode()
    assert client.get(address(meeting, case)).status_code == 404
    with pytest.raises(Refused):
        take_up(cast, meeting, case, by=cast.again("chair"))


def test_the_outcome_waits_for_the_consensus_that_is_due(cast, meeting, cases, visit):
    case, _ = cases
    take_up(cast, meeting, case, cast.chair, cast.reviewer_one)
    client = visit(cast.chair, at=BEGUN)
    refused = client.post(address(meeting, case, "settle/"), {"outcome": "stands", "note": "Kept."})
    assert refused.status_code == 409
    text = refused.content.decode()
    assert "C1 ranges over 2.5 points" in text and "Kept." in text
    written = {"text": WORDS, "over": 0, "C1": "3.5", "meeting": meeting.key}
    answer = client.post(f"/lois/{case.key}/consensus/", written)
    assert answer["Location"] == address(meeting, case)  # and back to the room
    posted = client.post(address(meeting, case, "settle/"), {"outcome": "agreed", "note": "Kept."})
    assert posted.status_code == 302


def test_the_minutes_stay_as_they_were_when_the_meeting_closed(cast, meeting, cases, visit):
    case, other = cases
    everybody = (cast.chair, *cast.reviewers)
    take_up(cast, meeting, case, *everybody)
    take_up(cast, meeting, case, *everybody[:3], now=BEGUN + 4 * MINUTE)
    agreed = {"by": cast.chair, "now": BEGUN + 5 * MINUTE}
    services.write_consensus(case, text=WORDS, scores={"C1": Decimal("3.5")}, over=0, **agreed)
    meetings.settle(meeting, case, outcome="agreed", note="=1+1", **agreed)
    take_up(cast, meeting, other, *everybody, now=BEGUN + 10 * MINUTE)
    meetings.close(make.again(meeting), by=cast.secretary, now=BEGUN + 12 * MINUTE)
    services.write_consensus(
        case, text=f"{WORDS} Later.", scores={"C1": Decimal("4.0")}, over=1, **agreed
    )
    client = visit(cast.chair, at=BEGUN + timedelta(days=1))
    one, two = client.get(f"/meetings/{meeting.key}/minutes/").context["rows"]
    assert (one["minutes"], two["minutes"]) == ("10:00", "2:00")
    assert "Reviewer three (came 16:00, left 16:04)" in one["present"]
    assert one["out"] == ["Conflicted"]
    assert one["agreed"] == {"scores": "C1 3.5", "total": "72.33", "text": WORDS}
    table = client.get(f"/meetings/{meeting.key}/minutes.csv")
    text = table.content.decode()
    assert "'=1+1" in text and case.reference in text
    with pytest.raises(Refused) as refused:
        take_up(cast, meeting, case, cast.chair)
    assert refused.value.verdict.rule == "meeting.closed"


@pytest.mark.parametrize(
    ("who", "agenda", "minutes"),
    [
        ("chair", 200, 200),
        ("secretary", 200, 200),
        ("auditor", 200, 200),
        ("reviewer_one", 200, 404),
        ("conflicted", 200, 404),
        ("approver", 404, 404),
        ("legal", 404, 404),
        ("pi", 404, 404),
        ("rival_pi", 404, 404),
        ("admin", 404, 404),
    ],
)
def test_who_sees_the_meeting_and_its_minutes(cast, meeting, cases, visit, who, agenda, minutes):
    client = visit(getattr(cast, who), at=BEGUN)
    assert client.get(f"/calls/{cases[0].call.code}/meeting/").status_code == agenda
    assert client.get(f"/meetings/{meeting.key}/minutes/").status_code == minutes
    assert client.get(f"/meetings/{meeting.key}/minutes.csv").status_code == minutes


def test_the_agenda_is_put_in_order(cast, meeting, cases, visit):
    apart, alike = cases
    client = visit(cast.chair, at=BEGUN)

    def ordered(**posted) -> list[str]:
        client.post(f"/meetings/{meeting.key}/agenda/", posted)
        return list(Item.objects.order_by("place").values_list("loi__reference", flat=True))

    by_reference = [apart.reference, alike.reference]
    assert ordered(by="rank") == [alike.reference, apart.reference]
    assert ordered(by="dispute") == by_reference
    assert ordered(**{"by": "hand", f"place-{alike.key}": "1", f"place-{apart.key}": "1"}) == [
        alike.reference,
        apart.reference,
    ]
    assert ordered(by="reference") == by_reference
    assert Event.objects.filter(verb="meeting.agenda_ordered").count() == 4


@pytest.mark.parametrize("by", ["rank", "dispute"])
def test_the_order_of_the_agenda_tells_no_score_of_a_case_under_review(cast, visit, by):
    of = make.call(cast, code="NEXT27")
    scored, concluded = (make.filed(cast, of) for _ in range(2))
    make.reviewed(cast, scored, scores=("5 5 5 5 5 5", "5 5 5 5 5 5", "4 4 4 4 4 4"))
    make.reviewed(cast, concluded, scores=("4 4 4 4 4 4",) * 3)
    services.conclude_reviews(concluded, by=cast.chair, now=make.REVIEWED)
    found = meetings.plan(make.again(of), planned_for=BEGUN, by=cast.secretary, now=PLANNED)
    visit(cast.chair, at=PLANNED).post(f"/meetings/{found.key}/agenda/", {"by": by})
    placed = [item.loi_id for item in found.items.order_by("place")]
    assert placed == [concluded.pk, scored.pk]


def test_the_auditor_reads_and_runs_nothing(cast, meeting, cases, visit):
    case, _ = cases
    take_up(cast, meeting, case, cast.chair)
    client = visit(cast.auditor, at=BEGUN)
    assert "72.33" in client.get(address(meeting, case)).content.decode()
    assert client.post(address(meeting, case, "settle/"), {"outcome": "stands"}).status_code == 403
    assert client.post(f"/meetings/{meeting.key}/close/").status_code == 403


def test_what_is_projected_names_nobody_whom_the_call_hides(cast, meeting, cases, visit):
    case, _ = cases
    type(case.call).objects.filter(pk=case.call_id).update(
        hides_reviewers=True, hides_applicants=True
    )
    take_up(cast, meeting, case, cast.chair)
    shown = visit(cast.chair, at=BEGUN).get(address(meeting, case)).context["content"]
    assert sorted(review["name"] for review in shown["reviews"]) == [
        "Reviewer 1",
        "Reviewer 2",
        "Reviewer 3",
    ]
    assert shown["organisation"] == ""


def test_a_meeting_is_planned_on_its_page(cast, meeting, cases, visit):
    meetings.close(make.again(meeting), by=cast.chair, now=BEGUN)
    client = visit(cast.chair, at=BEGUN)
    page = f"/calls/{cases[0].call.code}/meeting/"
    past = client.post(page, {"due": "2027-05-01T10:00"})
    assert past.status_code == 400 and "would be in the past" in past.content.decode()
    assert client.post(page, {"due": "2027-06-01T10:00"}).status_code == 302
    assert client.get(page).context["meeting"].state == "planned"
    assert queries.visible_meetings(cast.pi).count() == 0
