from portal import queries, roles
from portal.models import Invitation, Organisation, User
from portal.text import say
from portal.workflow import RELATIONS

RELATIONS.update(
    person=say("signed-in person"),
    member=say("member of the organisation"),
    owner=say("organisation's owner"),
    secretary=say("secretary"),
    invited=say("person invited"),
)
ORGANISATION_RELATIONS = frozenset({"person", "member", "owner", "secretary"})
INVITATION_RELATIONS = frozenset({*ORGANISATION_RELATIONS, "invited"})


def relation(user: User, organisation: Organisation) -> set[str]:
    """Who is this person to this organisation?"""
    if not user.is_authenticated or not user.is_active:
        return set()
    words = {"person"} | (user.roles() & {roles.SECRETARY})
    seats = user.seats().get(organisation.pk, set())
    if seats:
        words.add("member")
    return words | (seats & {roles.OWNER})


def relation_to_invitation(user: User, invitation: Invitation) -> set[str]:
    """Invited is who has proved the address; the link alone invites nobody."""
    words = relation(user, invitation.organisation)
    if words and invitation.address in queries.verified_addresses(user):
        words.add("invited")
    return words
