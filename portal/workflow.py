"""The engine under every workflow table: what a row means, and the one way to move.

A noun's table (in the `workflow` of its app) lists its rows: action, from, to,
who, only if, tells, button. The same object drives the act itself, the
buttons a person sees, the page /help/workflow/, the system check and the tests.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models

from portal import events, notices
from portal.models import Event, User
from portal.text import Text, say
from portal.verdict import YES, Refused, Verdict, no, require

CLOCK = events.CLOCK
START = ""
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Act:
    """One attempt to move: who, judged at which instant, with which facts from above."""

    by: User | str
    now: datetime
    reason: str = ""
    facts: object = None


Guard = Callable[[models.Model, Act], Verdict]
Relation = Callable[[User, models.Model], set[str]]


@dataclass(frozen=True, slots=True)
class State:
    name: str
    label: Text | str
    applicant_label: Text | str = ""
    tone: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    action: str  # the verb, in the address, the service and the button
    past: str  # as the event says it
    from_: tuple[str, ...]
    to: str  # START: whichever state it is in, it stays
    who: tuple[str, ...]
    only_if: tuple[Guard, ...] = ()
    tells: str = NOBODY
    button: Text | str = ""
    reason: bool = False  # a reason must be given, and is kept
    tone: str = ""


@dataclass(frozen=True)
class Table:
    noun: str
    title: Text | str
    states: tuple[State, ...]
    rows: tuple[Row, ...]
    relation: Relation
    relations: frozenset[str]
    former: tuple[Row, ...] = ()  # walked once and by nobody any more: the record holds such steps
    _rows: dict[str, Row] = field(init=False, repr=False)
    _states: dict[str, State] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rows", {row.action: row for row in self.rows})
        object.__setattr__(self, "_states", {state.name: state for state in self.states})

    def row(self, action: str) -> Row:
        return self._rows[action]

    def state(self, name: str) -> State:
        return self._states[name]

    def verdict(self, obj: models.Model, action: str, act: Act) -> Verdict:
        """May `act.by` do this to `obj` at `act.now`? The first no wins: who, from, only if."""
        row = self.row(action)
        who = {CLOCK} if act.by == CLOCK else self.relation(act.by, obj)
        if not who.intersection(row.who):
            return no(
                f"{self.noun}.{action}.who",
                say("This act is not yours: it belongs to the %(who)s.", who=spoken(row.who)),
                who=True,
            )
        state = obj.state if obj.pk else START
        if state not in row.from_:
            return no(
                f"{self.noun}.{action}.from",
                say(
                    "It is now “%(state)s”, and this act does not start from there. "
                    "Load the page again to see what is possible.",
                    state=self.state(state).label if state else say("not yet begun"),
                ),
            )
        for guard in row.only_if:
            if not (verdict := guard(obj, act)):
                return verdict
        return YES

    def available(self, obj: models.Model, user: User, now: datetime) -> list["Offer"]:
        """The buttons of this person on this object now, each with its verdict."""
        act = Act(by=user, now=now, reason="?")
        who = self.relation(user, obj)
        return [
            Offer(row, self.verdict(obj, row.action, act))
            for row in self.rows
            if row.button and obj.state in row.from_ and who.intersection(row.who)
        ]

    def enter(
        self, obj: models.Model, action: str, *, by: User | str, now: datetime, **data: object
    ) -> Event:
        """Write a new row in its first state."""
        require(self.verdict(obj, action, Act(by, now)))
        obj.state = self.row(action).to
        obj.save(force_insert=True)
        return self._tell(obj, self.row(action), by, now, START, "", data)

    def move(
        self,
        obj: models.Model,
        action: str,
        *,
        by: User | str,
        now: datetime,
        reason: str = "",
        facts: object = None,
        columns: dict | None = None,
        **data: object,
    ) -> Event:
        """Move `obj` (locked by the caller) along one row: verdict, change, event, notice.

        `columns` change with the state, in one statement; `data` goes into the
        event. The conditional update is the last word between two at once:
        whoever finds the state changed is refused and nothing is written.
        """
        row = self.row(action)
        reason = reason.strip()
        require(self.verdict(obj, action, Act(by, now, reason, facts)))
        if row.reason and not reason:
            raise Refused(
                no(
                    f"{self.noun}.{action}.reason",
                    say("Give a reason: it is kept and shown."),
                    field="reason",
                )
            )
        before = obj.state
        columns = {"state": row.to or before, **(columns or {})}
        changed = type(obj)._default_manager.filter(pk=obj.pk, state=before).update(**columns)
        if not changed:
            raise Refused(
                no(
                    f"{self.noun}.{action}.from",
                    say("Somebody else was faster. Load the page again."),
                )
            )
        for name, value in columns.items():
            setattr(obj, name, value)
        return self._tell(obj, row, by, now, before, reason, data)

    def _tell(self, obj, row: Row, by, now, before: str, reason: str, data: dict) -> Event:
        event = events.record(
            f"{self.noun}.{row.past}",
            obj,
            by=by,
            now=now,
            data={
                "from": before,
                "to": obj.state,
                **({"reason": reason} if reason else {}),
                **data,
            },
        )
        if row.tells != NOBODY:
            notices.post(row.tells, obj, now=now, event=event)
        return event


@dataclass(frozen=True, slots=True)
class Offer:
    row: Row
    verdict: Verdict


TABLES: dict[str, Table] = {}
RELATIONS: dict[str, Text] = {CLOCK: say("clock")}


def register(table: Table) -> Table:
    TABLES[table.noun] = table
    return table


def described() -> list[dict]:
    """Every table in words, for /help/workflow/."""
    return [
        {
            "noun": table.noun,
            "title": table.title,
            "states": table.states,
            "rows": [
                {
                    "row": row,
                    "act": row.button or row.action.replace("_", " ").capitalize(),
                    "from": [table.state(name).label for name in row.from_ if name]
                    or [say("nothing")],
                    "to": table.state(row.to).label if row.to else say("the same"),
                    "who": spoken(row.who),
                    "rules": [guard.__doc__ for guard in row.only_if],
                }
                for row in table.rows
            ],
        }
        for table in TABLES.values()
    ]


def spoken(who: Iterable[str]) -> str:
    return " / ".join(str(RELATIONS.get(word, word)) for word in who)


def faults(table: Table) -> Iterable[str]:
    """What is wrong with a table, for the system check."""
    names = {state.name for state in table.states}
    reached = {START}
    while more := {
        row.to
        for row in (*table.rows, *table.former)
        if reached.intersection(row.from_) and row.to not in reached
    }:
        reached |= more
    for name in sorted(names - reached):
        yield f"{table.noun}: nothing leads to the state {name!r}"
    if len(table._rows) != len(table.rows):
        yield f"{table.noun}: two rows have the same action"
    for row in table.rows:
        for state in {*row.from_, row.to} - names - {START}:
            yield f"{table.noun}.{row.action}: unknown state {state!r}"
        for word in set(row.who) - table.relations - {CLOCK}:
            yield f"{table.noun}.{row.action}: unknown relation {word!r}"
        if not row.who:
            yield f"{table.noun}.{row.action}: nobody may do it"
        if row.tells != NOBODY and row.tells not in notices.NOTICES:
            yield f"{table.noun}.{row.action}: no notice {row.tells!r}"
        for guard in row.only_if:
            if not guard.__doc__:
                yield f"{table.noun}.{row.action}: the guard {guard.__name__} has no text"
    for state in table.states:
        if not state.final and not any(state.name in row.from_ for row in table.rows):
            yield f"{table.noun}: the state {state.name!r} is a dead end and not marked final"
