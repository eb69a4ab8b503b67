from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import keys
from portal.models.messages import Leased
from proposals.models import Call, LetterOfIntent


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
    every_keyword = models.BooleanField(
        _("a reviewer for every keyword of a case"), default=False
    )  # else for its first
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


class Pair(models.Model):
    """A reviewer whom the secretary keeps on a case, or off it, whatever the matcher would do."""

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="pairs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    together = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_pair_is_set_once", fields=["loi", "user"])
        ]
