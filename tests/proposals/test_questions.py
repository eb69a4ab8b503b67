import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal import cards
from portal.models import Message
from portal.verdict import Refused
from proposals import gazette
from proposals.models import Question
from proposals.services import questions
from proposals.views.questions import ASKS_A_MINUTE
from proposals.workflow import QUESTION
from proposals.workflow.questions import MOST_WAITING
from tests import make
from tests.make import CLOSES, DURING, SECOND
from tests.test_permission_matrix import found, read

ASKED = "May Institute A send its second instrument with another letter?"
PUBLISHED = "May an organisation file two letters?"
ANSWER = "Yes, each for itself."

GRID = """
asked               answer answer_privately decline
secretaries         !      !                +
others              .      .                .

answered            answer answer_privately decline
secretaries         -      -                -
others              .      .                .

declined            answer answer_privately decline
secretaries         -      -                -
others              .      .                .
"""


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def refusal(act, *args, **given) -> str:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act(*args, **{"now": DURING, **given})
    assert str(refused.value.verdict.reason)
    return refused.value.verdict.rule


def test_who_answers(cast):
    expected = read(GRID, (*cast.NAMES, "clock"))
    call = make.call(cast)
    declined = make.question(cast, call)
    questions.decline(declined, reason="It is in the call.", by=cast.secretary, now=DURING)
    for question in (make.question(cast, call), make.answered(cast, call), make.again(declined)):
        marks = found(cast, QUESTION, question, DURING, expected[question.state]["pi"])
        assert marks == expected[question.state]


def test_anybody_signed_in_asks_until_the_call_closes(cast, visit):
    call = make.call(cast)
    path = f"/calls/{call.code}/ask/"
    for person in cast.everyone().values():
        answer = visit(person, at=make.PUBLISHED).post(path, {"question": ASKED})
        assert answer.status_code in {302, 429}
    assert visit(at=DURING).post(path, {"question": ASKED}).url.startswith("/accounts/login/")
    for at, status in ((CLOSES - SECOND, 302), (CLOSES, 409), (CLOSES + SECOND, 409)):
        answer = visit(cast.outsider, at=at).post(path, {"question": ASKED})
        assert answer.status_code == status
        if status == 409:
            assert ASKED in answer.content.decode() and "it closed on" in words(answer)
    draft = make.call(cast, code="DRAFT27", state="draft")
    assert visit(cast.pi, at=DURING).get(f"/calls/{draft.code}/ask/").status_code == 404


def test_how_long_and_how_many(cast, visit):
    call = make.call(cast)
    browser = visit(cast.pi, at=DURING)
    for question in ("Why?", "x" * 1001):
        answer = browser.post(f"/calls/{call.code}/ask/", {"question": question})
        assert answer.status_code == 400 and question in answer.content.decode()
        assert refusal(questions.ask, call, question=question, by=cast.pi) == "question_length"
    for _ in range(MOST_WAITING):
        make.question(cast, call)
    assert refusal(questions.ask, call, question=ASKED, by=cast.pi) == "too_many_questions"
    make.question(cast, call, by=cast.rival_pi)


def test_somebody_who_asks_too_fast_waits_a_minute(cast, visit):
    call = make.call(cast)
    browser = visit(cast.pi, at=DURING)
    sent = [
        browser.post(f"/calls/{call.code}/ask/", {"question": "Why?"}).status_code
        for _ in range(ASKS_A_MINUTE + 1)
    ]
    assert sent == [*[400] * ASKS_A_MINUTE, 429]


