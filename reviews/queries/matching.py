from collections.abc import Iterable
from dataclasses import dataclass

from portal.models import Membership, User
from proposals.models import LetterOfIntent
from reviews.conflicts import Found, Parties, Person, find
from reviews.models import Conflict, PanelMember
from reviews.queries.sight import SEATS, loads


def conflicts_of(user: User, loi: LetterOfIntent) -> list[Found]:
    """What the rules find between a person and a case, now; usable before any invitation."""
    places = PanelMember.objects.filter(user=user, call=loi.call, left_at=None)
    seats = Membership.objects.filter(user=user, left_at=None).select_related("organisation")
    person = _person(user, places.select_related("organisation"), seats)
    return find(person, parties(loi), competing(loi))


def _person(user: User, places: Iterable[PanelMember], seats: Iterable[Membership]) -> Person:
    places = list(places)
    return Person(
        name=user.name,
        email=user.email,
        organisations=frozenset(
            [seat.organisation.name for seat in seats]
            + [place.organisation.name for place in places if place.organisation]
        ),
        country=next((place.country for place in places if place.country), ""),
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reviewer of the panel before a case: what speaks for and against the invitation."""

    member: PanelMember
    load: int
    keywords: tuple[str, ...]  # shared with the case
    hard: tuple[str, ...]
    soft: tuple[str, ...]

    @property
    def full(self) -> bool:
        return self.load >= self.member.quota

    @property
    def possible(self) -> bool:
        return not self.hard and not self.full


def candidates(loi: LetterOfIntent) -> list[Candidate]:
    """The panel's reviewers before a case: those who can first, the best matched first."""
    seats = PanelMember.objects.filter(call=loi.call, left_at=None, role__in=SEATS)
    members = list(seats.select_related("user", "organisation").order_by("pk"))
    held: dict[int, list[Membership]] = {}
    for seat in Membership.objects.filter(
        user__in=[member.user_id for member in members], left_at=None
    ).select_related("organisation"):
        held.setdefault(seat.user_id, []).append(seat)
    recorded: dict[int, list[Conflict]] = {}
    for conflict in Conflict.objects.filter(loi=loi):
        recorded.setdefault(conflict.user_id, []).append(conflict)
    load, case, others = loads(loi.call), parties(loi), competing(loi)
    wanted = dict(loi.call.keywords)
    asked = [code for code in _keywords(loi) if code in wanted]
    found = []
    for member in members:
        person = _person(member.user, [member], held.get(member.user_id, []))
        conflicts = find(person, case, others)
        noted = [c for c in recorded.get(member.user_id, []) if c.declared]
        found.append(
            Candidate(
                member,
                load.get(member.user_id, 0),
                tuple(wanted[code] for code in asked if code in member.keywords),
                tuple(str(c.reason) for c in [*conflicts, *noted] if c.hard),
                tuple(str(c.reason) for c in [*conflicts, *noted] if not c.hard),
            )
        )
    return sorted(found, key=lambda c: (not c.possible, bool(c.soft), -len(c.keywords), c.load))


def _keywords(loi: LetterOfIntent) -> list[str]:
    return loi.filing.content.get("identity", {}).get("keywords", []) if loi.filing else []


def competing(loi: LetterOfIntent) -> list[Parties]:
    """The other letters filed to the call."""
    others = loi.call.lois.exclude(pk=loi.pk).exclude(filing=None)
    return [parties(other) for other in others.select_related("organisation", "filing", "pi")]


def parties(loi: LetterOfIntent) -> Parties:
    """Everyone named in a case, from what is in force."""
    team = (loi.filing.content if loi.filing else loi.content).get("team", {})
    partners, people = team.get("partners", []), team.get("people", [])
    return Parties(
        people=frozenset([loi.pi.name, team.get("pi_name", "")] + [row["name"] for row in people]),
        emails=frozenset(
            filter(
                None,
                [loi.pi.email, team.get("pi_email", "")] + [row.get("email", "") for row in people],
            )
        ),
        organisations=frozenset(
            [loi.organisation.name]
            + [row["name"] for row in partners]
            + [row["organisation"] for row in people]
        ),
        countries=frozenset(
            filter(None, [loi.organisation.country] + [row.get("country", "") for row in partners])
        ),
    )
