from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import keys
from portal.models.messages import Leased
from proposals.models import Call, LetterOfIntent


class Scenario(Leased):
    """What a committee could select: worked out by the proposer, or put together by hand.

    What it is made from does not change (`selection.inputs`; `digest` is over it and
    stands in the event as well), and what came out (`selection.work`) is written
    until it is done and never after. Moves by `workflow.SCENARIO`.
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="scenarios")
    number = models.PositiveIntegerField()  # counted in the call
    state = models.CharField(max_length=10)
    by_hand = models.BooleanField()
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    cases = models.ManyToManyField(LetterOfIntent, related_name="scenarios")
    inputs = models.JSONField()
    digest = models.CharField(max_length=64)
    found = models.JSONField(default=dict)
    steps_done = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="scenarios_of_a_call_are_counted", fields=["call", "number"]
            ),
            models.CheckConstraint(
                name="a_scenario_is_done_iff_it_was_finished",
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at=None)),
            ),
        ]

    @property
    def going(self) -> bool:
        """Is it still owed? One that a worker has given up is not, whatever its state."""
        return self.state in {"waiting", "running"} and self.failed_at is None

    @property
    def chosen(self) -> list[str]:
        """References of the cases in the set."""
        return self.found.get("chosen", [])
