"""The conditions that a case is selected with."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from proposals.models import Condition, LetterOfIntent
from proposals.models.lois import COMMITTED


def running_conditions() -> QuerySet[Condition]:
    """Those still to be met, answered or not: of decisions in force, of cases that go on."""
    return Condition.objects.filter(
        state__in=["open", "answered"],
        decision__state="released",
        decision__loi__state__in=COMMITTED,
    ).select_related("decision__loi__call", "decision__loi__organisation")


def conditions_of(loi: LetterOfIntent) -> list[Condition]:
    """Of the decision in force, in the order of its letter, each with its evidence."""
    found = Condition.objects.filter(decision__loi=loi, decision__state="released")
    rows = list(
        found.select_related("decision", "met_by").prefetch_related(
            "evidence__by", "evidence__file__scan"
        )
    )
    for condition in rows:
        condition.decision.loi = loi
    return rows


def unmet(loi: LetterOfIntent, *, by: datetime) -> list[Condition]:
    """What a case is still to meet of what is due by this instant: the day of it counts."""
    return [one for one in conditions_of(loi) if one.state != "met" and one.due_at <= by]


def conditions_due(now: datetime, within: timedelta) -> QuerySet[Condition]:
    """Not yet answered, and due soon, in calls that are not suspended."""
    near = running_conditions().filter(state="open", due_at__gt=now, due_at__lte=now + within)
    return near.exclude(decision__loi__call__state="suspended")
