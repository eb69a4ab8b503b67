from datetime import UTC, datetime, timedelta

from django.db import transaction

from portal import canonical, notices, workdays
from portal.deadline import zoned
from portal.events import CLOCK
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no, require
from portal.workflow import Act
from proposals.models import Answer, Call, Clarification, Letter, LetterOfIntent
from proposals.services import letters, locks
from proposals.workflow import LOI

DAYS_TO_ANSWER = 5
LEAST_DAYS = 2
REMIND_BEFORE = timedelta(hours=24)


def usual_due(call: Call, now: datetime) -> datetime:
    """Five working days from now, to the end of the day in the call's zone."""
    return workdays.after(now, DAYS_TO_ANSWER, call.zone)


@transaction.atomic
def ask_clarification(
    loi: LetterOfIntent, *, question: str, due_at: datetime, by: User, now: datetime
) -> Event:
    """Put one question of fact to the partner; the case waits for the answer."""
    loi = locks.case(loi)
    least = workdays.after(now, LEAST_DAYS, loi.call.zone)
    if due_at < least:
        raise Refused(
            no(
                "loi.ask_clarification.due",
                say(
                    "Two working days to answer are the least: due no earlier than %(least)s.",
                    least=zoned(least, loi.call.zone),
                ),
                field="due",
            )
        )
    require(LOI.verdict(loi, "ask_clarification", Act(by, now)))
    asked = Clarification.objects.create(
        loi=loi,
        round=loi.clarifications.count() + 1,
        question=question,
        due_at=due_at,
        by=by,
        at=now,
    )
    facts = {"round": asked.round, "due_at": due_at.astimezone(UTC).isoformat()}
    event = LOI.move(
        loi, "ask_clarification", by=by, now=now, sha256=canonical.digest(question), **facts
    )
    letters.owe(loi, Letter.Kind.CLARIFICATION, clarification=asked, by=by, now=now)
    return event


@transaction.atomic
def answer_clarification(loi: LetterOfIntent, *, answer: str, by: User, now: datetime) -> Event:
    """Keep the answer beside the filing. `now` is when the request arrived."""
    loi = locks.case(loi)
    require(LOI.verdict(loi, "answer_clarification", Act(by, now)))
    asked = loi.clarifications.last()
    Answer.objects.create(clarification=asked, text=answer, by=by, at=now)
    digest = canonical.digest(answer)
    return LOI.move(loi, "answer_clarification", by=by, now=now, round=asked.round, sha256=digest)


@transaction.atomic
def lapse_clarification(loi: LetterOfIntent, *, now: datetime) -> Event:
    """No answer came: the screening goes on with what is on file."""
    loi = locks.case(loi)
    return LOI.move(loi, "lapse_clarification", by=CLOCK, now=now, round=loi.clarifications.count())


@transaction.atomic
def remind(loi: LetterOfIntent, *, now: datetime) -> int:
    """Remind of an answer still owed, once a round: due and not yet written; how many are new."""
    asked = loi.clarifications.last()
    if (
        loi.call.state == "suspended"
        or not asked.answer_by - REMIND_BEFORE <= now < asked.answer_by
    ):
        return 0
    occasion = f"round {asked.round}, T-24h"
    return len(notices.post("clarification_reminder", loi, now=now, occasion=occasion))
