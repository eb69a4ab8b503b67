from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.models.events import AppendOnly
from proposals import ledger


class LedgerEntry(AppendOnly):
    """One line of the ledger: hold, commit or return of an allocation for a decision or a project.

    Lines of an allocation are numbered from 1 without gaps, and each says what
    was held and committed after it, by all decisions: two that were written on
    the same balance would have the same number. `by` is none for the clock.
    """

    allocation = models.ForeignKey("proposals.Allocation", models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    decision = models.ForeignKey(
        "proposals.Decision", models.PROTECT, null=True, related_name="entries"
    )
    project = models.ForeignKey(
        "proposals.Project", models.PROTECT, null=True, related_name="entries"
    )
    kind = models.CharField(max_length=6)
    amount = models.DecimalField(max_digits=12, decimal_places=3)
    held_after = models.DecimalField(max_digits=12, decimal_places=3)
    committed_after = models.DecimalField(max_digits=12, decimal_places=3)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_line_follows_the_one_before", fields=["allocation", "number"]
            ),
            models.CheckConstraint(
                name="entered_for_a_decision_or_a_project",
                condition=Q(decision=None) ^ Q(project=None),
            ),
            models.CheckConstraint(name="entries_are_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="entries_hold_commit_or_return",
                condition=Q(kind__in=[ledger.HOLD, ledger.COMMIT, ledger.RETURN]),
            ),
            models.CheckConstraint(
                name="nothing_is_returned_that_was_not_there",
                condition=Q(held_after__gte=0, committed_after__gte=0),
            ),
        ]

    @property
    def entry(self) -> ledger.Entry:
        return ledger.Entry(self.kind, self.subject, self.amount)

    @property
    def subject(self) -> str:
        return f"decision {self.decision_id}" if self.decision_id else f"project {self.project_id}"
