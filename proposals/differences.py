"""What changed between two versions of a draft, as people read it: field by field, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from portal.text import Text
from proposals import content as document
from proposals import reading
from proposals.merging import differing, same
from proposals.sections import LONG, SECTIONS, TEXT, Field, Rows
from proposals.terms import Terms

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
# A word with what stands before it; each Chinese, Japanese or Korean character is one.
WORD = re.compile(r"\s*(?:[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]|\w+|[^\w\s])|\s+")
MOST_WORDS = 1_000  # in longer texts frequent words are no anchors: exact would take seconds
ALIKE = 0.4  # two rows with less in common are one removed and one added


@dataclass(frozen=True, slots=True)
class Piece:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A field: `pieces` for texts, `old` and `new` with their unit for everything else."""

    label: Text
    old: str
    new: str
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, named by what stands first in it; `place` counts from one."""

    kind: str
    place: int
    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    label: Text
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    label: Text
    changes: list[Change] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)


def between(old: dict, new: dict, terms: Terms) -> list[Part]:
    """Every section in which two drafts differ; {section: {field: text | [text] | [row]}}."""
    found = []
    for section in SECTIONS:
        one, other = old.get(section.name, {}), new.get(section.name, {})
        names = set(differing(one, other))
        part = Part(section.name, section.label)
        part.changes.extend(
            change(spec, one.get(spec.name, ""), other.get(spec.name, ""), terms)
            for spec in (*section.fields, *section.past)
            if spec.name in names
        )
        for rows in section.rows:
            if rows.name in names:
                before = [row for _, row in document.table(old, section.name, rows.name)]
                after = [row for _, row in document.table(new, section.name, rows.name)]
                part.grids.append(Grid(rows.label, tuple(_rows(rows, before, after, terms))))
        if part.changes or part.grids:
            found.append(part)
    return found


def sections(old: dict, new: dict) -> list[str]:
    """The names of the sections in which two drafts differ."""
    return [
        section.name
        for section in SECTIONS
        if differing(old.get(section.name, {}), new.get(section.name, {}))
    ]


def change(spec: Field, old: object, new: object, terms: Terms) -> Change:
    shown = [_with_unit(spec, value, terms) for value in (old, new)]
    if spec.kind in {TEXT, LONG} and all(shown):
        return Change(spec.label, *shown, words(*shown))
    return Change(spec.label, *shown)


def _with_unit(spec: Field, value: object, terms: Terms) -> str:
    shown = reading.value(spec, value, terms)
    return f"{shown} {spec.unit}" if shown and spec.unit else shown


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The new text with what was taken out of the old one, word by word.

    >>> [(piece.kind, piece.text) for piece in words("an old rover", "a new rover")]
    [('removed', 'an old'), ('added', 'a new'), ('same', ' rover')]
    """
    one, other = WORD.findall(old), WORD.findall(new)
    long = max(len(one), len(other)) > MOST_WORDS
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=long).get_opcodes():
        if tag == "equal":
            found.append(Piece(SAME, "".join(one[a:b])))
            continue
        if a < b:
            found.append(Piece(REMOVED, "".join(one[a:b])))
        if c < d:
            found.append(Piece(ADDED, "".join(other[c:d])))
    return tuple(found)


def _rows(rows: Rows, old: list[dict], new: list[dict], terms: Terms) -> Iterator[Row]:
    """The rows that are not the same, in the order of the new table.

    Where rows were replaced, each is compared with the one most like it.
    """
    keys = [[tuple(sorted((k, str(v)) for k, v in row.items())) for row in t] for t in (old, new)]
    for tag, a, b, c, d in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        left = list(range(a, b))
        for place in range(c, d):
            near = max(left, key=lambda at: _alike(old[at], new[place]), default=None)
            if near is None or _alike(old[near], new[place]) < ALIKE:
                yield _row(rows, ADDED, place, {}, new[place], terms)
                continue
            left.remove(near)
            yield _row(rows, CHANGED, place, old[near], new[place], terms)
        for place in left:
            yield _row(rows, REMOVED, place, old[place], {}, terms)


def _alike(one: dict, other: dict) -> float:
    """The share of their cells in which two rows agree; the first names the row and decides."""
    names = list({**one, **other})
    if names and one.get(names[0]) and one.get(names[0]) == other.get(names[0]):
        return 1.0
    agree = [name for name in names if same(one.get(name, ""), other.get(name, ""))]
    text, new = (" ".join(str(v) for v in row.values()) for row in (one, other))
    return max(len(agree) / max(len(names), 1), SequenceMatcher(None, text, new).quick_ratio() / 2)


def _row(rows: Rows, kind: str, place: int, old: dict, new: dict, terms: Terms) -> Row:
    named = new or old
    name = next(
        (
            shown
            for spec in rows.fields
            if (shown := reading.value(spec, named.get(spec.name, ""), terms))
        ),
        "",
    )
    changes = tuple(
        change(spec, old.get(spec.name, ""), new.get(spec.name, ""), terms)
        for spec in rows.fields
        if not same(old.get(spec.name, ""), new.get(spec.name, ""))
    )
    return Row(kind, place + 1, name, changes)
