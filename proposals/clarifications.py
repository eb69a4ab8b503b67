"""What the screening asked of a partner and what was answered, for whoever reads the case."""

from dataclasses import dataclass
from datetime import datetime

from portal.deadline import Deadline, said
from proposals.models import Answer, Clarification, LetterOfIntent


@dataclass(frozen=True, slots=True)
class Round:
    """`answered` is empty while none came; `open` as long as one may still come."""

    number: int
    question: str
    asked: str
    deadline: Deadline
    open: bool
    answer: str = ""
    answered: str = ""
    by: str = ""


def of(loi: LetterOfIntent, now: datetime, *, names: bool = True) -> list[Round]:
    """The rounds of a case, the first one first; without `names` nobody reads who answered."""
    zone = loi.call.zone
    return [
        Round(
            number=asked.round,
            question=asked.question,
            asked=_minute(asked.at, zone),
            deadline=Deadline(asked.answer_by, zone, now),
            open=answer is None and loi.state == "clarification" and now < asked.answer_by,
            answer=answer.text if answer else "",
            answered=_minute(answer.at, zone) if answer else "",
            by=answer.by.name if answer and names else "",
        )
        for asked, answer in _rounds(loi)
    ]


def _minute(at: datetime, zone: str) -> str:
    return said(at.replace(second=0, microsecond=0), zone)


def texts(loi: LetterOfIntent) -> dict[tuple[str, int], str]:
    """(event, round) → the words that were asked or answered then, for the history."""
    found = {}
    for asked, answer in _rounds(loi):
        found["loi.clarification_asked", asked.round] = asked.question
        if answer:
            found["loi.clarification_answered", asked.round] = answer.text
    return found


def _rounds(loi: LetterOfIntent) -> list[tuple[Clarification, Answer | None]]:
    asked = loi.clarifications.select_related("answer__by").order_by("round")
    return [(one, getattr(one, "answer", None)) for one in asked]
