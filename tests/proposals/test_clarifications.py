from datetime import datetime, timedelta

import pytest

from portal import cards
from portal.models import Event, Message
from portal.verdict import Refused
from proposals import boards, history, tasks
from proposals.models import Answer, Clarification
from proposals.services import clarifications, evaluation, filings
from proposals.workflow import LOI
from tests import make
from tests.asking import words
from tests.make import ASKED, SECOND, again
from tests.test_permission_matrix import found, read

DUE = datetime.fromisoformat("2027-04-08T16:00:00+00:00")  # five working days on, 24:00 Beijing
ANSWER = "No: the spare stays on the ground and is not in the 10 kg."


# What moves a case while a question of the screening is open, and what does not.
QUESTIONS = """
filed               ask_clarification answer_clarification lapse_clarification withdraw declare_ineligible begin_review
pi                  .                 -                    .                   .        .                  .
aor                 .                 -                    .                   +        .                  .
secretaries         -                 .                    .                   .        .                  -
approvers           .                 .                    .                   .        -                  .
clock               .                 .                    -                   .        .                  .
others              .                 .                    .                   .        .                  .

screening           ask_clarification answer_clarification lapse_clarification withdraw declare_ineligible begin_review
pi                  .                 -                    .                   .        .                  .
aor                 .                 -                    .                   +        .                  .
secretaries         +                 .                    .                   .        .                  !
approvers           .                 .                    .                   .        !                  .
clock               .                 .                    -                   .        .                  .
others              .                 .                    .                   .        .                  .

clarification       ask_clarification answer_clarification lapse_clarification withdraw declare_ineligible begin_review
pi                  .                 +                    .                   .        .                  .
aor                 .                 +                    .                   +        .                  .
secretaries         -                 .                    .                   .        .                  -
approvers           .                 .                    .                   .        -                  .
clock               .                 .                    !                   .        .                  .
others              .                 .                    .                   .        .                  .
"""


def answer(cast, loi, *, at=ASKED + timedelta(days=2), by=None):
    return clarifications.answer_clarification(loi, answer=ANSWER, by=by or cast.pi, now=at)


def told(notice: str) -> dict[str, str]:
    found = Message.objects.filter(notice=notice).select_related("recipient")
    return {message.recipient.email: message.subject for message in found}


def test_a_question_goes_to_the_partner_and_the_answer_comes_back(cast, visit, truths):
    loi = make.filed(cast)
    frozen = (loi.filing.content, loi.filing.digest)
    make.close(loi.call)
    secretary = visit(cast.secretary, at=ASKED)
    path = f"/lois/{loi.key}/ask-clarification/"
    assert path in words(secretary.get(f"/lois/{loi.key}/screen/"))
    page = words(secretary.get(path))
    assert 'value="2027-04-08"' in page
    assert cast.pi.name in page
    assert secretary.post(path, {"question": make.QUESTION, "due": "2027-04-08"}).status_code == 302
    loi = again(loi)
    assert (loi.state, Clarification.objects.get().due_at) == ("clarification", DUE)
    assert set(told("clarification_asked")) == {
        person.email for person in (cast.pi, cast.aor, cast.owner)
    }
    assert told("clarification_asked")[cast.pi.email].startswith("[Action required] A question on")

    pi = visit(cast.pi, at=ASKED + timedelta(days=2))
    case, path = f"/lois/{loi.key}/", f"/lois/{loi.key}/answer-clarification/"
    shown = words(pi.get(case))
    assert make.QUESTION in shown
    assert path in shown
    assert "cannot improve the proposal" in words(pi.get(path))
    assert pi.post(path, {"answer": ANSWER}).status_code == 302
    assert again(loi).state == "screening"
    assert set(told("clarification_answered")) == {
        cast.secretary.email,
        cast.second_secretary.email,
    }
    assert ANSWER in words(pi.get(case))
    assert ANSWER in words(secretary.get(f"/lois/{loi.key}/screen/"))
    filing = again(loi.filing)
    assert (filing.content, filing.digest) == frozen


