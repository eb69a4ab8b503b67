from proposals.services.locks import call, case
from reviews.models import Assignment, Conflict, Matching, Meeting, PanelMember, Scenario

__all__ = ["call", "case", "conflict", "matching", "meeting", "place", "review", "scenario"]


def review(assignment: Assignment) -> Assignment:
    """A review with its case and its call, locked in the opposite order."""
    loi = case(assignment.loi)
    found = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("reviewer")
        .get(pk=assignment.pk)
    )
    found.loi = loi
    return found


def conflict(of: Conflict) -> Conflict:
    """A conflict with its case and its call, locked in the opposite order."""
    loi = case(of.loi)
    found = Conflict.objects.select_for_update(of=("self",)).select_related("user").get(pk=of.pk)
    found.loi = loi
    return found


def matching(of: Matching) -> Matching:
    """A proposed assignment, its call locked before it."""
    locked = call(of.call)
    found = Matching.objects.select_for_update(of=("self",)).get(pk=of.pk)
    found.call = locked
    return found


def place(of: PanelMember) -> PanelMember:
    """A place on a panel, its call locked before it."""
    locked = call(of.call)
    found = PanelMember.objects.select_for_update(of=("self",)).select_related("user")
    mine = found.get(pk=of.pk)
    mine.call = locked
    return mine


def meeting(of: Meeting) -> Meeting:
    """A meeting of a panel, its call locked before it."""
    locked = call(of.call)
    found = Meeting.objects.select_for_update(of=("self",)).get(pk=of.pk)
    found.call = locked
    return found


def scenario(of: Scenario) -> Scenario:
    """A scenario, its call locked before it."""
    locked = call(of.call)
    found = Scenario.objects.select_for_update(of=("self",)).get(pk=of.pk)
    found.call = locked
    return found
