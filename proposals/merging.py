"""Two people, or two tabs, on one section of a draft: what each changed, field by field.

A table of rows counts as one field.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Merge:
    """`values` holds what both sides changed together, and `mine` where both changed one field.

    `taken` names the fields that only the other side changed, `disputed` those
    that both changed, each to something else.
    """

    values: dict
    taken: tuple[str, ...]
    disputed: tuple[str, ...]


def merge(base: Mapping, mine: Mapping, theirs: Mapping) -> Merge:
    """Both changes of the section `base`; {section}: {field: text | [text] | [row]}."""
    values, taken, disputed = dict(mine), [], []
    for name in {**theirs, **mine}:
        one, other = mine.get(name, ""), theirs.get(name, "")
        if same(one, other):
            continue
        if same(one, base.get(name, "")):
            values[name] = other
            taken.append(name)
        elif not same(other, base.get(name, "")):
            disputed.append(name)
    return Merge(values, tuple(taken), tuple(disputed))


def differing(one: Mapping, other: Mapping) -> tuple[str, ...]:
    """The fields in which two versions of a section are not the same."""
    return tuple(
        name for name in {**one, **other} if not same(one.get(name, ""), other.get(name, ""))
    )


def same(one: object, other: object) -> bool:
    """Is nothing changed? The order of ticks and rows in which nothing stands are no change."""
    return _bare(one) == _bare(other)


def _bare(value: object) -> object:
    if not isinstance(value, list):
        return value or []
    if any(isinstance(row, dict) for row in value):
        return [row for row in value if any(_bare(cell) for cell in row.values())]
    return sorted(value)
