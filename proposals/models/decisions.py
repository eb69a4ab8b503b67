from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import keys
from proposals.models.calls import Call

# Private: of these a case has one at most, beside what was told of it before.
PREPARED = ("prepared", "approved")
# Told to the partner: in force, or replaced since.
TOLD = ("released", "superseded")


class Decision(models.Model):
    """What is to become of a case: private until its release. Moves by `workflow.DECISION`.

    `basis` is the panel's result as it was passed in when the decision was
    prepared, so that the letter can be made again from this row alone. One that
    moves a selected case to another mission's budget (`onto`) takes the place of
    the decision before it; its grants are of that call's allocations.
    """

    class Outcome(models.TextChoices):
        SELECTED = "selected", _("selected")
        CONDITIONAL = "selected_conditional", _("selected with conditions")
        RESERVE = "reserve", _("reserve")
        NOT_SELECTED = "not_selected", _("not selected")
        MERGED = "merged", _("merged")

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    loi = models.ForeignKey("proposals.LetterOfIntent", models.PROTECT, related_name="decisions")
    state = models.CharField(max_length=20)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    project = models.ForeignKey(
        "proposals.Project", models.PROTECT, null=True, related_name="decisions"
    )
    onto = models.ForeignKey(
        Call, models.PROTECT, null=True, related_name="moved_here"
    )  # null: its own call, which it was filed in
    reason = models.TextField(_("reason, as the letter gives it"), max_length=2000)
    conditions = models.JSONField(default=list)  # [{"text", "due_on", "owner"}, …]
    basis = models.JSONField(default=dict)
    waiver = models.TextField(
        _("why the high risk is accepted"), max_length=1000, blank=True
    )  # for those who decide; in no letter
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_case_has_one_decision_in_force",
                fields=["loi"],
                condition=Q(state="released"),
            ),
            models.UniqueConstraint(
                name="a_case_has_one_decision_in_preparation",
                fields=["loi"],
                condition=Q(state__in=PREPARED),
            ),
            models.CheckConstraint(
                name="merged_into_a_project",
                condition=Q(outcome="merged", project__isnull=False)
                | (~Q(outcome="merged") & Q(project=None)),
            ),
            models.CheckConstraint(
                name="only_what_is_selected_moves_to_another_mission",
                condition=Q(onto=None) | Q(outcome__in=["selected", "selected_conditional"]),
            ),
            models.CheckConstraint(
                name="approved_by_somebody_else",
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("prepared_by")),
            ),
            models.CheckConstraint(
                name="released_at_iff_released",
                condition=Q(state__in=TOLD, released_at__isnull=False)
                | (~Q(state__in=TOLD) & Q(released_at=None)),
            ),
        ]

    @property
    def carrier(self) -> Call:
        """The call whose budget it draws on."""
        return self.onto or self.loi.call

    @property
    def positive(self) -> bool:
        return self.outcome in {self.Outcome.SELECTED, self.Outcome.CONDITIONAL}


class Grant(models.Model):
    """What a positive decision or a project is given of one allocation; below the demand it says why."""

    decision = models.ForeignKey(Decision, models.CASCADE, null=True, related_name="grants")
    project = models.ForeignKey(
        "proposals.Project", models.CASCADE, null=True, related_name="grants"
    )
    allocation = models.ForeignKey("proposals.Allocation", models.PROTECT, related_name="grants")
    amount = models.DecimalField(max_digits=12, decimal_places=3)
    asked = models.DecimalField(max_digits=12, decimal_places=3)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="granted_once", fields=["decision", "allocation"]),
            models.UniqueConstraint(
                name="granted_once_to_a_project", fields=["project", "allocation"]
            ),
            models.CheckConstraint(
                name="granted_to_a_decision_or_a_project",
                condition=Q(decision=None) ^ Q(project=None),
            ),
            models.CheckConstraint(name="nothing_negative_is_granted", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="less_than_asked_has_a_reason",
                condition=Q(amount=models.F("asked")) | ~Q(reason=""),
            ),
        ]
