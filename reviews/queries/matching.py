from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from portal.models import Affiliation, Membership, Organisation, User
from proposals.models import Call, LetterOfIntent
from reviews.conflicts import (
    TOGETHER_WITHIN,
    Body,
    Found,
    Named,
    Parties,
    Person,
    Stay,
    find,
    takes_part,
)
from reviews.models import Conflict, PanelMember
from reviews.queries.places import STANDING
from reviews.queries.sight import SEATS, loads

# How well a keyword is known: at most, and where only the secretary has named it.
MOST, NAMED = 3, 2
WRITING = timedelta(weeks=4)


def conflicts_of(user: User, loi: LetterOfIntent, *, on: date) -> list[Found]:
    """What the rules find between a person and a case on a day; usable before any invitation."""
    return [found for _loi, _user, found in findings([loi], [user], on=on)]


def findings(
    lois: Sequence[LetterOfIntent], users: Iterable[User], *, on: date
) -> Iterator[tuple[LetterOfIntent, User, Found]]:
    """What the rules find between people and cases of one call: each letter is read once."""
    if not lois:
        return
    users, call, known = list(users), lois[0].call, _registered()
    places = PanelMember.objects.filter(user__in=users, call=call, state__in=STANDING)
    people = _people(users, places.select_related("organisation"))
    filed = call.lois.exclude(filing=None).select_related("organisation", "filing", "pi", "call")
    letters = {loi.pk: parties(loi, known) for loi in (*filed, *lois)}
    earlier = _earlier(call, known, on)
    for user in users:
        person = people[user.pk]
        own = {pk for pk, letter in letters.items() if takes_part(person, letter)}
        before = [letter for letter in earlier if takes_part(person, letter)]
        for loi in lois:
            competing = [letters[pk] for pk in sorted(own - {loi.pk})]
            for found in find(person, letters[loi.pk], competing, earlier=before, on=on):
                yield loi, user, found


def _people(users: Iterable[User], places: Iterable[PanelMember]) -> dict[int, Person]:
    """Each as the rules see them: seats, affiliations and the panel's word, in four queries."""
    users = list(users)
    emails: dict[int, set[str]] = {user.pk: {user.email} for user in users}
    for pk, address in EmailAddress.objects.filter(user__in=users, verified=True).values_list(
        "user", "email"
    ):
        emails[pk].add(address)
    stays: dict[int, list[Stay]] = {user.pk: [] for user in users}
    for seat in Membership.objects.filter(user__in=users).select_related("organisation"):
        until = seat.left_at.date() if seat.left_at else None
        stays[seat.user_id].append(Stay(body(seat.organisation), until))
    for one in Affiliation.objects.filter(user__in=users, struck_at=None).select_related(
        "organisation"
    ):
        where = body(one.organisation) if one.organisation else Body(frozenset({one.name}))
        stays[one.user_id].append(Stay(where, one.until))
    countries: dict[int, set[str]] = {user.pk: set() for user in users}
    for place in places:
        if place.organisation:
            stays[place.user_id].append(Stay(body(place.organisation)))
        if place.country:
            countries[place.user_id].add(place.country)
    return {
        user.pk: Person(
            user.name,
            frozenset(emails[user.pk]),
            user.orcid,
            tuple(stays[user.pk]),
            frozenset(countries[user.pk]),
        )
        for user in users
    }


