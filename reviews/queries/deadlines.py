from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from portal import roles
from portal.models import User
from proposals.models import Call
from proposals.models.lois import SCREENING
from reviews.models import Assignment, PanelMember
from reviews.queries.sight import shut_out, visible_assignments

UNLOCKED = ("invited", "accepted")
# So long after the soft instant somebody else is looked for.
LONG = timedelta(days=5)


def unlocked() -> QuerySet[Assignment]:
    """The reviews that are still owed, of cases that are before the panel."""
    found = Assignment.objects.filter(
        state__in=UNLOCKED, loi__state__in=[*SCREENING, "under_review"]
    )
    return found.select_related("loi__call__mission", "reviewer").order_by(
        F("due_at").asc(nulls_last=True), "loi__reference", "pk"
    )


def owed_in(call: Call, user: User) -> QuerySet[Assignment]:
    """Those of a call, as far as this person sees them; the first due first."""
    seen = visible_assignments(user).filter(loi__call=call).values("pk")
    found = unlocked().filter(pk__in=seen)
    return found.prefetch_related("scores", "findings", "loi__call__criteria")


def long_overdue(assignment: Assignment, now: datetime) -> bool:
    due_at = assignment.due_at
    return assignment.state in UNLOCKED and due_at is not None and now >= due_at + LONG


def judges_of(assignment: Assignment) -> list[User]:
    """The secretaries and the chairs of the call, without those who are shut out of the case."""
    loi = assignment.loi
    seated = PanelMember.objects.filter(call=loi.call, role=roles.CHAIR, state="accepted")
    secretary = Q(role_grants__role=roles.SECRETARY, role_grants__revoked_at=None)
    found = User.objects.filter(secretary | Q(pk__in=seated.values("user")), is_active=True)
    out = {user for _loi, user in shut_out([loi])}
    return [user for user in found.distinct().order_by("pk") if user.pk not in out]
