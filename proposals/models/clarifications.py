from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.models.events import AppendOnly
from proposals.models.lois import LetterOfIntent

MOST_ROUNDS = 2


class Clarification(AppendOnly):
    """A question of fact that the screening put to the partner. What was filed stays as it is."""

    loi = models.ForeignKey(LetterOfIntent, models.CASCADE, related_name="clarifications")
    round = models.PositiveSmallIntegerField()
    question = models.TextField(max_length=2000)
    due_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["round"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_round_is_asked_once", fields=["loi", "round"]),
            models.CheckConstraint(
                name="two_rounds_at_most", condition=Q(round__gte=1, round__lte=MOST_ROUNDS)
            ),
        ]

    @property
    def answer_by(self) -> datetime:
        """Its due instant, later by as long as the call was suspended meanwhile."""
        return self.loi.call.stretched(self.due_at, self.at)

    @property
    def lapses_at(self) -> datetime:
        """When the clock may go on: an answer that arrived in time has been worked off by then."""
        return self.answer_by + timedelta(seconds=self.loi.call.grace_s)


class Answer(AppendOnly):
    """What the partner said to a clarification, beside the filing and never in it."""

    clarification = models.OneToOneField(Clarification, models.CASCADE, related_name="answer")
    text = models.TextField(max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
