from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import keys
from portal.models import Organisation
from proposals.models.lois import Filing, LetterOfIntent


class Share(models.Model):
    """What a partner is asked to countersign: the words of its share, as they were when it was asked.

    Moves by `workflow.SHARE`. `filing` is the version whose words a
    countersignature covers; what was filed is never changed by it.
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    loi = models.ForeignKey(LetterOfIntent, models.CASCADE, related_name="shares")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="shares")
    state = models.CharField(max_length=15)
    signed_as = models.CharField(max_length=200)  # the organisation's name, as it is signed
    words = models.JSONField()
    digest = models.CharField(max_length=64)
    filing = models.ForeignKey(Filing, models.PROTECT, null=True, related_name="shares")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="the_same_share_is_asked_once",
                fields=["loi", "digest"],
                condition=Q(state__in=["asked", "countersigned"]),
            ),
            models.CheckConstraint(
                name="an_answered_share_has_its_answerer",
                condition=~Q(state__in=["countersigned", "declined"])
                | Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="only_a_countersigned_share_covers_a_filing",
                condition=Q(filing=None) | Q(state="countersigned"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.words['name']} in {self.loi}"
