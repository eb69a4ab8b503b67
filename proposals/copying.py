"""An earlier letter taken over into another call: what fits it, and what does not, with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from portal.text import Text, say
from proposals import content as document
from proposals import reading
from proposals.sections import (
    CHOICE,
    CHOICES,
    DECLARATIONS,
    FILES,
    SECTIONS,
    Field,
    Section,
)
from proposals.terms import Terms


@dataclass(frozen=True, slots=True)
class Dropped:
    """One value that was not taken over; `row` counts from one, and is 0 outside tables."""

    section: Text
    label: Text
    value: str
    reason: Text
    row: int = 0


def fit(content: dict, old: Terms, new: Terms, *, today: date) -> tuple[dict, list[Dropped]]:
    """A draft for a call of the terms `new` out of one of the terms `old`."""
    taken: dict = {}
    dropped: list[Dropped] = []
    for section in SECTIONS:
        if section.name not in content:
            continue
        given = content[section.name]
        if section is DECLARATIONS:
            dropped += _undeclared(given)
            continue
        for field in section.past:
            if value := reading.value(field, given.get(field.name, ""), old):
                reason = say("This form does not ask it any more.")
                dropped.append(Dropped(section.label, field.label, value, reason))
        kept = {field.name: given.get(field.name, "") for field in section.fields}
        dropped += _unfit(section, section.fields, kept, old, new, today)
        for rows in section.rows:
            kept[rows.name] = [dict(row) for row in given.get(rows.name, [])]
            for place, row in enumerate(kept[rows.name], 1):
                dropped += _unfit(section, rows.fields, row, old, new, today, place)
        taken[section.name] = kept
    return taken, dropped


def left_behind(names: list[str]) -> list[Dropped]:
    """The files of the earlier letter: none is copied."""
    reason = say("Files are not copied: attach what is signed for this call.")
    return [Dropped(FILES.label, say("File"), name, reason) for name in names]


def _undeclared(given: dict) -> Iterator[Dropped]:
    for field in DECLARATIONS.fields:
        if given.get(field.name):
            reason = say("A declaration is made for one letter: make it anew.")
            yield Dropped(DECLARATIONS.label, field.label, str(say("Declared")), reason)


def _unfit(
    section: Section,
    fields: tuple[Field, ...],
    values: dict,
    old: Terms,
    new: Terms,
    today: date,
    row: int = 0,
) -> Iterator[Dropped]:
    """Take out of `values` what does not fit, and tell it."""
    for field in fields:
        value = values.get(field.name, "")
        reason = _reason(field, value, new, today)
        if reason is None:
            continue
        if field.kind == CHOICES:
            allowed = {code for code, _ in new.options(field)}
            out = [code for code in value if code not in allowed]
            values[field.name] = [code for code in value if code in allowed]
        else:
            out, values[field.name] = value, ""
        yield Dropped(section.label, field.label, reading.value(field, out, old), reason, row)


def _reason(field: Field, value: object, new: Terms, today: date) -> Text | None:
    if not value:
        return None
    allowed = {code for code, _ in new.options(field)} if field.kind in {CHOICE, CHOICES} else set()
    match field.kind:
        case "choice" if value not in allowed:
            if field.from_call == "platforms":
                return say("This call does not offer the platform.")
            return say("It is not on the list of this call.")
        case "choices" if set(value) - allowed:
            return say("Not on the list of this call.")
        case "date" if found := document.day(str(value)):
            if found < today:
                return say("The day has passed.")
            if field.name == "flight_model_on" and new.need_by and found > new.need_by:
                return say(
                    "It is after %(need_by)s, when this mission needs the flight model.",
                    need_by=new.need_by,
                )
    return None