def test_who_may_ask_answer_and_let_lapse(cast):
    expected = read(QUESTIONS, (*cast.NAMES, "clock"))

    def marks(loi) -> dict:
        return found(cast, LOI, again(loi), ASKED, expected[again(loi).state]["pi"])

    loi = make.filed(cast)
    assert marks(loi) == expected["filed"]
    make.close(loi.call)
    assert marks(loi) == expected["screening"]
    make.asked(cast, loi)
    assert marks(loi) == expected["clarification"]


@pytest.mark.parametrize("who", ["reader", "owner", "editor"])
def test_colleagues_read_the_question_and_the_key_holders_answer(cast, visit, who):
    loi = make.asked(cast)
    browser = visit(getattr(cast, who), at=ASKED + SECOND)
    path = f"/lois/{loi.key}/answer-clarification/"
    page = words(browser.get(f"/lois/{loi.key}/"))
    assert make.QUESTION in page
    assert path not in page
    assert browser.post(path, {"answer": ANSWER}).status_code == 403
    assert browser.get(path).headers["Location"] == f"/lois/{loi.key}/"
    assert visit(cast.rival_pi, at=ASKED).post(path, {"answer": ANSWER}).status_code == 404
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("at", "status"), [(DUE - SECOND, 302), (DUE, 409), (DUE + SECOND, 409)], ids=str
)
def test_the_due_instant_itself_is_late_and_what_was_typed_stays(cast, visit, at, status):
    loi = make.asked(cast)
    response = visit(cast.aor, at=at).post(
        f"/lois/{loi.key}/answer-clarification/", {"answer": ANSWER}
    )
    assert response.status_code == status
    if status == 409:
        page = words(response)
        assert "The answer was due before 8 Apr 2027, 24:00 Beijing (8 Apr 2027, 16:00 UTC)" in page
        assert ANSWER in page
    assert Answer.objects.exists() == (status == 302)


def test_without_an_answer_the_clock_goes_on_after_the_grace(cast, clock_at, truths):
    loi = make.asked(cast)
    grace = timedelta(seconds=loi.call.grace_s)
    clock_at(DUE + grace - SECOND)
    tasks.keep_deadlines()
    assert again(loi).state == "clarification"
    # Who arrived in time is still worked off within the grace.
    clock_at(DUE + grace)
    tasks.keep_deadlines()
    tasks.keep_deadlines()
    assert again(loi).state == "screening"
    assert cast.pi.email in told("clarification_lapsed")
    assert cast.secretary.email in told("clarification_lapsed")
    assert "No answer came in time" in history.of(again(loi), cast.pi)[-1].sentence
    assert Event.objects.filter(verb="loi.clarification_lapsed").count() == 1


def test_one_reminder_from_24_hours_before_and_never_after(cast, clock_at):
    loi = make.asked(cast)
    for instant, many in (
        (DUE - timedelta(hours=24) - SECOND, 0),
        (DUE - timedelta(hours=9), 3),  # a clock that stood still overnight reminds in the morning
        (DUE - timedelta(hours=8), 3),
    ):
        clock_at(instant)
        tasks.keep_deadlines()
        assert len(told("clarification_reminder")) == many
    answer(cast, loi)
    make.settle(DUE)
    dropped = Message.objects.filter(notice="clarification_reminder", done_at=None)
    assert dropped.exclude(dropped_at=None).count() == 3


