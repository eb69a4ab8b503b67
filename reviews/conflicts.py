"""Conflicts of interest, found from names, organisations and countries."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.text import Text, say


@dataclass(frozen=True, slots=True)
class Person:
    """A reviewer as the rules see one. `organisations` are names; `country` an ISO code or ""."""

    name: str
    email: str
    organisations: frozenset[str]
    country: str


@dataclass(frozen=True, slots=True)
class Parties:
    """Everyone who takes part in a case."""

    people: frozenset[str]
    emails: frozenset[str]
    organisations: frozenset[str]
    countries: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    kind: str
    hard: bool
    reason: Text


def find(person: Person, case: Parties, competing: Sequence[Parties] = ()) -> list[Found]:
    """The conflicts of a person with a case; `competing` are the other cases of its call.

    Hard: the same organisation, named in the team, a part in a competing
    letter. Soft: the same country. Names are compared without case, accents kept.
    """
    found = []
    if _names(person, case):
        found.append(Found("team", True, say("named in the team of the letter")))
    shared = _folded(person.organisations) & _folded(case.organisations)
    if shared:
        found.append(Found("organisation", True, say("belongs to an organisation of the letter")))
    if any(_names(person, other) for other in competing):
        found.append(Found("competing", True, say("named in a competing letter of the call")))
    if person.country and person.country in case.countries:
        found.append(
            Found("country", False, say("same country (%(country)s)", country=person.country))
        )
    return found


def _names(person: Person, case: Parties) -> bool:
    return person.email.casefold() in _folded(case.emails) or (
        bool(person.name) and _fold(person.name) in _folded(case.people)
    )


def _folded(words: frozenset[str]) -> set[str]:
    return {_fold(word) for word in words if word}


def _fold(word: str) -> str:
    return " ".join(word.casefold().split())
