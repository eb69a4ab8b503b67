"""The conditions that a case is selected with."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from proposals.models import Condition, Decision, Project
from proposals.models.agreements import Subject
from proposals.models.lois import COMMITTED
from proposals.queries.budgets import paused


def running_conditions() -> QuerySet[Condition]:
    """Those still to be met, answered or not: of decisions in force, of cases that go on."""
    return Condition.objects.filter(
        state__in=["open", "answered"],
        decision__state="released",
        decision__loi__state__in=COMMITTED,
    ).select_related("decision__loi__call", "decision__loi__organisation")


def conditions_of(subject: Subject) -> list[Condition]:
    """Of the decision in force, in the order of its letter, each with its evidence; a project has none."""
    if isinstance(subject, Project):
        return []
    found = Condition.objects.filter(decision__loi=subject, decision__state="released")
    rows = list(
        found.select_related("decision").prefetch_related("evidence__by", "evidence__file__scan")
    )
    for condition in rows:
        condition.decision.loi = subject
    return rows


def unmet(subject: Subject, *, by: datetime) -> list[Condition]:
    """What is still to meet of what is due by this instant: the day of it counts."""
    return [one for one in conditions_of(subject) if one.state != "met" and one.due_at <= by]


def still_asked(decision: Decision) -> list[dict]:
    """The conditions of a decision but for those met, as it keeps them: what one in its place begins with."""
    if not decision.to_meet.exists():  # not released yet, or without any
        return decision.conditions
    return [
        {"text": one.text, "owner": one.owner, "due_on": one.due_on.isoformat()}
        for one in decision.to_meet.exclude(state="met")
    ]


def conditions_due(now: datetime, within: timedelta) -> QuerySet[Condition]:
    """Not yet answered, and due soon, in calls that are not suspended."""
    near = running_conditions().filter(state="open", due_at__gt=now, due_at__lte=now + within)
    return near.exclude(decision__loi__in=paused())
