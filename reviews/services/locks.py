from proposals.services.locks import case
from reviews.models import Assignment

__all__ = ["case", "review"]


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
