"""Acts on the ground: sending what is owed, people, seats and roles."""

import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from portal import clock, events, leases, notices, roles
from portal.models import Membership, Message, Organisation, RoleGrant, User
from portal.text import say
from portal.verdict import Refused, no

MOST_A_BATCH = 25
# A mail server that is away is asked for two days, every ten minutes in the end.
MOST_ATTEMPTS = 300
# What the server says of one message; all else is between the server and us.
ABOUT_ONE_MESSAGE = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


def deliver(now: datetime) -> int:
    """Send up to a batch of owed messages; the number that was tried.

    Nothing is locked while the mail server is asked. A 5xx answer to the message
    gives it up for people to see; everything else is tried again later, a refusal
    at the door included: that is about us and not about the message, and ends
    the batch.
    """
    rows = Message.objects.filter(dropped_at=None)
    tried = 0
    connection = get_connection()
    try:
        for message in leases.claim(
            rows, now=now, seconds=settings.LEASE_SECONDS, most=MOST_A_BATCH
        ):
            tried += 1
            if not notices.still(message):
                Message.objects.filter(pk=message.pk, done_at=None).update(
                    dropped_at=clock.now(), lease_until=None
                )
                continue
            try:
                connection.open()
                _email(message, connection).send()
            except OSError as trouble:  # what smtplib raises is one, too
                connection.close()
                leases.fail(
                    message,
                    now=clock.now(),
                    reason=repr(trouble),
                    final=_for_good(trouble),
                    most=MOST_ATTEMPTS,
                )
                if not isinstance(trouble, ABOUT_ONE_MESSAGE):
                    break
            else:
                leases.finish(message, now=clock.now())
    finally:
        connection.close()
    return tried


def _email(message: Message, connection) -> EmailMessage:
    return EmailMessage(
        message.subject,
        message.body,
        settings.DEFAULT_FROM_EMAIL,
        [message.address],
        headers={"Message-ID": message.message_id},
        connection=connection,
    )


def _for_good(trouble: OSError) -> bool:
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in trouble.recipients.values())
    return isinstance(trouble, smtplib.SMTPDataError) and 500 <= trouble.smtp_code < 600


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
def register_organisation(organisation: Organisation, *, by: User, now: datetime) -> Organisation:
    """Enter an organisation, its first member the owner; the secretariat verifies it later."""
    organisation.save()
    Membership.objects.create(user=by, organisation=organisation, role=roles.OWNER, joined_at=now)
    by.forget()
    events.record("organisation.registered", organisation, by=by, now=now)
    return organisation


@transaction.atomic
def verify_organisation(organisation: Organisation, *, by: User, now: datetime) -> None:
    if roles.SECRETARY not in by.roles():
        raise Refused(
            no(
                "organisation.verify.who",
                say("Only the secretariat verifies organisations."),
                who=True,
            )
        )
    if Organisation.objects.filter(pk=organisation.pk, verified_at=None).update(verified_at=now):
        events.record("organisation.verified", organisation, by=by, now=now)


@transaction.atomic
def seat(
    user: User, organisation: Organisation, role: str, *, by: User, now: datetime
) -> Membership:
    """Give a person a seat in the organisation; its owner and the secretariat may."""
    if roles.OWNER not in by.seats().get(organisation.pk, set()) and not by.roles() & {
        roles.SECRETARY
    }:
        raise Refused(
            no("seat.who", say("Only the organisation's owner gives its seats."), who=True)
        )
    membership, created = Membership.objects.get_or_create(
        user=user,
        organisation=organisation,
        role=role,
        left_at=None,
        defaults={"joined_at": now},
    )
    user.forget()
    if created:
        events.record(
            "seat.given", organisation, by=by, now=now, data={"member": user.key, "role": role}
        )
    return membership
