from datetime import datetime

from django.db import transaction

from portal.models import Event, User
from reviews.models import Assignment
from reviews.services import locks
from reviews.services.sheets import must_be
from reviews.workflow import ASSIGNMENT


@transaction.atomic
def open_names(assignment: Assignment, *, version: int, by: User, now: datetime) -> Event:
    """Show a reviewer who applies; what is scored by then stays as it is in `version`."""
    assignment = locks.review(assignment)
    must_be(assignment, version)
    return ASSIGNMENT.move(
        assignment, "open_names", by=by, now=now, columns={"names_opened_at": now}, version=version
    )
