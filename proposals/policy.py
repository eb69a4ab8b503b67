from collections.abc import Callable

from django.db import models

from portal import roles
from portal.models import User
from portal.text import say
from portal.workflow import RELATIONS
from proposals.models import Call, LetterOfIntent

SEATS = {
    roles.OWNER: "owner",
    roles.PI: "pi",
    roles.EDITOR: "editor",
    roles.READER: "reader",
    roles.AOR: "aor",
}
RELATIONS.update(
    pi=say("principal investigator"),
    editor=say("editor of the organisation"),
    reader=say("reader of the organisation"),
    aor=say("organisation's authorised representative"),
    partner_aor=say("authorised representative of the partner"),
    approver=say("approver"),
    auditor=say("auditor"),
    legal=say("legal officer"),
    admin=say("administrator"),
    chair=say("panel chair"),
    reviewer=say("reviewer"),
    anybody=say("anybody who is signed in"),
    asker=say("asker"),
)
STAFF = {roles.SECRETARY, roles.APPROVER, roles.LEGAL, roles.AUDITOR, roles.ADMIN}
CALL_RELATIONS = frozenset(STAFF | {"chair", "reviewer"})
SHARE_RELATIONS = frozenset({*SEATS.values(), "partner_aor"})
LOI_RELATIONS = frozenset({*SEATS.values(), *STAFF, "chair", "reviewer"})

# What `reviews` knows of a person's relation to a call or a case: it adds words
# (chair, reviewer) and names those that a conflict of interest takes away.
More = Callable[[User, models.Model], tuple[set[str], set[str]]]
MORE: list[More] = []


def relation(user: User, obj: models.Model) -> set[str]:
    """Who is this person to this call or this case?"""
    if not user.is_authenticated or not user.is_active:
        return set()
    words = set(user.roles() & STAFF)
    if isinstance(obj, LetterOfIntent):
        words |= {SEATS[role] for role in user.seats().get(obj.organisation_id, ())}
    for source in MORE:
        more, less = source(user, obj)
        words = (words | more) - less
    return words


def relation_to_share(user: User, share: models.Model) -> set[str]:
    """The lead's seats, and the partner's own."""
    words = relation(user, share.loi) & set(SEATS.values())
    held = user.seats().get(share.organisation_id, set()) if user.is_active else set()
    return words | {"partner_aor" for role in held if role == roles.AOR}


def relation_to_decision(user: User, decision: models.Model) -> set[str]:
    return relation(user, decision.loi)


def relation_to_correction(user: User, correction: models.Model) -> set[str]:
    return relation(user, correction.letter.loi)


def relation_to_project(user: User, project: models.Model) -> set[str]:
    """The lead's seats; of the office, who the person is to every case of it.

    A conflict of interest with one of the cases is one with the project.
    """
    if not (cases := project.cases):
        return call_relation(user, project.call)
    shared = set.intersection(*(relation(user, loi) for loi in cases)) - set(SEATS.values())
    led = (relation(user, loi) for loi in cases if loi.organisation_id == project.lead_id)
    return shared | (set().union(*led) & set(SEATS.values()))


def call_relation(user: User, call: Call) -> set[str]:
    return relation(user, call) & CALL_RELATIONS
