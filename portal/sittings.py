"""Saves that follow closely are one sitting: nobody reads a history of every pause in typing."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

GAP = timedelta(minutes=10)


class Save(Protocol):
    saved_at: datetime
    saved_by_id: int


S = TypeVar("S", bound=Save)


def sittings(saves: Sequence[S], ends: Callable[[S], bool]) -> list[list[S]]:
    """The saves of one person with no longer pause than `GAP`, newest first as they come.

    A save that `ends` something (it was filed, it was locked) is the last of its sitting.
    """
    found: list[list[S]] = []
    for save in saves:
        later = found[-1][-1] if found else None
        if (
            later is not None
            and later.saved_by_id == save.saved_by_id
            and later.saved_at - save.saved_at <= GAP
            and not ends(save)
        ):
            found[-1].append(save)
        else:
            found.append([save])
    return found
