"""Who is named in a letter and what they say to it, for whoever reads the case."""

from dataclasses import dataclass

from portal.deadline import said
from portal.models import User
from portal.workflow import State
from proposals import course, queries
from proposals.models import LetterOfIntent, Naming
from proposals.named import people
from proposals.workflow import NAMING


@dataclass(frozen=True, slots=True)
class Line:
    """`state` is None for who has not been asked as they stand in the letter now."""

    name: str
    role: str
    address: str
    state: State | None = None
    at: str = ""
    reason: str = ""


def shown_to(reader: User, loi: LetterOfIntent) -> bool:
    """The organisation's members and the secretariat; the panel reads the team without it."""
    return course.member(reader, loi) or bool(reader.roles() & queries.READERS)


def of(loi: LetterOfIntent, reader: User, content: dict) -> list[Line]:
    """Everybody named in the content that is shown, in its order."""
    if not shown_to(reader, loi):
        return []
    standing = {
        (naming.address, naming.name, naming.role): naming
        for naming in loi.namings.exclude(state="withdrawn")
    }
    found = []
    for named in people(content):
        naming = standing.get((named.address, named.name, named.role))
        line = Line(named.name, named.role, named.address)
        found.append(_answered(loi, naming) if naming else line)
    return found


def _answered(loi: LetterOfIntent, naming: Naming) -> Line:
    return Line(
        naming.name,
        naming.role,
        naming.address,
        NAMING.state(naming.state),
        said(naming.answered_at or naming.asked_at, loi.call.zone),
        naming.reason if naming.state == "rejected" else "",
    )
