from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.db.models import OuterRef, Q, QuerySet, Subquery

from portal import roles, similarity
from portal.models import Affiliation, Event, Invitation, Membership, Message, Organisation, User
from portal.similarity import Likeness, Party

READERS = {roles.SECRETARY, roles.APPROVER, roles.AUDITOR}
# From the apps: the keys of what a person is to be told nothing of, whatever else they read.
UNTOLD: list[Callable[[User], Collection[str]]] = []


def visible_messages(user: User) -> QuerySet[Message]:
    """What was written to this person, the newest first."""
    return Message.objects.filter(recipient=user, dropped_at=None).order_by("-written_at", "-pk")


def visible_organisations(user: User) -> QuerySet[Organisation]:
    """The organisations whose members and standing this person may see: their own; staff all."""
    if not user.is_authenticated or not user.is_active:
        return Organisation.objects.none()
    if user.roles() & READERS:
        return Organisation.objects.order_by("name")
    return Organisation.objects.filter(pk__in=list(user.seats())).order_by("name")


def visible_invitations(user: User) -> QuerySet[Invitation]:
    """Those addressed to an address this person has proved, and those of their organisations."""
    invitations = Invitation.objects.select_related("organisation", "invited_by")
    if not user.is_authenticated or not user.is_active:
        return invitations.none()
    return invitations.filter(
        Q(organisation__in=list(user.seats())) | Q(address__in=verified_addresses(user))
    )


def invitations_to(user: User, now: datetime) -> QuerySet[Invitation]:
    """What this person may still answer, the first to expire first."""
    open_ones = Invitation.objects.filter(state="sent", expires_at__gt=now)
    found = open_ones.filter(address__in=verified_addresses(user))
    return found.select_related("organisation", "invited_by").order_by("expires_at", "pk")


def verified_addresses(user: User) -> set[str]:
    """The addresses this person has proved, in lower case; read once a request."""
    if not hasattr(user, "_addresses"):
        held = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
        user._addresses = {address.lower() for address in held}
    return user._addresses


def seated(organisation: Organisation, *held: str) -> list[User]:
    """The people who hold one of the seats there now."""
    found = Membership.objects.filter(
        organisation=organisation, role__in=held, left_at=None, user__is_active=True
    )
    return list(User.objects.filter(pk__in=found.values("user")).order_by("pk"))


def seats_of(organisation: Organisation, address: str) -> set[str]:
    """What whoever has proved the address holds there now."""
    holders_of = EmailAddress.objects.filter(email__iexact=address, verified=True)
    found = organisation.memberships.filter(left_at=None, user__in=holders_of.values("user"))
    return set(found.values_list("role", flat=True))


def holders(*names: str) -> list[User]:
    """The people who hold one of the portal-wide roles now."""
    return list(
        User.objects.filter(
            is_active=True, role_grants__role__in=names, role_grants__revoked_at=None
        )
        .distinct()
        .order_by("pk")
    )


@dataclass(frozen=True)
class Member:
    """A person in an organisation; `seats` in the order of `roles.SEATS`, left ones apart."""

    person: User
    seats: list[Membership]
    left: list[Membership]


def members(organisation: Organisation) -> list[Member]:
    """Everybody who ever held a seat there, by name."""
    rank = {name: place for place, (name, _) in enumerate(roles.SEATS)}
    held: dict[User, list[Membership]] = {}
    found = organisation.memberships.select_related("user").order_by("user__name", "user_id")
    for seat in found:
        held.setdefault(seat.user, []).append(seat)
    return [
        Member(
            person,
            sorted((seat for seat in seats if not seat.left_at), key=lambda s: rank[s.role]),
            sorted((seat for seat in seats if seat.left_at), key=lambda s: s.left_at),
        )
        for person, seats in held.items()
    ]


def party(organisation: Organisation) -> Party:
    """An organisation as `similarity` compares it."""
    names = (organisation.name, organisation.local_name, *organisation.aliases)
    return Party(
        organisation.key,
        tuple(name for name in names if name),
        tuple(organisation.domains),
        organisation.ror,
    )


def likely(
    asked: Party, others: Iterable[Organisation] | None = None
) -> list[tuple[Organisation, Likeness]]:
    """Registered organisations that may be the one asked for, the likeliest first.

    Of another organisation no more is told by it than its name, country and standing.
    """
    known = {o.key: o for o in (Organisation.objects.all() if others is None else others)}
    parties = [party(organisation) for key, organisation in known.items() if key != asked.key]
    return [(known[alike.key], alike) for alike in similarity.likely(asked, parties)]


@dataclass(frozen=True, slots=True)
class Registrant:
    """Who registered an organisation, and whether an address they proved lies in its domains."""

    person: User
    inside: bool


def registrant(organisation: Organisation) -> Registrant | None:
    seat = organisation.memberships.filter(role=roles.OWNER).order_by("joined_at", "pk").first()
    if seat is None:
        return None
    domains = [address.rpartition("@")[2] for address in verified_addresses(seat.user)]
    inside = any(
        domain == stated or domain.endswith(f".{stated}")
        for domain in domains
        for stated in organisation.domains
    )
    return Registrant(seat.user, inside)


def affiliations(user: User, *, since: date | None = None) -> QuerySet[Affiliation]:
    """Where the person works or worked; with `since`, at that day or after it. Struck ones never."""
    found = Affiliation.objects.filter(user=user, struck_at=None).select_related("organisation")
    if since is not None:
        found = found.filter(Q(until=None) | Q(until__gte=since))
    return found.order_by("-since", "pk")


def last_reason(organisation: Organisation, verb: str) -> str:
    """The reason of the latest event of that kind about an organisation."""
    told = Event.objects.filter(
        subject_type="organisation", subject_key=organisation.key, verb=verb
    )
    latest = told.order_by("-seq").first()
    return latest.data.get("reason", "") if latest else ""


def people() -> QuerySet[User]:
    return User.objects.prefetch_related("role_grants", "memberships__organisation").order_by(
        "email"
    )


def events(reader: User) -> QuerySet[Event]:
    """The chain, the newest first, each with its actor's name where that is a person.

    Those about what is kept from the reader are left out; their numbers show as a gap.
    """
    name = User.objects.filter(key=OuterRef("actor")).values("name")[:1]
    found = Event.objects.annotate(who=Subquery(name)).order_by("-seq")
    for key in sorted(key for source in UNTOLD for key in source(reader)):
        found = found.exclude(Q(subject_key=key) | Q(data__icontains=key))
    return found
