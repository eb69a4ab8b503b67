from django.db import models

from portal import workflow
from portal.models import User
from portal.queries import verified_addresses
from portal.text import say
from proposals import policy, queries
from proposals.models import Call, LetterOfIntent
from reviews.models import Assignment, Conflict, Matching, Meeting, PanelMember, Scenario

RELATIONS = policy.LOI_RELATIONS
workflow.RELATIONS.update(concerned=say("person concerned"))
SHUT_OUT = {"chair", "reviewer", "secretary", "approver", "legal", "auditor"}


def more(user: User, obj: models.Model) -> tuple[set[str], set[str]]:
    """The words the panel adds, and those a hard conflict takes away."""
    if isinstance(obj, Call):
        return _panel(user, obj.pk), set()
    if not isinstance(obj, LetterOfIntent):
        return set(), set()
    less: set[str] = set()
    seats = user.seats()
    seated = obj.organisation_id in seats or bool(
        seats
        and obj.pk
        and queries.standing_shares().filter(organisation__in=list(seats), loi=obj).exists()
    )
    noted = Conflict.objects.shutting_out().filter(user=user)
    if seated or (obj.pk and noted.filter(loi=obj).exists()):
        less = SHUT_OUT
    return _panel(user, obj.call_id) - {"reviewer"}, less


def relation(user: User, assignment: Assignment) -> set[str]:
    """Who is this person to this review? Only the invited reviewer is its reviewer."""
    words = policy.relation(user, assignment.loi) - {"reviewer"}
    if user.is_authenticated and assignment.reviewer_id == user.pk:
        words.add("reviewer")
    return words


def relation_to_place(user: User, place: PanelMember) -> set[str]:
    """Invited is the person, or whoever has proved the address; the link alone invites nobody."""
    words = policy.call_relation(user, place.call) & {"secretary"}
    if not user.is_authenticated or not user.is_active:
        return words
    if place.user_id == user.pk if place.user_id else place.address in verified_addresses(user):
        words.add("invited")
    return words


def relation_to_conflict(user: User, conflict: Conflict) -> set[str]:
    """Whose it is has no word in it but that; nor has whoever is shut out of the case."""
    if user.is_authenticated and user.pk == conflict.user_id:
        return {"concerned"}
    return policy.relation(user, conflict.loi) - {"reviewer"}


def relation_to_matching(user: User, matching: Matching) -> set[str]:
    return policy.call_relation(user, matching.call)


def relation_to_meeting(user: User, meeting: Meeting) -> set[str]:
    return policy.call_relation(user, meeting.call)


def relation_to_scenario(user: User, scenario: Scenario) -> set[str]:
    return policy.call_relation(user, scenario.call)


def places(user: User) -> list[tuple[int, str, str]]:
    """(id of the call, its code, role) of this person's places on panels, read once a request."""
    if not user.is_authenticated:
        return []
    if not hasattr(user, "_panels"):
        held = PanelMember.objects.filter(user=user, state="accepted").order_by("call")
        user._panels = list(held.values_list("call_id", "call__code", "role"))
    return user._panels


def _panel(user: User, call_id: int) -> set[str]:
    held = {role for call, _, role in places(user) if call == call_id}
    return {"reviewer" if role == "assessor" else role for role in held}


policy.MORE.append(more)
