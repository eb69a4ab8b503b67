"""Soft and hard instants of a review, the reminders around them, and who takes over from the late."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from portal.models import Event, Message
from portal.verdict import Refused
from proposals.services import amendments
from reviews import queries, services
from reviews.services import deadlines
from tests import make
from tests.asking import rule_against

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
DUE = make.SCREENED + 21 * DAY
CLOSES = DUE + 21 * DAY
NOTHING = {"scores": {}, "findings": [], "confidence": 2, "risk": "low"}


@pytest.fixture
def case(cast):
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    services.assign_all(
        loi, cast.reviewers, due_at=DUE, closes_at=CLOSES, by=cast.secretary, now=make.SCREENED
    )
    services.begin_review(loi, by=cast.secretary, now=make.SCREENED)
    return make.again(loi)


@pytest.fixture
def written(cast, case):
    """Reviewer one's: accepted."""
    own = case.assignments.get(reviewer=cast.reviewer_one)
    services.accept(own, by=cast.reviewer_one, now=make.SCREENED)
    return make.again(own)


def save(cast, own, now):
    own = make.again(own)
    return services.save_review(own, **NOTHING, version=own.version, by=cast.reviewer_one, now=now)


@pytest.mark.parametrize("after", [-1, 0, 1])
def test_around_the_soft_instant_a_review_is_overdue_and_still_written(cast, visit, written, after):
    now = DUE + after * SECOND
    (line,) = visit(cast.reviewer_one, at=now).get("/reviews/").context["owed"]
    assert (line["overdue"], line["closed"]) == (after >= 0, False)
    assert save(cast, written, now).version == 2


@pytest.mark.parametrize(("after", "closed"), [(-1, False), (0, True), (1, True)])
def test_around_the_hard_instant_the_sheet_closes(cast, visit, written, after, closed):
    now = CLOSES + after * SECOND
    (line,) = visit(cast.reviewer_one, at=now).get("/reviews/").context["owed"]
    assert (line["overdue"], line["closed"]) == (True, closed)
    lock = lambda: services.lock(written, version=1, by=cast.reviewer_one, now=now)  # noqa: E731
    if not closed:
        assert save(cast, written, now).version == 2
        return
    assert rule_against(lambda: save(cast, written, now)) == "sheet_closed"
    assert rule_against(lock) == "sheet_closed"
    invited = written.loi.assignments.get(reviewer=cast.reviewer_two)
    act = lambda: services.accept(invited, by=cast.reviewer_two, now=now)  # noqa: E731
    assert rule_against(act) == "sheet_closed"


def test_a_closed_sheet_says_which_instant_passed_and_who_opens_it(cast, written):
    with pytest.raises(Refused) as raised:
        save(cast, written, CLOSES)
    assert str(raised.value.verdict.reason) == (
        "The sheet closed on 17 May 2027, 16:00 Beijing (17 May 2027, 08:00 UTC). The secretary "
        "or the panel chair can open it again with a later instant."
    )


@pytest.mark.parametrize("who", ["secretary", "chair"])
def test_one_review_gets_later_instants_with_a_reason(cast, visit, written, who):
    now = CLOSES + DAY
    person, address = visit(getattr(cast, who), at=now), f"/reviews/{written.key}/extend/"
    typed = {"due": "2027-06-12T00:00", "closes": "2027-06-20T00:00", "reason": "She was ill."}
    assert person.post(address, {**typed, "reason": ""}).status_code == 400
    answer = person.post(address, {**typed, "closes": "2027-06-11T00:00"})
    assert answer.status_code == 400
    assert "The sheets would close before the reviews are due." in answer.content.decode()
    assert person.post(address, typed).status_code == 302
    assert make.again(written).state == "accepted"
    assert save(cast, written, now).version == 2
    letter = Message.objects.get(notice="assignment_extended")
    assert letter.recipient == cast.reviewer_one
    assert "11 Jun 2027, 24:00 Beijing (11 Jun 2027, 16:00 UTC)" in letter.body
    assert Event.objects.get(verb="assignment.extended").data["to"] == "accepted"


def test_all_reviews_of_a_call_get_later_instants_in_one_act(cast, visit, written):
    typed = {"due": "2027-06-12T00:00", "closes": "", "reason": "The sheets closed on a holiday."}
    answer = visit(cast.chair, at=CLOSES).post(f"/calls/{written.loi.call.code}/deadlines/", typed)
    assert answer.status_code == 302
    found = written.loi.assignments.values_list("state", "closes_at", "due_at__date").order_by("pk")
    assert [(state, closes) for state, closes, _ in found] == [
        ("accepted", None),
        ("invited", None),
        ("invited", None),
    ]


