from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import keys
from portal.models import StoredFile
from portal.models.events import AppendOnly
from proposals.models.decisions import Decision
from proposals.models.lois import COMMITTED, LetterOfIntent


class Condition(models.Model):
    """One condition of a decision in force, to be met by an instant. Moves by `workflow.CONDITION`.

    Its words are those of the decision's letter, where they stay frozen
    (`Decision.conditions`). It ends with its decision: nothing of it moves then.
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="to_meet")
    number = models.PositiveSmallIntegerField()  # its place in the letter, from 1
    state = models.CharField(max_length=20)
    text = models.TextField(max_length=500)
    owner = models.CharField(max_length=100)
    due_at = models.DateTimeField()  # half-open; later by as long as the call was suspended
    imposed_at = models.DateTimeField()
    remark = models.TextField(max_length=2000, blank=True)  # why sent back last, or how it was met
    met_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    met_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["decision_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_condition_has_its_number", fields=["decision", "number"]
            ),
            models.CheckConstraint(
                name="a_condition_is_met_by_somebody_who_says_how",
                condition=Q(state="met", met_by__isnull=False, met_at__isnull=False) & ~Q(remark="")
                | ~Q(state="met") & Q(met_by=None, met_at=None),
            ),
        ]

    @property
    def loi(self) -> LetterOfIntent:
        return self.decision.loi

    @property
    def due_on(self) -> date:
        """The last day on which it is in time, in the call's zone."""
        return (self.due_at - timedelta(microseconds=1)).astimezone(self.loi.call.zoneinfo).date()

    @property
    def runs(self) -> bool:
        """Is it still to be met? Not once its decision is superseded or its case has ended."""
        return self.decision.state == "released" and self.loi.state in COMMITTED


class Evidence(AppendOnly):
    """What a partner answered to a condition, with a file or without; one more each time."""

    condition = models.ForeignKey(Condition, models.PROTECT, related_name="evidence")
    text = models.TextField(max_length=4000)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
