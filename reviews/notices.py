from portal import roles
from portal.notices import Notice, register
from proposals import queries
from reviews.models import Assignment


def _pending(assignment: Assignment) -> bool:
    return assignment.state == "invited"


for notice in (
    Notice("assignment_invited", lambda a: [a.reviewer], still=_pending),
    Notice("assignment_recused", lambda a: queries.holders(roles.SECRETARY)),
    Notice("assignment_removed", lambda a: [a.reviewer]),
    Notice("assignment_reopened", lambda a: [a.reviewer]),
):
    register(notice, Assignment)