def test_nobody_sets_later_instants_for_an_own_review(cast, visit, written):
    person = cast.secretary
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    make.seat(cast, written.loi.call, cast.secretary, "reviewer")
    own = services.assign(
        written.loi,
        cast.secretary,
        due_at=DUE,
        closes_at=CLOSES,
        by=cast.secretary,
        now=make.SCREENED,
    )
    later = {"due_at": CLOSES + DAY, "closes_at": None, "reason": "I have had no time yet."}
    act = lambda: services.extend(own, **later, by=cast.secretary, now=DUE)  # noqa: E731
    assert rule_against(act) == "own_review"
    typed = {"due": "2027-06-12T00:00", "closes": "", "reason": "The sheets closed on a holiday."}
    address = f"/calls/{written.loi.call.code}/deadlines/"
    client = visit(cast.again("secretary"), at=CLOSES)
    assert "Set for 3 reviews" in client.get(address).content.decode()
    assert client.post(address, typed).status_code == 302
    assert make.again(written).closes_at is None
    assert make.again(own).closes_at == CLOSES
    services.extend(own, **later, by=cast.second_secretary, now=DUE)
    assert make.again(own).closes_at is None


def test_nobody_else_sets_instants(cast, visit, written):
    for who in ("reviewer_one", "reviewer_two", "approver", "pi"):
        typed = {"due": "2027-06-12T00:00", "reason": "I would like to."}
        answer = visit(cast.again(who), at=DUE).post(f"/reviews/{written.key}/extend/", typed)
        assert answer.status_code == 404, who
        act = lambda who=who: services.extend(  # noqa: E731
            written, due_at=CLOSES, closes_at=None, reason="Why not.", by=cast.again(who), now=DUE
        )
        assert rule_against(act) == "assignment.extend.who"


def reminded(notice: str = "assignment_reminder") -> list[str]:
    found = Message.objects.filter(notice=notice, done_at=None, dropped_at=None)
    return sorted(message.recipient.name for message in found)


def test_reminders_are_written_once_each_around_the_soft_instant(cast, written):
    names = [person.name for person in cast.reviewers]
    for offset, expected in (
        (-7 * DAY - SECOND, 0),
        (-7 * DAY, 1),
        (-2 * DAY - SECOND, 1),
        (-2 * DAY, 2),
        (timedelta(0), 3),
        (2 * DAY - SECOND, 3),
        (2 * DAY, 4),
        (6 * DAY, 4),
    ):
        deadlines.remind_due(DUE + offset)
        deadlines.remind_due(DUE + offset)
        assert reminded() == sorted(names * expected), offset
    assert reminded("assignment_late") == sorted(["Chair", "Second secretary", "Secretary"] * 3)


def test_a_clock_that_stood_still_reminds_once_and_not_of_what_was_before(cast, written):
    assert deadlines.remind_due(DUE + 3 * DAY) == 3
    assert deadlines.remind_due(DUE + 3 * DAY) == 0
    assert len(reminded()) == 3
    later = {"due_at": DUE + 30 * DAY, "closes_at": None, "reason": "She was ill."}
    services.extend(written, **later, by=cast.chair, now=DUE + 4 * DAY)
    assert deadlines.remind_due(DUE + 5 * DAY) == 0
    assert deadlines.remind_due(DUE + 24 * DAY) == 1


def test_who_has_locked_meanwhile_is_not_reminded(cast, written):
    deadlines.remind_due(DUE - 2 * DAY)
    make.lock_review(written)
    make.settle(DUE)
    sent = Message.objects.filter(notice="assignment_reminder").exclude(dropped_at=None)
    assert [message.recipient for message in sent] == [cast.reviewer_one]
    deadlines.remind_due(DUE)
    assert cast.reviewer_one.name not in reminded()


def test_a_review_long_overdue_is_given_to_somebody_else_in_one_act(cast, visit, written):
    make.seat(cast, written.loi.call, cast.outsider, "reviewer", now=make.SCREENED)
    services.reseat(written, seat="primary", by=cast.secretary, now=make.SCREENED)
    now = DUE + 5 * DAY
    secretary = visit(cast.secretary, at=now)
    page = secretary.get("/day/").content.decode()
    assert "3 reviews of TEST27 have been overdue for more than five days" in page
    address = f"/reviews/{written.key}/reassign/"
    page = secretary.get(address)
    assert "The review is 5 days overdue." in page.content.decode()
    assert [c.member.user for c in page.context["candidates"] if c.possible] == [cast.outsider]
    typed = {"reviewer": cast.outsider.key, "reason": "Five days overdue.", "due": "2027-05-17T00:00"}  # fmt: skip
    assert secretary.post(address, {**typed, "reviewer": cast.conflicted.key}).status_code == 409
    assert make.again(written).state == "accepted"
    assert secretary.post(address, typed).status_code == 302
    assert make.again(written).state == "removed"
    taken = written.loi.assignments.get(reviewer=cast.outsider)
    assert (taken.state, taken.seat) == ("invited", "primary")
    assert Message.objects.filter(notice="assignment_removed", recipient=cast.reviewer_one).exists()
    assert Message.objects.filter(notice="assignment_invited", recipient=cast.outsider).exists()


