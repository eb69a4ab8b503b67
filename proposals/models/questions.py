from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import keys
from proposals.models.calls import Call


class Question(models.Model):
    """A question on a call, and what was answered to everybody, to the asker alone, or not.

    The asked and the published words are both kept: the published ones name
    nobody. A published answer is corrected by another entry (`corrects`).
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="questions")
    state = models.CharField(max_length=20)
    asked = models.TextField(_("question"), max_length=1000, blank=True)
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="questions"
    )
    asked_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="corrected_by", editable=False
    )
    number = models.PositiveSmallIntegerField(null=True)
    published = models.TextField(_("question as published"), max_length=1000, blank=True)
    answer = models.TextField(_("answer"), max_length=3000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["call", "number", "asked_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_question_has_one_number", fields=["call", "number"]),
            models.CheckConstraint(
                name="a_question_is_numbered_iff_answered_publicly",
                condition=(Q(state="answered", number__isnull=False) & ~Q(published=""))
                | (~Q(state="answered") & Q(number=None, published="")),
            ),
            models.CheckConstraint(
                name="asked_by_somebody_or_corrects_another",
                condition=Q(asker__isnull=False, corrects=None)
                | Q(asker=None, corrects__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call.code} · {self.number or self.key}"
