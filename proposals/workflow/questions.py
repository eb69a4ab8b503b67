"""Questions on a call: asked by anybody, answered to everybody."""

from portal.deadline import zoned
from portal.models import User
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import START, Act, Row, State, Table, register
from proposals import policy
from proposals.models import Question

MOST_WAITING = 5
LONGEST = 1000


def questions_are_open(question: Question, act: Act) -> Verdict:
    """The call is published and has not closed."""
    call = question.call
    if call.history or not call.open_or_ahead_at(act.now):
        return no(
            "questions_closed",
            say(
                "Questions are taken until the call closes; it closed on %(at)s.",
                at=zoned(call.closes_at, call.zone),
            ),
        )
    return YES


def says_something(question: Question, act: Act) -> Verdict:
    """It has from 10 to 1,000 characters."""
    length = len(question.asked)
    if not 10 <= length <= LONGEST:
        return no(
            "question_length",
            say("A question has from 10 to 1,000 characters; this one has %(n)s.", n=length),
            field="question",
        )
    return YES


def not_too_many_wait(question: Question, act: Act) -> Verdict:
    """At most 5 questions of one person on a call wait for an answer."""
    waiting = Question.objects.filter(call=question.call, asker=question.asker, state="asked")
    if waiting.count() >= MOST_WAITING:
        return no(
            "too_many_questions",
            say(
                "%(most)s questions of yours wait for an answer already: ask again when one is answered.",
                most=MOST_WAITING,
            ),
        )
    return YES


def has_its_words(question: Question, act: Act) -> Verdict:
    """The published question and its answer are written."""
    if not question.published.strip():
        return no("no_question", say("Write the question as it is published."), field="published")
    if not question.answer.strip():
        return no("no_answer", say("Write the answer."), field="answer")
    return YES


def has_its_answer(question: Question, act: Act) -> Verdict:
    """The answer to the asker is written."""
    if not question.answer.strip():
        return no("no_answer", say("Write the answer."), field="answer")
    return YES


def corrects_a_published_one(question: Question, act: Act) -> Verdict:
    """What is corrected is a published answer that no other entry corrects yet."""
    old = question.corrects
    if old.state != "answered":
        return no("not_published", say("Only a published answer is corrected."))
    if newer := Question.objects.filter(corrects=old).first():
        return no(
            "corrected_already",
            say("Entry %(number)s corrects this one: correct that.", number=newer.number),
        )
    return YES


# fmt: off
QUESTION_ROWS = (
    Row("ask", "asked", (START,), "asked", ("anybody",), (questions_are_open, says_something, not_too_many_wait), "question_asked"),
    Row("answer", "answered", ("asked",), "answered", ("secretary",), (has_its_words,), "question_answered", say("Publish the answer")),
    Row("answer_privately", "answered_privately", ("asked",), "answered_privately", ("secretary",), (has_its_answer,), "question_answered", say("Answer the asker alone")),
    Row("decline", "declined", ("asked",), "declined", ("secretary",), tells="question_answered", button=say("Decline"), reason=True),
    Row("correct", "corrected", (START,), "answered", ("secretary",), (has_its_words, corrects_a_published_one), "question_corrected"),
)
# fmt: on


def relation(user: User, question: Question) -> set[str]:
    """Anybody who is signed in may ask; the asker knows the own question."""
    if not user.is_authenticated or not user.is_active:
        return set()
    words = policy.call_relation(user, question.call) | {"anybody"}
    return words | ({"asker"} if question.asker_id == user.pk else set())


QUESTION = register(
    Table(
        noun="question",
        title=say("Question on a call"),
        relation=relation,
        relations=policy.CALL_RELATIONS | {"anybody", "asker"},
        states=(
            State("asked", say("waits for an answer"), tone="amber"),
            State("answered", say("answered in public"), tone="jade", final=True),
            State("answered_privately", say("answered to you alone"), tone="jade", final=True),
            State("declined", say("declined"), final=True),
        ),
        rows=QUESTION_ROWS,
    )
)