def test_an_answer_is_public_and_who_asked_is_not(cast, visit, truths):
    call = make.call(cast)
    visit(cast.pi, at=DURING).post(f"/calls/{call.code}/ask/", {"question": ASKED})
    question = Question.objects.get()
    todos, _ = cards.for_user(cast.secretary, DURING)
    assert f"/calls/{call.code}/questions/" in [todo.url for todo in todos]
    secretary = visit(cast.secretary, at=DURING)
    page = words(secretary.get(f"/questions/{question.key}/"))
    assert ASKED in page and cast.pi.name in page
    path = f"/questions/{question.key}/answer/"
    answer = secretary.post(path, {"published": PUBLISHED, "answer": " "})
    assert answer.status_code == 400 and PUBLISHED in answer.content.decode()
    assert secretary.post(path, {"published": PUBLISHED, "answer": ANSWER}).status_code == 302
    assert secretary.post(path, {"published": "Other", "answer": "No"}).status_code == 409
    question = make.again(question)
    assert (question.number, question.asked, question.published) == (1, ASKED, PUBLISHED)

    public = visit(at=DURING).get(f"/calls/{call.code}/")
    assert 'id="question-1"' in public.content.decode()
    assert PUBLISHED in words(public) and ANSWER in words(public)
    for name in ("rival_pi", "approver", "chair", "outsider"):
        page = words(visit(getattr(cast, name), at=DURING).get(f"/calls/{call.code}/"))
        assert ASKED not in page and cast.pi.name not in page
    assert ASKED in words(visit(cast.pi, at=DURING).get(f"/calls/{call.code}/"))
    (mail,) = Message.objects.filter(notice="question_answered")
    assert mail.recipient == cast.pi and ANSWER in mail.body and "#question-1" in mail.body
    todos, _ = cards.for_user(cast.secretary, DURING)
    assert f"/calls/{call.code}/questions/" not in [todo.url for todo in todos]


def test_an_answer_to_the_asker_alone_and_a_declined_one_stay_with_the_asker(cast, visit, truths):
    call = make.call(cast)
    private, declined = make.question(cast, call), make.question(cast, call)
    secretary = visit(cast.secretary, at=DURING)
    path = f"/questions/{private.key}/answer-privately/"
    assert secretary.post(path, {"private_answer": ""}).status_code == 400
    assert secretary.post(path, {"private_answer": "Your sum is right."}).status_code == 302
    path = f"/questions/{declined.key}/decline/"
    assert secretary.post(path, {"reason": ""}).status_code == 400
    assert secretary.post(path, {"reason": "It stands in the call."}).status_code == 302
    assert not gazette.log(make.again(call))
    for said in ("Your sum is right.", "It stands in the call."):
        assert said in words(visit(cast.pi, at=DURING).get(f"/calls/{call.code}/"))
        assert said not in words(visit(cast.aor, at=DURING).get(f"/calls/{call.code}/"))
        assert Message.objects.get(body__contains=said).recipient == cast.pi


def test_a_published_answer_is_corrected_by_another_entry(cast, visit, truths):
    call = make.call(cast)
    first = make.answered(cast, call)
    secretary = visit(cast.secretary, at=DURING)
    path = f"/questions/{first.key}/correct/"
    given = {"published": first.published, "answer": "No: one letter holds both."}
    assert secretary.post(path, given).status_code == 302
    assert refusal(questions.correct, first, **given, by=cast.secretary) == "corrected_already"
    assert make.again(first).answer == "Yes, with a letter for each."
    page = words(visit(at=DURING).get(f"/calls/{call.code}/"))
    assert "corrects question 1" in page and "corrected by question 2" in page
    assert first.answer in page and given["answer"] in page
    (mail,) = Message.objects.filter(notice="question_corrected")
    assert mail.recipient == cast.pi
    waiting = make.question(cast, call)
    assert refusal(questions.correct, waiting, **given, by=cast.secretary) == "not_published"


def test_numbers_are_counted_by_call_and_belong_to_published_answers(cast):
    one, two = make.call(cast), make.call(cast, code="TWO27")
    numbers = [make.answered(cast, call).number for call in (one, one, two, one)]
    assert numbers == [1, 2, 1, 3]
    asked = make.question(cast, one)
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.filter(pk=asked.pk).update(number=9)


def test_only_who_answers_reads_the_questions(cast, visit):
    call = make.call(cast)
    question = make.question(cast, call)
    for name, person in cast.everyone().items():
        status = 200 if name.endswith("secretary") or name == "auditor" else 404
        browser = visit(person, at=DURING + timedelta(hours=1))
        assert browser.get(f"/questions/{question.key}/").status_code == status, name
        assert browser.get(f"/calls/{call.code}/questions/").status_code == status, name
    auditor = visit(cast.auditor, at=DURING)
    assert auditor.post(f"/questions/{question.key}/decline/", {"reason": "No"}).status_code == 403
