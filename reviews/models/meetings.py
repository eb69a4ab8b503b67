from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import keys
from portal.models.events import AppendOnly
from proposals.models import Call, LetterOfIntent


class Meeting(models.Model):
    """A meeting of a panel over the cases of its call. Moves by `workflow.MEETING`."""

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="meetings")
    state = models.CharField(max_length=10)
    planned_for = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_meeting_of_a_call_is_not_closed",
                fields=["call"],
                condition=~Q(state="closed"),
            )
        ]


class Item(models.Model):
    """A case on the agenda of a meeting.

    `since` is set while it is before the panel; `seconds` is how long it was,
    all turns together, up to `since`.
    """

    class Outcome(models.TextChoices):
        AGREED = "agreed", _("the panel agreed")
        STANDS = "stands", _("the scores stand as they are")
        DEFERRED = "deferred", _("to be taken up again")

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items")
    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    since = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(default=0)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    note = models.CharField(_("for the minutes"), max_length=2000, blank=True)
    agreed = models.JSONField(default=dict)  # {"scores", "total", "text"} when the meeting closed

    class Meta:
        ordering: ClassVar = ["meeting", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_case_is_once_on_the_agenda", fields=["meeting", "loi"]),
            models.UniqueConstraint(
                name="one_case_is_before_the_panel",
                fields=["meeting"],
                condition=~Q(since=None),
            ),
        ]


class Attendance(AppendOnly):
    """Who was in the room for a case, from an instant on; the latest row of a person counts."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="attendances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    present = models.BooleanField()
    at = models.DateTimeField()


class TieChoice(AppendOnly):
    """The chair put a case before others that every rule had left equal to it; the latest counts."""

    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="+")
    over = models.JSONField()  # keys of the other cases
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
