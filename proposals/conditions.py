"""The conditions of a decision, as the pages of its case and of its call show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from portal import documents
from portal.deadline import Deadline, said
from portal.models import StoredFile, User
from portal.text import Text, say
from portal.verdict import Verdict
from portal.workflow import State
from proposals import agreements, attachments, queries
from proposals.models import Call, Condition, Evidence
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
    paused: bool  # its call is suspended: what is left of its time stands still
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
    conditions = list(conditions)
    still = paused(conditions)
    return [_of(one, reader, now, one.decision.loi_id in still) for one in conditions]


def of_call(reader: User, call: Call) -> QuerySet[Condition]:
    """Those of its decisions in force that this person reads."""
    found = queries.visible_conditions(reader).filter(decision__state="released")
    return found.filter(decision__loi__call=call)


def paused(conditions: Iterable[Condition]) -> set[int]:
    """The cases of these whose terms stand still: what passes meanwhile is given back."""
    cases = {one.decision.loi_id for one in conditions}
    return set(queries.paused().filter(pk__in=cases).values_list("pk", flat=True))


def _of(condition: Condition, reader: User, now: datetime, paused: bool) -> Standing:
    zone = condition.loi.call.zone
    deadline = Deadline(condition.due_at, zone, now)
    return Standing(
        condition=condition,
        deadline=deadline,
        state=state(condition, now, paused=paused),
        open=condition.runs and condition.state == "open",
        paused=paused,
        answers=tuple(
            _answer(number, one, condition, paused)
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


def state(condition: Condition, now: datetime, *, paused: bool) -> State:
    """As people read it: what is owed past its instant is overdue, what ended is owed no more."""
    if condition.state == "met":
        return CONDITION.state("met")
    if not condition.runs:
        return ENDED
    if condition.state == "open" and now >= condition.due_at and not paused:
        return OVERDUE
    return CONDITION.state(condition.state)


def _answer(number: int, one: Evidence, condition: Condition, paused: bool) -> Answer:
    file = agreements.readable(one.file) if one.file else None
    return Answer(
        number=number,
        text=one.text,
        by=one.by.name,
        at=_minute(one.at, condition.loi.call.zone),
        late=one.at >= condition.due_at and not paused,
        file=file,
        kind=str(attachments.SHORT[one.file.media_type]) if one.file else "",
    )


def _minute(at: datetime, zone: str) -> str:
    return said(at.replace(second=0, microsecond=0), zone)
