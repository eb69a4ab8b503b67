"""Guards of the questions that the screening asks, and of their answers."""

from portal.deadline import zoned
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import Act
from proposals.models import LetterOfIntent
from proposals.models.clarifications import MOST_ROUNDS
from proposals.workflow.agreements import call_runs


def a_round_is_left(loi: LetterOfIntent, act: Act) -> Verdict:
    """At most two questions are asked of one letter."""
    asked = loi.clarifications.filter(at__lt=act.now).count()
    if asked >= MOST_ROUNDS:
        return no(
            "rounds",
            say(
                "%(asked)s questions have been asked of this letter; at most %(most)s may be.",
                asked=asked,
                most=MOST_ROUNDS,
            ),
        )
    return YES


def answer_is_in_time(loi: LetterOfIntent, act: Act) -> Verdict:
    """The answer arrived before its due instant; that instant itself is late."""
    if not (verdict := call_runs(loi, act)):
        return verdict
    asked = loi.clarifications.last()
    if act.now >= asked.answer_by:
        return no(
            "answer_late",
            say(
                "The answer was due before %(due)s; this one arrived on %(now)s. The screening goes on with what is on file.",
                due=zoned(asked.answer_by, loi.call.zone),
                now=zoned(act.now, loi.call.zone),
            ),
        )
    return YES


def answer_is_overdue(loi: LetterOfIntent, act: Act) -> Verdict:
    """The due instant of the answer and the processing grace have passed."""
    asked = loi.clarifications.last()
    if not (verdict := call_runs(loi, act)):
        return verdict
    if act.now < asked.lapses_at:
        return no(
            "too_early",
            say("The answer may arrive until %(at)s.", at=zoned(asked.answer_by, loi.call.zone)),
        )
    return YES
