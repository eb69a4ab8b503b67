from portal import roles
from portal.deadline import zoned
from portal.notices import Notice, register
from proposals import queries
from reviews.models import Assignment


def _pending(assignment: Assignment) -> bool:
    return assignment.state == "invited"


def _due(assignment: Assignment) -> dict:
    return {"due": zoned(assignment.due_at, assignment.loi.call.zone) if assignment.due_at else ""}


for notice in (
    Notice("assignment_invited", lambda a: [a.reviewer], still=_pending, context=_due),
    Notice("assignment_recused", lambda a: queries.holders(roles.SECRETARY)),
    Notice("assignment_removed", lambda a: [a.reviewer]),
    Notice("assignment_reopened", lambda a: [a.reviewer]),
):
    register(notice, Assignment)
