from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import keys, roles
from portal.models import Organisation
from portal.models.events import AppendOnly
from portal.models.messages import Leased
from proposals.models import Call, Criterion, LetterOfIntent


class PanelMember(models.Model):
    """A person's place on the panel of a call. Who left stays as history."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="panel")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="panels")
    role = models.CharField(_("role"), max_length=10, choices=roles.PANEL)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    keywords = models.JSONField(default=list)  # codes of the call's keywords
    quota = models.PositiveSmallIntegerField(_("cases at most"), default=8)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_place_on_the_panel_is_held_once",
                fields=["call", "user", "role"],
                condition=Q(left_at=None),
            )
        ]


class Conflict(AppendOnly):
    """A conflict of interest, found or declared. A hard one shuts the person out of the case."""

    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="conflicts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="conflicts")
    hard = models.BooleanField()
    declared = models.BooleanField()  # by the person; else found by the portal
    kind = models.CharField(max_length=30)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_conflict_is_written_once", fields=["loi", "user", "kind", "declared"]
            )
        ]


class Assignment(models.Model):
    """One reviewer on one case, from the invitation to the locked review."""

    class Risk(models.TextChoices):
        LOW = "low", _("low: normally solved within time and cost")
        MEDIUM = "medium", _("medium: solved with good management and added effort")
        HIGH = "high", _("high: not solvable within the plan")

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="assignments")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments"
    )
    state = models.CharField(max_length=12)
    assigned_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(null=True)
    confidence = models.PositiveSmallIntegerField(
        _("your expertise on this case"), null=True, blank=True
    )
    risk = models.CharField(_("risk"), max_length=10, choices=Risk, blank=True)
    locked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_reviewer_is_assigned_once",
                fields=["loi", "reviewer"],
                condition=~Q(state="removed"),
            ),
            models.CheckConstraint(
                name="locked_at_iff_locked",
                condition=Q(state="locked", locked_at__isnull=False)
                | (~Q(state="locked") & Q(locked_at=None)),
            ),
            models.CheckConstraint(
                name="confidence_from_1_to_3",
                condition=Q(confidence=None) | Q(confidence__gte=1, confidence__lte=3),
            ),
        ]


class Score(models.Model):
    """One criterion in one review, from 0 to 5 in halves; not given yet is no row."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=2, decimal_places=1)

    class Meta:
        ordering: ClassVar = ["assignment", "criterion__code"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="scored_once", fields=["assignment", "criterion"]),
            models.CheckConstraint(
                name="scores_from_0_to_5_in_halves",
                condition=Q(value__in=[Decimal(n) / 2 for n in range(11)]),
            ),
        ]


class Finding(models.Model):
    """One strength or weakness, tied to a criterion; confidential ones stay in the panel."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="findings")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    strength = models.BooleanField()
    major = models.BooleanField(default=False)
    confidential = models.BooleanField(default=False)
    text = models.CharField(max_length=1000)

    class Meta:
        ordering: ClassVar = ["assignment", "criterion__code", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="a_finding_says_something", condition=~Q(text=""))
        ]


class Consensus(AppendOnly):
    """What the panel agreed on a case, in words; the latest one counts, the others stay."""

    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="consensus_texts")
    text = models.TextField(max_length=3000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Matching(Leased):
    """A proposed assignment for all open cases of a call: found by the matcher, or read from a table.

    `found` is what came out: pairs of case and reviewer keys, the figures, and in
    words what could not be kept or done. Moves by `workflow.MATCHING`.
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="matchings")
    state = models.CharField(max_length=12)
    per_case = models.PositiveSmallIntegerField(_("reviewers a case"))
    one_a_country = models.BooleanField(_("at most one reviewer of a country a case"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    found = models.JSONField(default=dict)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="from_1_to_9_reviewers_a_case", condition=Q(per_case__gte=1, per_case__lte=9)
            ),
            models.UniqueConstraint(
                name="one_matching_of_a_call_is_open",
                fields=["call"],
                condition=Q(state__in=["asked", "proposed"]),
            ),
        ]
