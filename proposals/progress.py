"""How far a draft is, step by step: how many fields are asked, how many are missing or wrong."""

from collections.abc import Iterator
from dataclasses import dataclass

from proposals import content as document
from proposals.checks import Problem
from proposals.sections import STEPS, Rows, Section
from proposals.terms import Terms

# A field, a table, or a field in a row of a table.
Place = tuple[str, str, int | None]
EMPTY = {"required", "rows"}


@dataclass(frozen=True, slots=True)
class Part:
    """`asked`, `missing` and `wrong` are numbers of fields; `first` is the first that is either."""

    section: Section
    asked: int
    missing: int
    wrong: int
    first: Problem | None


def parts(content: dict, terms: Terms, problems: list[Problem]) -> list[Part]:
    """Every step, in the form's order; `problems` are those of `proposals.checks`."""
    found = []
    for section in STEPS:
        hard = [one for one in problems if one.hard and one.section == section.name]
        missing = {_place(one) for one in hard if one.rule in EMPTY}
        wrong = {_place(one) for one in hard} - missing
        asked = set(_asked(section, content, terms)) | missing
        found.append(Part(section, len(asked), len(missing), len(wrong), hard[0] if hard else None))
    return found


def _place(problem: Problem) -> Place:
    return problem.table, problem.field, problem.row


def _asked(section: Section, content: dict, terms: Terms) -> Iterator[Place]:
    for field in section.fields:
        if field.required and document.applies(field, content, terms):
            yield "", field.name, None
    for rows in section.rows:
        if document.applies(rows, content, terms):
            yield from _asked_in(rows, section, content, terms)


def _asked_in(rows: Rows, section: Section, content: dict, terms: Terms) -> Iterator[Place]:
    filled = document.table(content, section.name, rows.name)
    if rows.least and not filled:
        yield "", rows.name, None
    for place, _row in filled:
        for field in rows.fields:
            if field.required and document.applies(field, content, terms):
                yield rows.name, field.name, place
