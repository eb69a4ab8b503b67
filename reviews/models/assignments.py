from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal import keys
from portal.models.events import AppendOnly
from proposals.models import Criterion, LetterOfIntent


class Assignment(models.Model):
    """One reviewer on one case, from the invitation to the locked review.

    After `due_at` it is overdue and can still be written; at `closes_at` the sheet
    closes. Assessors judge apart: they are in no sum and no number of reviewers.
    """

    class Seat(models.TextChoices):
        PRIMARY = "primary", _("primary reviewer")
        SECONDARY = "secondary", _("secondary reviewer")
        REVIEWER = "reviewer", _("reviewer")
        ASSESSOR = "assessor", _("technical assessor")

    class Risk(models.TextChoices):
        LOW = "low", _("low: normally solved within time and cost")
        MEDIUM = "medium", _("medium: solved with good management and added effort")
        HIGH = "high", _("high: not solvable within the plan")

    class Accommodation(models.TextChoices):
        FITS = "fits", _("fits as proposed")
        CHANGES = "changes", _("fits with changes")
        NOT = "not", _("does not fit")

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="assignments")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments"
    )
    state = models.CharField(max_length=12)
    # By which the others on the case know a reviewer whose name they are not told; drawn by lot.
    number = models.PositiveSmallIntegerField()
    seat = models.CharField(_("seat"), max_length=10, choices=Seat, default=Seat.REVIEWER)
    assigned_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    # What is written, as in `reviews.sheets`; the columns and rows below are read off it.
    content = models.JSONField(default=dict)
    reminded_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(null=True)
    confidence = models.PositiveSmallIntegerField(
        _("your expertise on this case"), null=True, blank=True
    )
    risk = models.CharField(_("risk"), max_length=10, choices=Risk, blank=True)
    names_opened_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_number_is_drawn_once_a_case", fields=["loi", "number"]),
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
            models.UniqueConstraint(
                name="a_case_is_presented_by_one_each",
                fields=["loi", "seat"],
                condition=Q(seat__in=["primary", "secondary"])
                & Q(state__in=["invited", "accepted", "locked"]),
            ),
            models.CheckConstraint(
                name="a_review_closes_after_it_is_due",
                condition=Q(due_at=None) | Q(closes_at=None) | Q(closes_at__gte=F("due_at")),
            ),
        ]

    @property
    def assessed(self) -> bool:
        """Is it an assessor's, and so no review?"""
        return self.seat == self.Seat.ASSESSOR


class Score(models.Model):
    """One criterion in one review, from 0 to 5 in halves; not given yet is no row.

    A criterion that does not apply to the case has a row without a value.
    """

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=2, decimal_places=1, null=True)
    not_applicable = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["assignment", "criterion__code"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="scored_once", fields=["assignment", "criterion"]),
            models.CheckConstraint(
                name="scores_from_0_to_5_in_halves",
                condition=Q(value=None) | Q(value__in=[Decimal(n) / 2 for n in range(11)]),
            ),
            models.CheckConstraint(
                name="a_value_iff_it_applies",
                condition=Q(value=None, not_applicable=True)
                | Q(value__isnull=False, not_applicable=False),
            ),
        ]


class Finding(models.Model):
    """One strength or weakness, tied to a criterion; confidential ones stay in the panel."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="findings")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    strength = models.BooleanField()
    major = models.BooleanField(default=False)
    confidential = models.BooleanField(default=False)
    text = models.TextField()  # its length is judged when it is locked

    class Meta:
        ordering: ClassVar = ["assignment", "criterion__code", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="a_finding_says_something", condition=~Q(text=""))
        ]


class Revision(AppendOnly):
    """A sheet as it was saved once, or frozen by a lock: then with its number and its digest.

    `content` is as in `reviews.sheets`.
    """

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    lock = models.PositiveSmallIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_sheet_is_saved_once_a_version", fields=["assignment", "version"]
            ),
            models.UniqueConstraint(
                name="a_lock_has_one_number",
                fields=["assignment", "lock"],
                condition=Q(lock__isnull=False),
            ),
            models.CheckConstraint(
                name="digest_iff_locked",
                condition=Q(lock=None, digest="") | Q(lock__isnull=False) & ~Q(digest=""),
            ),
        ]
