"""Conflicts of interest, found from names, identifiers, places of work and earlier letters.

Hard ones exclude, soft ones are for the chair: after what NSF, ESA and the JWST ask
of their reviewers. What is found by a likeness of names alone is soft.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from portal import countries
from portal.text import Text, say

# How long a place of work, and work done together, still count.
LEFT_WITHIN = timedelta(days=366)
TOGETHER_WITHIN = timedelta(days=48 * 30.4375)
# Of more than so many, nobody has worked with everybody.
CROWD = 30


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of conflict: `counts` says what falls under it. Some can only be found."""

    name: str
    hard: bool
    label: Text
    counts: Text
    declared: bool = True


KINDS = (
    Kind(
        "organisation",
        True,
        say("same institution"),
        say(
            "You work at an organisation of the letter, or left one less than 12 months ago. "
            "An advisory board, or a post you are applying for, counts as well."
        ),
    ),
    Kind(
        "team",
        True,
        say("member of the team"),
        say(
            "You are the PI, a co-investigator or the authorised representative, or are named in the letter."
        ),
    ),
    Kind(
        "adviser",
        True,
        say("adviser or student"),
        say("You supervised somebody of the team, or were supervised by them, at any time."),
    ),
    Kind(
        "family",
        True,
        say("family"),
        say("You are related to, married to or living with somebody of the team."),
    ),
    Kind(
        "paid",
        True,
        say("paid, or owner"),
        say("An organisation of the letter paid you in the last 12 months, or you hold its stock."),
    ),
    Kind(
        "competing",
        True,
        say("competing letter"),
        say("You take part in another letter of the same call."),
    ),
    Kind(
        "together",
        False,
        say("joint paper or project"),
        say(
            "You published or worked with somebody of the team in the last 48 months. "
            "Papers with more than 30 authors do not count."
        ),
    ),
    Kind(
        "country",
        False,
        say("same country"),
        say("You work in the country of an organisation of the letter."),
    ),
    Kind(
        "other",
        False,
        say("something else"),
        say(
            "What a reasonable person might ask about: a dispute, a friendship, a shared editorship."
        ),
    ),
    Kind(
        "likeness",
        False,
        say("a name like one of the team"),
        say("The names are alike, and no identifier says whether it is the same person."),
        declared=False,
    ),
    Kind(
        "unwanted",
        False,
        say("not wished by the applicant"),
        say("The applicant asks for another reviewer. The reviewer is never told."),
        declared=False,
    ),
    Kind(
        "declared",
        True,
        say("stepped back"),
        say("The person stepped back from the case, in their own words."),
        declared=False,
    ),
)
KIND = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation under all its names, with the domains of its addresses.

    `name` is the one to say where it has several.
    """

    names: frozenset[str]
    domains: frozenset[str] = frozenset()
    name: str = ""

    def called(self) -> str:
        return self.name or self.least()

    def least(self) -> str:
        """The first of its names in their order: the same whichever of them was written."""
        return min(self.names, default="")


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a person works, or worked until a day."""

    body: Body
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody named in a letter. `orcid` and `email` are "" where nobody gave them."""

    name: str
    email: str = ""
    orcid: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A reviewer as the rules see one: `emails` are proved, `countries` ISO codes."""

    name: str
    emails: frozenset[str] = frozenset()
    orcid: str = ""
    stays: tuple[Stay, ...] = ()
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Parties:
    """Everyone who takes part in a case; `unwanted` are names it does not want as reviewers."""

    reference: str = ""
    people: tuple[Named, ...] = ()
    bodies: tuple[Body, ...] = ()
    countries: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()
    filed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One conflict. `evidence` is the same for the same facts; `secret` is kept from the reviewer."""

    kind: str
    hard: bool
    reason: Text
    evidence: str = ""
    secret: bool = field(default=False)


def find(
    person: Person,
    case: Parties,
    competing: Sequence[Parties] = (),
    *,
    earlier: Sequence[Parties] = (),
    on: date,
) -> list[Found]:
    """The conflicts of a person with a case on a day, the hard ones first.

    `competing` are the other cases of its call, `earlier` those of other calls.
    """
    found = [
        *_team(person, case),
        *_bodies(person, case, on),
        *_competing(person, case, competing),
        *_together(person, case, earlier, on),
        *_unwanted(person, case),
        *_countries(person, case),
    ]
    return sorted(found, key=lambda one: not one.hard)


def _team(person: Person, case: Parties) -> Iterator[Found]:
    named = [(one, _same(person, one)) for one in case.people]
    sure = [one for one, how in named if how == "sure"]
    if sure:
        yield Found("team", True, say("named in the team of the letter"), _evidence(sure))
        return
    alike = [one for one, how in named if how == "alike"]
    if alike:
        yield Found(
            "likeness",
            False,
            say("a name like %(name)s of the team", name=alike[0].name),
            _evidence(alike),
        )


def _bodies(person: Person, case: Parties, on: date) -> Iterator[Found]:
    """All shared places in one: what is dismissed for one of them returns with another."""
    reasons, evidence = [], []
    for stay in sorted(person.stays, key=lambda one: (one.until is not None, one.body.called())):
        left = stay.until is not None and stay.until < on
        if left and stay.until < on - LEFT_WITHIN:
            continue
        shared = next((body for body in case.bodies if _meet(stay.body, body)), None)
        if shared is None:
            continue
        reason = say("belongs to %(body)s, an organisation of the letter", body=shared.called())
        if left:
            reason = say(
                "left %(body)s, an organisation of the letter, on %(day)s",
                body=stay.body.called(),
                day=stay.until,
            )
        reasons.append(reason)
        evidence.append(f"{_fold(shared.least())}:{stay.until or ''}")
    for address in sorted(person.emails):
        domain = address.rpartition("@")[2].casefold()
        if any(_under(domain, stated) for body in case.bodies for stated in body.domains):
            reasons.append(
                say("has an address of an organisation of the letter (%(at)s)", at=domain)
            )
            evidence.append(domain)
    if reasons:
        yield Found("organisation", True, reasons[0], ";".join(sorted(set(evidence))))


def takes_part(person: Person, case: Parties) -> bool:
    """Is the person surely named in the letter?"""
    return any(_same(person, one) == "sure" for one in case.people)


def _competing(person: Person, case: Parties, competing: Sequence[Parties]) -> Iterator[Found]:
    others = sorted(
        (one for one in competing if takes_part(person, one)), key=lambda one: one.reference
    )
    if not others:
        return
    both = [one for other in others for one in _shared(case, other)]
    reason = say("named in a competing letter of the call")
    if both:
        reason = say("named with %(name)s in a competing letter of the call", name=both[0].name)
    yield Found("competing", True, reason, ";".join(one.reference for one in others))


def _together(
    person: Person, case: Parties, earlier: Sequence[Parties], on: date
) -> Iterator[Found]:
    """Earlier letters that name both; one that names a crowd says nothing of two of them."""
    counting = (
        (other, _shared(case, other))
        for other in earlier
        if other.filed_on is not None
        and other.filed_on >= on - TOGETHER_WITHIN
        and len(other.people) <= CROWD
        and takes_part(person, other)
    )
    found = sorted(
        ((other, both) for other, both in counting if both),
        key=lambda pair: (pair[0].filed_on, pair[0].reference),
        reverse=True,
    )
    if found:
        other, both = found[0]
        yield Found(
            "together",
            False,
            say(
                "named with %(name)s in %(letter)s of %(day)s",
                name=both[0].name,
                letter=other.reference,
                day=other.filed_on,
            ),
            ";".join(sorted(f"{one.reference}:{_evidence(shared)}" for one, shared in found)),
        )


def _shared(case: Parties, other: Parties) -> list[Named]:
    return [one for one in case.people if any(_one(one, two) for two in other.people)]


def _unwanted(person: Person, case: Parties) -> Iterator[Found]:
    wished = {_fold(name) for name in case.unwanted}
    own = {_fold(person.name)} | {_fold(n) for stay in person.stays for n in stay.body.names}
    if hit := sorted(wished & own - {""}):
        yield Found(
            "unwanted",
            False,
            say("the applicant asks for another reviewer"),
            ";".join(hit),
            secret=True,
        )


def _countries(person: Person, case: Parties) -> Iterator[Found]:
    if shared := sorted(person.countries & case.countries):
        reason = say("both in %(country)s", country=", ".join(map(countries.name, shared)))
        yield Found("country", False, reason, ",".join(shared))


def _same(person: Person, one: Named) -> str:
    """Is the person the one named? "sure" by an identifier or the very name, "alike", or ""."""
    if person.orcid and one.orcid:
        return "sure" if person.orcid == one.orcid else ""
    if one.email and one.email.casefold() in {email.casefold() for email in person.emails}:
        return "sure"
    if not person.name or not one.name:
        return ""
    if _fold(person.name) == _fold(one.name):
        return "sure"
    return "alike" if _loose(person.name) == _loose(one.name) else ""


def _one(one: Named, other: Named) -> bool:
    """Are two who are named in letters the same person?"""
    if one.orcid and other.orcid:
        return one.orcid == other.orcid
    if one.email and other.email and one.email.casefold() == other.email.casefold():
        return True
    return bool(one.name) and _fold(one.name) == _fold(other.name)


def _meet(one: Body, other: Body) -> bool:
    return bool({_fold(n) for n in one.names} & {_fold(n) for n in other.names} - {""})


def _under(domain: str, stated: str) -> bool:
    stated = stated.casefold()
    return bool(stated) and (domain == stated or domain.endswith(f".{stated}"))


def _evidence(people: Iterable[Named]) -> str:
    return ";".join(sorted(one.orcid or one.email.casefold() or _fold(one.name) for one in people))


@lru_cache(maxsize=4096)
def _fold(word: str) -> str:
    return " ".join(unicodedata.normalize("NFC", word).casefold().split())


@lru_cache(maxsize=4096)
def _loose(name: str) -> tuple[str, ...]:
    """The words of a name without accents and marks, in no order: “Wei, Wáng” is “Wang Wei”."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return tuple(sorted(letters.split()))
