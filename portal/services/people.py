from datetime import date, datetime

from django.db import transaction

from portal import events, roles
from portal.models import Affiliation, Organisation, RoleGrant, User
from portal.text import say
from portal.verdict import Refused, no


@transaction.atomic
def grant_role(user: User, role: str, *, by: User | None, now: datetime) -> RoleGrant:
    """Give a portal-wide role; the first administrator is granted by nobody (`by=None`)."""
    if by is not None and roles.ADMIN not in by.roles():
        raise Refused(no("role.grant.who", say("Only an administrator grants roles."), who=True))
    if by is not None and by.pk == user.pk:
        reason = say("Nobody grants a role to themselves: ask another administrator.")
        raise Refused(no("role.grant.self", reason, who=True))
    grant, created = RoleGrant.objects.get_or_create(
        user=user, role=role, revoked_at=None, defaults={"granted_by": by, "granted_at": now}
    )
    user.forget()
    if created:
        events.record("role.granted", user, by=by or events.CLOCK, now=now, data={"role": role})
    return grant


@transaction.atomic
def revoke_role(grant: RoleGrant, *, by: User, now: datetime) -> None:
    if roles.ADMIN not in by.roles():
        raise Refused(no("role.revoke.who", say("Only an administrator revokes roles."), who=True))
    if grant.role == roles.ADMIN and grant.user_id == by.pk:
        raise Refused(
            no("role.revoke.self", say("Ask another administrator to take this role from you."))
        )
    if RoleGrant.objects.filter(pk=grant.pk, revoked_at=None).update(revoked_at=now):
        events.record("role.revoked", grant.user, by=by, now=now, data={"role": grant.role})


@transaction.atomic
def describe(person: User, *, name: str, zone: str, orcid: str, by: User, now: datetime) -> None:
    """Keep how a person is called and reached; nobody does it for another."""
    if by.pk != person.pk:
        raise Refused(no("person.describe.who", say("This page is another person's."), who=True))
    given = {"name": name, "zone": zone, "orcid": orcid}
    changed = [field for field, value in given.items() if getattr(person, field) != value]
    if not changed:
        return
    for field in changed:
        setattr(person, field, given[field])
    person.save(update_fields=changed)
    events.record("person.described", person, by=by, now=now, data={"fields": changed})


@transaction.atomic
def affiliate(
    person: User,
    *,
    organisation: Organisation | None,
    name: str = "",
    since: date,
    until: date | None,
    by: User,
    now: datetime,
) -> Affiliation:
    """Enter where a person works or worked: one registered, or one by its name."""
    _own(person, by)
    entered = Affiliation.objects.create(
        user=person,
        organisation=organisation,
        name="" if organisation else name,
        since=since,
        until=until,
        entered_at=now,
    )
    data = {"affiliation": entered.key}
    events.record("person.affiliated", person, by=by, now=now, data=data)
    return entered


@transaction.atomic
def end_affiliation(entered: Affiliation, *, until: date, by: User, now: datetime) -> None:
    """Say on which day it ended."""
    _own(entered.user, by)
    if until < entered.since:
        raise Refused(
            no(
                "affiliation.end.before",
                say("It began on %(since)s and cannot end before.", since=entered.since),
                field="until",
            )
        )
    if Affiliation.objects.filter(pk=entered.pk, until=None, struck_at=None).update(until=until):
        data = {"affiliation": entered.key}
        events.record("person.affiliation_ended", entered.user, by=by, now=now, data=data)


@transaction.atomic
def strike_affiliation(entered: Affiliation, *, by: User, now: datetime) -> None:
    """Take back what was entered by mistake: it counts no more and stays on record."""
    _own(entered.user, by)
    if Affiliation.objects.filter(pk=entered.pk, struck_at=None).update(struck_at=now):
        data = {"affiliation": entered.key}
        events.record("person.affiliation_struck", entered.user, by=by, now=now, data=data)


def _own(person: User, by: User) -> None:
    if by.pk != person.pk:
        reason = say("Affiliations are entered by the person themselves.")
        raise Refused(no("affiliation.who", reason, who=True))
