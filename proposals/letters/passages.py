"""The words of a letter that people wrote, and that can be wrong: read and mended by their paths.

What was decided is none of them: another outcome, amount or day is another decision.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

from portal.text import Text, say

# Key of the context → what the passage is; lists are gone through row by row.
TEXTS = {
    "addressee": {
        "name": say("Name of the addressee"),
        "organisation": say("Organisation"),
        "organisation_native": say("Organisation, in its own script"),
    },
    "about": {"title": say("Title of the proposal")},
    "reason": say("Reason"),
    "question": say("Question"),
    "source": say("Source"),
    "what": say("Condition"),
    "grant": {"reason": say("Reason of the grant")},
    "conditions": {"text": say("Condition %(n)s"), "owner": say("Condition %(n)s: whose")},
    "findings": {
        "strengths": {"text": say("Finding under criterion %(n)s: strength")},
        "weaknesses": {"text": say("Finding under criterion %(n)s: weakness")},
    },
}


@dataclass(frozen=True, slots=True)
class Passage:
    path: str  # "conditions.0.text"
    label: Text
    text: str


def passages(context: Mapping) -> list[Passage]:
    return list(_found(TEXTS, context, "", 0))


def _found(known: object, value: object, path: str, number: int) -> Iterator[Passage]:
    if isinstance(value, list):
        for place, one in enumerate(value):
            yield from _found(known, one, f"{path}.{place}", number or place + 1)
    elif isinstance(value, dict) and isinstance(known, dict):
        for key, inside in known.items():
            if value.get(key):
                yield from _found(inside, value[key], f"{path}.{key}".lstrip("."), number)
    elif isinstance(value, str) and isinstance(known, Text):
        label = say(known.msgid, n=number) if "%(n)s" in known.msgid else known
        yield Passage(path, label, value)


def mended(context: Mapping, changes: Mapping[str, str]) -> dict:
    """The context with the passages of these paths replaced."""
    words = deepcopy(dict(context))
    for path, text in changes.items():
        *way, last = path.split(".")
        found = words
        for step in way:
            found = found[int(step) if isinstance(found, list) else step]
        found[last] = text
    return words