def test_two_rounds_are_the_most(cast, visit):
    loi = make.asked(cast)
    for number in (1, 2):
        answer(cast, again(loi), at=ASKED + timedelta(days=number, hours=1))
        if number == 1:
            make.asked(
                cast, loi, question="Which of the two masses holds?", now=ASKED + timedelta(days=2)
            )
    with pytest.raises(Refused, match="2 questions have been asked of this letter; at most 2"):
        make.asked(cast, loi, now=ASKED + timedelta(days=4))
    page = visit(cast.secretary, at=ASKED + timedelta(days=4)).get(
        f"/lois/{loi.key}/ask-clarification/"
    )
    assert page.status_code == 409
    assert "at most 2 may be" in words(page)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"question": "Too short?", "due": "2027-04-08"}, "at least 20 characters"),
        ({"question": make.QUESTION, "due": ""}, "This field is required"),
        ({"question": make.QUESTION, "due": "2027-04-02"}, "Two working days to answer are"),
        ({"question": make.QUESTION, "due": "yesterday"}, "Enter a valid date"),
    ],
)
def test_what_is_wrong_with_a_question_is_said(cast, visit, given, sentence):
    loi = make.filed(cast)
    make.close(loi.call)
    response = visit(cast.secretary, at=ASKED).post(f"/lois/{loi.key}/ask-clarification/", given)
    assert response.status_code == 400
    assert sentence in words(response)
    assert given["question"] in words(response)
    assert again(loi).state == "screening"


@pytest.mark.parametrize(
    ("who", "status"), [("approver", 403), ("auditor", 403), ("pi", 404), ("chair", 404)]
)
def test_only_the_secretary_asks(cast, visit, who, status):
    loi = make.filed(cast)
    make.close(loi.call)
    browser = visit(getattr(cast, who), at=ASKED)
    given = {"question": make.QUESTION, "due": "2027-04-08"}
    assert browser.post(f"/lois/{loi.key}/ask-clarification/", given).status_code == status


def test_a_screening_before_the_question_counts_no_more(cast):
    """Else an approver could confirm as ineligible what the answer has put right."""
    loi = make.filed(cast)
    make.close(loi.call)
    found = {"compliant": False, "rule": "Most for one module", "note": "Over the cap."}
    evaluation.screen(loi, **found, by=cast.secretary, now=ASKED - SECOND)
    loi = make.asked(cast, loi)
    answer(cast, loi)
    with pytest.raises(Refused, match="The screening has not found it ineligible"):
        evaluation.declare_ineligible(loi, by=cast.approver, now=make.SCREENED)
    evaluation.screen(again(loi), **found, by=cast.secretary, now=make.SCREENED)
    evaluation.declare_ineligible(again(loi), by=cast.approver, now=make.SCREENED)


def test_a_letter_is_withdrawn_while_a_question_is_open(cast, clock_at, truths):
    loi = make.asked(cast)
    filings.withdraw(loi, by=cast.aor, now=ASKED + SECOND, reason="The funding fell through.")
    clock_at(DUE + timedelta(days=1))
    tasks.keep_deadlines()
    assert again(loi).state == "withdrawn"


def test_it_stands_on_the_days_and_on_the_board(cast):
    loi = make.asked(cast)

    def todos(person, now) -> list[str]:
        return [str(todo.sentence) for todo in cards.for_user(cast.again(person), now)[0]]

    soon = ASKED + timedelta(hours=1)
    owed = f"Answer the question of the screening on {loi.reference} “{loi.title}”."
    assert todos("pi", soon) == todos("aor", soon) == [owed]
    assert "has no answer yet" in todos("owner", soon)[0]
    assert todos("reader", soon) == todos("secretary", soon) == []
    assert todos("pi", DUE) == []
    waits = "1 case of TEST27 waits for the partner's answer until 8 Apr 2027, 24:00 Beijing."
    found = [str(todo.sentence) for todo in boards.blockers(loi.call, cast.secretary, soon)]
    assert waits in found


def test_the_panel_reads_question_and_answer_with_the_case(cast, visit):
    loi = make.asked(cast)
    answer(cast, loi)
    loi = make.reviewed(cast, again(loi))
    mine = loi.assignments.get(reviewer=cast.reviewer_one)
    for person, path in (
        (cast.reviewer_one, f"/reviews/{mine.key}/"),
        (cast.reviewer_one, f"/lois/{loi.key}/"),
        (cast.chair, f"/lois/{loi.key}/reviews/"),
    ):
        page = words(visit(person, at=make.REVIEWED).get(path))
        assert make.QUESTION in page
        assert ANSWER in page
