"""The tables of what moves on the ground: organisations and invitations, and whom they tell."""

from portal import notices, policy, queries, roles
from portal.deadline import said
from portal.models import Invitation, Organisation
from portal.notices import Notice
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import CLOCK, START, Act, Row, State, Table, register

MOST_OPEN_INVITATIONS = 50


def judged_from_outside(organisation: Organisation, act: Act) -> Verdict:
    """Whoever verifies holds no seat in the organisation."""
    if "member" in policy.relation(act.by, organisation):
        return no(
            "organisation_judged_from_outside",
            say("You hold a seat in this organisation: another secretary decides on it."),
            who=True,
        )
    return YES


def in_time(invitation: Invitation, act: Act) -> Verdict:
    """The invitation has not expired."""
    if act.now >= invitation.expires_at:
        return no(
            "invitation_expired",
            say(
                "The invitation expired on %(at)s. Ask the organisation's owner to send it again.",
                at=said(invitation.expires_at, "UTC"),
            ),
        )
    return YES


def out_of_time(invitation: Invitation, act: Act) -> Verdict:
    """Its fourteen days have passed."""
    if act.now < invitation.expires_at:
        return no("invitation_runs", say("The invitation has not expired yet."))
    return YES


def something_to_offer(invitation: Invitation, act: Act) -> Verdict:
    """The address has no open invitation, and its holder lacks at least one of the seats."""
    others = invitation.organisation.invitations.filter(state="sent")
    if others.filter(address=invitation.address).exclude(pk=invitation.pk).exists():
        return no(
            "invited_already",
            say(
                "%(address)s has an open invitation: take it back first, or send it again.",
                address=invitation.address,
            ),
            field="address",
        )
    held = queries.seats_of(invitation.organisation, invitation.address)
    if set(invitation.seats) <= held:
        return no(
            "seated_already",
            say("%(address)s holds these seats already.", address=invitation.address),
            field="address",
        )
    return YES


def not_too_many(invitation: Invitation, act: Act) -> Verdict:
    """The organisation has fewer than fifty open invitations."""
    open_ones = invitation.organisation.invitations.filter(state="sent").count()
    if open_ones >= MOST_OPEN_INVITATIONS:
        return no(
            "too_many_invitations",
            say(
                "%(n)s invitations are open, and %(most)s is the most: take some back first.",
                n=open_ones,
                most=MOST_OPEN_INVITATIONS,
            ),
        )
    return YES


# fmt: off
ORGANISATION_ROWS = (
    Row("register", "registered", (START,), "registered", ("person",), tells="organisation_registered"),
    Row("verify", "verified", ("registered",), "verified", ("secretary",), (judged_from_outside,), "organisation_verified", say("Verify")),
    Row("send_back", "sent_back", ("registered", "verified"), "sent_back", ("secretary",), (judged_from_outside,), "organisation_sent_back", say("Send back"), reason=True, tone="danger"),
    Row("register_again", "registered_again", ("registered", "sent_back"), "registered", ("owner",), (), "organisation_registered", say("Correct the registration")),
)
INVITATION_ROWS = (
    Row("send", "sent", (START,), "sent", ("owner",), (something_to_offer, not_too_many)),
    Row("resend", "resent", ("sent", "expired"), "sent", ("owner",), (something_to_offer,), button=say("Send again")),
    Row("take_back", "taken_back", ("sent",), "taken_back", ("owner",), button=say("Take back"), tone="danger"),
    Row("accept", "accepted", ("sent",), "accepted", ("invited",), (in_time,), "invitation_accepted", say("Accept"), tone="primary"),
    Row("decline", "declined", ("sent",), "declined", ("invited",), (in_time,), "invitation_declined", say("Decline")),
    Row("expire", "expired", ("sent",), "expired", (CLOCK,), (out_of_time,)),
)
# fmt: on

ORGANISATION = register(
    Table(
        noun="organisation",
        title=say("Organisation"),
        relation=policy.relation,
        relations=policy.ORGANISATION_RELATIONS,
        states=(
            State("registered", say("not yet verified"), tone="amber"),
            State("verified", say("verified"), tone="jade"),
            State("sent_back", say("sent back to be corrected"), tone="cinnabar"),
        ),
        rows=ORGANISATION_ROWS,
    )
)
INVITATION = register(
    Table(
        noun="invitation",
        title=say("Invitation to an organisation"),
        relation=policy.relation_to_invitation,
        relations=policy.INVITATION_RELATIONS,
        states=(
            State("sent", say("sent, not yet answered"), tone="open"),
            State("accepted", say("accepted"), tone="jade", final=True),
            State("declined", say("declined"), final=True),
            State("taken_back", say("taken back"), final=True),
            State("expired", say("expired"), tone="amber"),
        ),
        rows=INVITATION_ROWS,
    )
)


def _owners(organisation: Organisation):
    return queries.seated(organisation, roles.OWNER)


for notice in (
    Notice("organisation_registered", lambda o: queries.holders(roles.SECRETARY)),
    Notice("organisation_verified", _owners),
    Notice("organisation_sent_back", _owners),
    Notice("seat_asked", _owners),
    Notice("seat_given", lambda o: ()),  # told to the person: see `services.seats`
    Notice("seat_taken", lambda o: ()),
    Notice("member_left", _owners),
    Notice("organisation_handed_over", lambda o: ()),
):
    notices.register(notice, Organisation)
for notice in (
    # Told to an address, whether anybody has an account with it or not.
    Notice(
        "invitation_sent",
        lambda i: (),
        still=lambda i: i.state == "sent",
        context=lambda i: {"expires": said(i.expires_at, "UTC")},
    ),
    Notice("invitation_accepted", lambda i: _owners(i.organisation)),
    Notice("invitation_declined", lambda i: _owners(i.organisation)),
):
    notices.register(notice, Invitation)
