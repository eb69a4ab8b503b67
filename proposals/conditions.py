"""The conditions of a decision, as the pages of its case and of its call show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from portal import documents
from portal.deadline import Deadline, said
from portal.models import StoredFile, User
from portal.text import Text, say
from portal.verdict import Verdict
from portal.workflow import State
from proposals import agreements, attachments
from proposals.models import Condition, Evidence
from proposals.workflow import CONDITION

ENDED = State("ended", say("ended with the case"), final=True)
NEXT = {"open": "answer", "answered": "mark_met"}
OVERDUE = State("overdue", say("overdue"), tone="cinnabar")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `file`, where there is one, is whether it can be read now, and `kind` its type."""

    number: int
    text: str
    by: str
    at: str
    late: bool
    file: Verdict | None
    kind: str


@dataclass(frozen=True, slots=True)
class Act:
    label: Text | str
    url: str
    next: bool  # what is expected now, beside what may be done as well


@dataclass(frozen=True, slots=True)
class Standing:
    condition: Condition
    deadline: Deadline
    state: State
    open: bool  # the partner is to answer it
    answers: tuple[Answer, ...]
    met: str  # when: the history tells the offices by whom
    acts: tuple[Act, ...]


def address(condition: Condition) -> str:
    """Where it stands on the page of its case."""
    return f"{reverse('loi', args=[condition.loi.key])}#condition-{condition.number}"


def filename(condition: Condition, number: int, stored: StoredFile) -> str:
    """What the file of one answer is called: our words and numbers, whatever its sender called it."""
    ending = documents.ENDINGS[stored.media_type]
    return f"{condition.loi.reference}-condition-{condition.number}-{number}.{ending}"


def of(conditions: Iterable[Condition], reader: User, now: datetime) -> list[Standing]:
    """Each with what this person may do about it now."""
    return [_of(condition, reader, now) for condition in conditions]


def _of(condition: Condition, reader: User, now: datetime) -> Standing:
    zone = condition.loi.call.zone
    deadline = Deadline(condition.due_at, zone, now)
    return Standing(
        condition=condition,
        deadline=deadline,
        state=state(condition, now),
        open=condition.runs and condition.state == "open",
        answers=tuple(
            _answer(number, one, condition)
            for number, one in enumerate(condition.evidence.all(), 1)
        ),
        met=_minute(condition.met_at, zone) if condition.met_at else "",
        acts=tuple(
            Act(
                offer.row.button,
                reverse(f"{offer.row.action}_condition", args=[condition.key]),
                offer.row.action == NEXT[condition.state],
            )
            for offer in CONDITION.available(condition, reader, now)
            if offer.verdict
        ),
    )


def state(condition: Condition, now: datetime) -> State:
    """As people read it: what is owed past its instant is overdue, what ended is owed no more."""
    if condition.state == "met":
        return CONDITION.state("met")
    if not condition.runs:
        return ENDED
    if condition.state == "open" and now >= condition.due_at:
        return OVERDUE
    return CONDITION.state(condition.state)


def _answer(number: int, one: Evidence, condition: Condition) -> Answer:
    file = agreements.readable(one.file) if one.file else None
    return Answer(
        number=number,
        text=one.text,
        by=one.by.name,
        at=_minute(one.at, condition.loi.call.zone),
        late=one.at >= condition.due_at,
        file=file,
        kind=str(attachments.SHORT[one.file.media_type]) if one.file else "",
    )


def _minute(at: datetime, zone: str) -> str:
    return said(at.replace(second=0, microsecond=0), zone)