def test_the_inbox_is_in_the_order_of_what_is_due_and_says_what_is_new(cast, visit, written):
    reviewer = visit(cast.reviewer_one, at=make.SCREENED + DAY)
    page = reviewer.get("/reviews/")
    assert (page.context["news"], page.context["since"]) == ([], "")
    later = {"due_at": DUE + DAY, "closes_at": None, "reason": "A holiday."}
    services.extend(written, **later, by=cast.chair, now=make.SCREENED + 2 * DAY)
    reviewer.at = make.SCREENED + 3 * DAY
    page = " ".join(reviewer.get("/reviews/").content.decode().split())
    assert f"{written.loi.reference}: later instants were set." in page
    assert "0 of 6 criteria" in page
    reviewer.at = make.SCREENED + 4 * DAY
    assert reviewer.get("/reviews/").context["news"] == []


def test_the_calendar_holds_instants_and_references_alone(cast, visit, written):
    answer = visit(cast.reviewer_one, at=make.SCREENED).get("/reviews/due.ics")
    text = answer.content.decode()
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert text.count("BEGIN:VEVENT") == 2
    assert f"SUMMARY:Review due: {written.loi.reference}\r\n" in text
    assert "DTSTART:20270426T080000Z\r\n" in text
    assert "DTSTART:20270517T080000Z\r\n" in text
    assert written.loi.title not in text
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_how_well_a_case_is_known_is_said_when_it_is_accepted(cast, visit, case):
    own = case.assignments.get(reviewer=cast.reviewer_one)
    typed = {"none": "on", "confidence": "3"}
    answer = visit(cast.reviewer_one, at=make.SCREENED).post(f"/reviews/{own.key}/declare/", typed)
    assert answer.status_code == 302
    own = make.again(own)
    assert (own.state, own.confidence) == ("accepted", 3)
    page = visit(cast.reviewer_one, at=make.SCREENED).get(f"/reviews/{own.key}/")
    assert page.context["form"]["confidence"].value() == 3
    assert "your expertise" not in " ".join(map(str, queries.owed(own)))


def test_how_far_others_are_is_not_told_to_whoever_writes_one_too(cast, visit, case, written):
    """A secretary who has a review of the case to write sees no progress of it but their own."""
    make.seat(cast, case.call, cast.secretary, "reviewer", keywords=["volatiles"])
    own = services.assign(case, cast.secretary, by=cast.second_secretary, now=make.SCREENED)
    services.accept(own, by=cast.again("secretary"), now=make.SCREENED)
    save(cast, written, make.REVIEWED)
    for who, seen in (("secretary", {own.pk}), ("second_secretary", {own.pk, written.pk})):
        browser = visit(cast.again(who), at=make.REVIEWED)
        lines = browser.get(f"/calls/{case.call.code}/deadlines/").context["lines"]
        assert {line["assignment"].pk for line in lines if line["progress"]} == seen
        page = browser.get(f"/reviews/{written.key}/reassign/")
        assert bool(page.context["line"]["progress"]) == (written.pk in seen)


def befall(cast, call, kind: str, now) -> None:
    told = {"reason": "The launch is under review.", "source": "Notice of the office, on its site"}
    found = amendments.propose(call, kind=kind, **told, by=cast.secretary, now=now)
    amendments.publish(found, by=cast.approver, now=now)


def test_a_review_has_as_much_time_after_a_pause_as_it_had(truths, cast, case):
    passed, running, gone = case.assignments.order_by("pk")
    began = DUE - 5 * DAY
    case.assignments.filter(pk=passed.pk).update(due_at=began - DAY)
    services.recuse(gone, reason="We wrote a paper.", by=gone.reviewer, now=began)
    befall(cast, make.again(case.call), "suspension", began)
    assert deadlines.remind_due(DUE) == 0
    befall(cast, make.again(case.call), "resumption", began + 30 * DAY)
    stands = {one.pk: (one.due_at, one.closes_at) for one in case.assignments.all()}
    assert stands == {
        passed.pk: (began - DAY, CLOSES + 30 * DAY),
        running.pk: (DUE + 30 * DAY, CLOSES + 30 * DAY),
        gone.pk: (DUE, CLOSES),
    }
    told = Message.objects.filter(notice="assignment_extended")
    assert {one.recipient for one in told} == {passed.reviewer, running.reviewer}
    assert "The launch is under review." in told.first().body
