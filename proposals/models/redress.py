from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.models.events import AppendOnly
from proposals.models.decisions import Decision
from proposals.models.lois import LetterOfIntent


class Redress(AppendOnly):
    """That a partner asked for a review of what was decided, on procedure or on a fact."""

    class Ground(models.TextChoices):
        PROCEDURE = "procedure", _("the procedure: a rule of the call was not kept")
        FACT = "fact", _("a fact: something stated about the letter is wrong")

    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="redresses")
    decision = models.OneToOneField(
        Decision, models.PROTECT, null=True, related_name="redress"
    )  # none: of an ineligibility
    ground = models.CharField(max_length=10, choices=Ground)
    text = models.TextField(max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]

    @property
    def answered(self) -> bool:
        return hasattr(self, "ruling")


class Ruling(AppendOnly):
    """The answer of an officer who had no part in the case."""

    redress = models.OneToOneField(Redress, models.PROTECT, related_name="ruling")
    granted = models.BooleanField()
    text = models.TextField(max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
