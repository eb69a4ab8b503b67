"""Sentences with numbers in them, translated when they are read and not before.

Pure modules say why they refuse without knowing Django; `portal.apps` hands
this module the translator at the start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

translate: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Text:
    """`msgid` with `%(name)s` places; `params` are put in after translation."""

    msgid: str
    params: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return translate(self.msgid) % {name: plain(value) for name, value in self.params}


def say(msgid: str, /, **params: object) -> Text:
    return Text(msgid, tuple(params.items()))


def plain(value: object) -> str:
    """A value as it stands in a sentence: decimals without idle zeros.

    >>> plain(Decimal("110.400"))
    '110.4'
    """
    if isinstance(value, Decimal):
        shown = f"{value:f}"
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    if isinstance(value, date):
        return f"{value:%d %B %Y}".lstrip("0")
    return str(value)
