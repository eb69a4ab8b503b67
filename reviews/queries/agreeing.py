"""What a panel agrees on a case after the reviews: who takes part, and what they wrote."""

from django.db.models import QuerySet

from portal.models import User
from proposals.models import LetterOfIntent
from reviews.models import Assignment, Consensus
from reviews.queries.sight import PRESENTING, shut_out

# While these last, a case is talked over.
DISCUSSED = ("under_review", "consensus")


def consensus_versions(loi: LetterOfIntent) -> QuerySet[Consensus]:
    """All that was drafted and written down on a case, the oldest first."""
    found = Consensus.objects.filter(loi=loi).select_related("by").order_by("pk")
    return found.prefetch_related("scores__criterion", "answers__by")


def has_judged(user: User, loi: LetterOfIntent) -> bool:
    """Has locked an own review of the case, and is not shut out of it."""
    return user.pk in {a.reviewer_id for a in _judges(loi)}


def may_draft(user: User, loi: LetterOfIntent) -> bool:
    """The primary and the secondary reviewer once they have locked; where a case has neither, each."""
    judges = _judges(loi)
    leading = [a for a in judges if a.seat in PRESENTING] or judges
    return user.pk in {a.reviewer_id for a in leading}


def _judges(loi: LetterOfIntent) -> list[Assignment]:
    gone = shut_out([loi])
    locked = Assignment.objects.filter(loi=loi, state="locked")
    return [a for a in locked if not a.assessed and (loi.pk, a.reviewer_id) not in gone]
