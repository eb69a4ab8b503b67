from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.models.events import AppendOnly
from proposals.models import Criterion, LetterOfIntent


class Consensus(AppendOnly):
    """What the panel agreed on a case, in words and scores; of those written down the latest counts.

    A draft is a proposal of a reviewer: it counts for nothing until the chair
    writes one down. All of them stay.
    """

    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="consensus_texts")
    draft = models.BooleanField(default=False)
    text = models.TextField(max_length=3000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class ConsensusScore(AppendOnly):
    """The score a panel agreed on for one criterion; the reviewers' own stand beside it."""

    consensus = models.ForeignKey(Consensus, models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=2, decimal_places=1)

    class Meta:
        ordering: ClassVar = ["consensus", "criterion__code"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="agreed_once", fields=["consensus", "criterion"]),
            models.CheckConstraint(
                name="agreed_from_0_to_5_in_halves",
                condition=Q(value__in=[Decimal(n) / 2 for n in range(11)]),
            ),
        ]


class ConsensusAnswer(AppendOnly):
    """“I agree” or “I object” of a reviewer to one version; the latest of a person counts, and binds nobody."""

    consensus = models.ForeignKey(Consensus, models.PROTECT, related_name="answers")
    agrees = models.BooleanField()
    reason = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_objection_has_a_reason", condition=Q(agrees=True) | ~Q(reason="")
            )
        ]