def body(organisation: Organisation) -> Body:
    names = (organisation.name, organisation.local_name, *organisation.aliases)
    return Body(frozenset(filter(None, names)), frozenset(organisation.domains), organisation.name)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reviewer of the panel before a case: what speaks for and against the invitation.

    `fit` is the share of the case's keywords that the reviewer knows, in thousandths, each
    counted by how well: one's own field whole. What only the secretary named counts as 2 of 3.
    """

    member: PanelMember
    load: int
    keywords: tuple[str, ...]  # shared with the case
    levels: tuple[int | None, ...]  # how well the person knows each of them
    fit: int
    hard: tuple[str, ...]  # what rules out, in words
    soft: tuple[str, ...]
    away: tuple[tuple[date, date], ...] = ()  # within the time of writing
    absent: bool = False  # over the whole of it

    @property
    def knows(self) -> list[tuple[str, int | None]]:
        return list(zip(self.keywords, self.levels, strict=True))

    @property
    def full(self) -> bool:
        return self.load >= self.member.quota

    @property
    def possible(self) -> bool:
        return not self.hard and not self.full and not self.absent


def candidates(
    loi: LetterOfIntent, *, on: date, until: date | None = None, seen_by: User
) -> list[Candidate]:
    """The panel's reviewers before a case: those who can first, the best matched first.

    Cases that a conflict hides from who looks are in nobody's load: that would tell of their reviewers.
    The review would be written from `on` to `until`: usually in four weeks.
    """
    until = until or on + WRITING
    seats = PanelMember.objects.filter(call=loi.call, state="accepted", role__in=SEATS)
    members = list(seats.select_related("user", "organisation").order_by("pk"))
    rows: dict[int, list[Conflict]] = {}
    for conflict in Conflict.objects.filter(loi=loi):
        rows.setdefault(conflict.user_id, []).append(conflict)
    found: dict[int, list[Found]] = {}
    users = [member.user for member in members]
    for _loi, user, one in findings([loi], users, on=on):
        found.setdefault(user.pk, []).append(one)
    proved = EmailAddress.objects.filter(verified=True, user__in=users)
    proved = set(proved.values_list("user", flat=True))
    load = loads(loi.call, seen_by=seen_by)
    wanted = dict(loi.call.keywords)
    asked = [code for code in _keywords(loi) if code in wanted]
    before = []
    for member in members:
        hard, soft = standing(found.get(member.user_id, []), rows.get(member.user_id, []))
        if not (member.user.is_active and member.user_id in proved):
            hard = (_("the account is closed, or its address not proved"), *hard)
        known_codes = [code for code in asked if code in member.keywords]
        levels = tuple(member.keywords[code] for code in known_codes)
        away = tuple(one for one in member.absences if one[0] <= until and one[1] >= on)
        before.append(
            Candidate(
                member,
                load.get(member.user_id, 0),
                tuple(wanted[code] for code in known_codes),
                levels,
                1000 * sum(level or NAMED for level in levels) // (MOST * max(len(asked), 1)),
                hard,
                soft,
                away,
                any(first <= on and until <= last for first, last in away),
            )
        )
    return sorted(before, key=lambda c: (not c.possible, bool(c.soft), -c.fit, c.load))


def standing(
    found: Iterable[Found], rows: Iterable[Conflict]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What rules out and what is to be told, after the rulings: whoever was dismissed does not count.

    What the rules find and nobody has written down yet counts as it is found.
    """
    rows = list(rows)
    ruled = {(row.kind, row.evidence) for row in rows if row.state == "dismissed"}
    counted = [row for row in rows if row.state != "dismissed"]
    known = {row.kind for row in counted if not row.declared}
    new = [one for one in found if one.kind not in known and (one.kind, one.evidence) not in ruled]
    return (
        tuple([str(c.reason) for c in new if c.hard] + [c.reason for c in counted if c.shuts_out]),
        tuple(
            [str(c.reason) for c in new if not c.hard]
            + [c.reason for c in counted if not c.shuts_out]
        ),
    )


def _keywords(loi: LetterOfIntent) -> list[str]:
    return loi.filing.content.get("identity", {}).get("keywords", []) if loi.filing else []


def _registered() -> dict[str, Organisation]:
    """Every registered organisation by each of its names, as they are compared."""
    return {
        name.casefold(): organisation
        for organisation in Organisation.objects.all()
        for name in body(organisation).names
    }


def _earlier(call: Call, known: dict[str, Organisation], on: date) -> list[Parties]:
    """The letters filed to other calls while work done together still counts."""
    others = LetterOfIntent.objects.exclude(call=call).filter(
        filing__arrived_at__date__gte=on - TOGETHER_WITHIN
    )
    others = others.select_related("organisation", "filing", "pi", "call")
    return [parties(other, known) for other in others]


def parties(loi: LetterOfIntent, known: dict[str, Organisation]) -> Parties:
    """Everyone named in a case, from what is in force."""
    team = (loi.filing.content if loi.filing else loi.content).get("team", {})
    partners, people = team.get("partners", []), team.get("people", [])
    written = [row["name"] for row in partners] + [row["organisation"] for row in people]
    bodies = [body(loi.organisation)]
    for name in filter(None, written):
        registered = known.get(name.casefold())
        bodies.append(body(registered) if registered else Body(frozenset({name})))
    return Parties(
        reference=loi.reference or loi.key,
        people=(
            Named(loi.pi.name, loi.pi.email, loi.pi.orcid),
            Named(team.get("pi_name", ""), team.get("pi_email", ""), team.get("pi_orcid", "")),
            *(Named(row["name"], row.get("email") or "", row.get("orcid") or "") for row in people),
        ),
        bodies=tuple(bodies),
        countries=frozenset(
            filter(None, [loi.organisation.country] + [row.get("country", "") for row in partners])
        ),
        unwanted=frozenset(row["name"] for row in team.get("exclusions", []) if row.get("name")),
        filed_on=loi.filing.arrived_at.date() if loi.filing else None,
    )
