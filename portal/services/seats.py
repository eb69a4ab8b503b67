from datetime import datetime

from django.db import transaction

from portal import events, notices, roles
from portal.models import Membership, Organisation, User
from portal.text import say
from portal.verdict import Refused, no


def locked(organisation: Organisation) -> Organisation:
    """The organisation, held until the end of the transaction: its seats are counted under it."""
    return Organisation.objects.select_for_update().get(pk=organisation.pk)


@transaction.atomic
def give(
    user: User, organisation: Organisation, role: str, *, by: User, now: datetime
) -> Membership:
    """Give a person a seat in the organisation; its owner and the secretariat may."""
    _may_give(organisation, by)
    return sit(user, locked(organisation), role, by=by, now=now)


@transaction.atomic
def take(user: User, organisation: Organisation, role: str, *, by: User, now: datetime) -> None:
    """Take one seat from a person; without any other they are a member no more."""
    _may_give(organisation, by)
    organisation = locked(organisation)
    if role == roles.OWNER:
        _another_owner(user, organisation)
    if _rise(user, organisation, {role}, by=by, now=now) and by.pk != user.pk:
        _tell("seat_taken", user, organisation, role, now)


@transaction.atomic
def remove(user: User, organisation: Organisation, *, by: User, now: datetime) -> None:
    """Take every seat of a person at once."""
    _may_give(organisation, by)
    organisation = locked(organisation)
    _another_owner(user, organisation)
    if _rise(user, organisation, _held(user, organisation), by=by, now=now):
        _tell("seat_taken", user, organisation, "", now)


@transaction.atomic
def leave(organisation: Organisation, *, by: User, now: datetime) -> None:
    """Give up one's own seats; the last owner hands over first."""
    organisation = locked(organisation)
    _another_owner(by, organisation)
    if _rise(by, organisation, _held(by, organisation), by=by, now=now):
        occasion = f"left:{by.key}:{now.isoformat()}"
        notices.post("member_left", organisation, now=now, occasion=occasion, left=by)


@transaction.atomic
def hand_over(organisation: Organisation, to: User, *, by: User, now: datetime) -> None:
    """Make another member the owner in one's own place; without any other seat one stays a reader."""
    organisation = locked(organisation)
    if roles.OWNER not in _held(by, organisation):
        raise Refused(
            no("seat.hand_over.who", say("Only the organisation's owner hands it over."), who=True)
        )
    if to.pk == by.pk:
        raise Refused(no("seat.hand_over.self", say("You are its owner already."), field="to"))
    if not to.is_active or not _held(to, organisation):
        reason = say("It is handed over to a member: invite the person first.")
        raise Refused(no("seat.hand_over.member", reason, field="to"))
    sit(to, organisation, roles.OWNER, by=by, now=now)
    if _held(by, organisation) == {roles.OWNER}:
        sit(by, organisation, roles.READER, by=by, now=now)
    _rise(by, organisation, {roles.OWNER}, by=by, now=now)
    _tell("organisation_handed_over", to, organisation, roles.OWNER, now, by=by)


def sit(
    user: User, organisation: Organisation, role: str, *, by: User, now: datetime
) -> Membership:
    """Enter one seat, inside the caller's transaction; one that is held stays as it is."""
    membership, created = Membership.objects.get_or_create(
        user=user,
        organisation=organisation,
        role=role,
        left_at=None,
        defaults={"joined_at": now},
    )
    user.forget()
    if created:
        data = {"member": user.key, "role": role}
        events.record("seat.given", organisation, by=by, now=now, data=data)
        if by.pk != user.pk:
            _tell("seat_given", user, organisation, role, now)
    return membership


def _rise(
    user: User, organisation: Organisation, held: set[str], *, by: User, now: datetime
) -> bool:
    """Mark seats as left, and tell whether there was one."""
    left = Membership.objects.filter(
        user=user, organisation=organisation, role__in=held, left_at=None
    )
    names = sorted(left.values_list("role", flat=True))
    left.update(left_at=now)
    user.forget()
    for role in names:
        data = {"member": user.key, "role": role}
        events.record("seat.left", organisation, by=by, now=now, data=data)
    return bool(names)


def _held(user: User, organisation: Organisation) -> set[str]:
    found = organisation.memberships.filter(user=user, left_at=None)
    return set(found.values_list("role", flat=True))


def _may_give(organisation: Organisation, by: User) -> None:
    owner = roles.OWNER in by.seats().get(organisation.pk, set())
    if not owner and roles.SECRETARY not in by.roles():
        raise Refused(
            no(
                "seat.who",
                say("Only the organisation's owner gives and takes its seats."),
                who=True,
            )
        )


def _another_owner(user: User, organisation: Organisation) -> None:
    owners = organisation.memberships.filter(
        role=roles.OWNER, left_at=None, user__is_active=True
    ).values_list("user", flat=True)
    if set(owners) == {user.pk}:
        raise Refused(
            no(
                "seat.last_owner",
                say(
                    "%(name)s is the only owner of %(organisation)s: hand the organisation over "
                    "to another member first.",
                    name=user.name,
                    organisation=organisation.name,
                ),
            )
        )


def _tell(
    name: str, user: User, organisation: Organisation, role: str, now: datetime, **more: object
) -> None:
    occasion = f"{name}:{role}:{now.isoformat()}"
    label = roles.LABELS[role] if role else ""
    notices.post(name, organisation, now=now, occasion=occasion, to=[user], seat=label, **more)
