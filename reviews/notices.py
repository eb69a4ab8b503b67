from portal import roles
from portal.deadline import zoned
from portal.models import User
from portal.notices import Notice, register
from proposals import queries
from reviews.models import Assignment, PanelMember


def _pending(assignment: Assignment) -> bool:
    return assignment.state == "invited"


def _due(assignment: Assignment) -> dict:
    return {"due": zoned(assignment.due_at, assignment.loi.call.zone) if assignment.due_at else ""}


for notice in (
    Notice("assignment_invited", lambda a: [a.reviewer], still=_pending, context=_due),
    Notice("assignment_given_back", lambda a: queries.holders(roles.SECRETARY)),
    Notice("assignment_recused", lambda a: queries.holders(roles.SECRETARY)),
    Notice("assignment_removed", lambda a: [a.reviewer]),
    Notice("assignment_reopened", lambda a: [a.reviewer]),
):
    register(notice, Assignment)


def _office(place: PanelMember) -> list[User]:
    return queries.holders(roles.SECRETARY)


for notice in (
    # Told to an address, whether anybody has an account with it or not.
    Notice("place_offered", lambda p: (), still=lambda p: p.state == "invited"),
    Notice("place_accepted", _office),
    Notice("place_declined", _office),
    Notice("place_left", _office),
):
    register(notice, PanelMember)
