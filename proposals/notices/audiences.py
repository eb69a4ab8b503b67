"""Who is told: the teams of the partners, and the offices that may read what it is about."""

from collections.abc import Callable, Iterable

from portal import roles
from portal.models import User
from proposals import queries
from proposals.models import Call, Project
from proposals.models.agreements import Subject

TEAM = (roles.PI, roles.AOR, roles.OWNER, roles.EDITOR)
ANSWERABLE = (roles.PI, roles.AOR, roles.OWNER)


def holders(*names: str) -> Callable[[Call], Iterable[User]]:
    return lambda subject: queries.holders(*names)


def members(*seats: str) -> Callable[[Subject], Iterable[User]]:
    return lambda subject: queries.applicants_of(subject, *seats)


def office(subject: Subject, *names: str) -> list[User]:
    """Those of the secretariat, or of the offices named, who may read the case or the project."""
    found = queries.holders(*(names or (roles.SECRETARY,)))
    return [
        person
        for person in found
        if queries.visible(person, type(subject)).filter(pk=subject.pk).exists()
    ]


def both_sides(*names: str) -> Callable[[Subject], Iterable[User]]:
    """The team, of a project those of all its cases, and those of these offices who may read it."""
    return lambda subject: [
        *(
            person
            for loi in (subject.cases if isinstance(subject, Project) else [subject])
            for person in queries.applicants_of(loi, *TEAM)
        ),
        *office(subject, *names),
    ]
