from datetime import datetime

from django.db import transaction
from django.db.models import Max

from portal.models import Event, User
from proposals.models import Call, Question
from proposals.services import locks
from proposals.workflow import QUESTION


@transaction.atomic
def ask(call: Call, *, question: str, by: User, now: datetime) -> Question:
    asked = Question(call=locks.call(call), asked=question.strip(), asker=by, asked_at=now)
    QUESTION.enter(asked, "ask", by=by, now=now)
    return asked


@transaction.atomic
def answer(question: Question, *, published: str, answer: str, by: User, now: datetime) -> Event:
    """Publish the answer with the question in words that name nobody; number it."""
    question = _locked(question)
    words = {"published": published.strip(), "answer": answer.strip()}
    question.published, question.answer = words.values()
    number = _next_number(question.call)
    columns = {**words, "number": number, "answered_by": by, "answered_at": now}
    return QUESTION.move(question, "answer", by=by, now=now, columns=columns, number=number)


@transaction.atomic
def answer_privately(question: Question, *, answer: str, by: User, now: datetime) -> Event:
    question = _locked(question)
    question.answer = answer.strip()
    columns = {"answer": question.answer, "answered_by": by, "answered_at": now}
    return QUESTION.move(question, "answer_privately", by=by, now=now, columns=columns)


@transaction.atomic
def decline(question: Question, *, reason: str, by: User, now: datetime) -> Event:
    question = _locked(question)
    columns = {"answer": reason.strip(), "answered_by": by, "answered_at": now}
    return QUESTION.move(question, "decline", by=by, now=now, reason=reason, columns=columns)


@transaction.atomic
def correct(
    question: Question, *, published: str, answer: str, by: User, now: datetime
) -> Question:
    """Correct a published answer by another entry with its own number; the old one stays."""
    old = _locked(question)
    entry = Question(
        call=old.call,
        corrects=old,
        number=_next_number(old.call),
        published=published.strip(),
        answer=answer.strip(),
        asked_at=now,
        answered_by=by,
        answered_at=now,
    )
    QUESTION.enter(entry, "correct", by=by, now=now, number=entry.number)
    return entry


def _locked(question: Question) -> Question:
    call = locks.call(question.call)
    found = Question.objects.select_related("asker", "corrects").get(pk=question.pk)
    found.call = call
    return found


def _next_number(call: Call) -> int:
    """Counted under the lock of the call."""
    return (call.questions.aggregate(last=Max("number"))["last"] or 0) + 1
