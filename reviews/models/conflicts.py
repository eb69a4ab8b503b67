from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import keys
from portal.models.events import AppendOnly
from proposals.models import LetterOfIntent


class Conflicts(models.QuerySet):
    def shutting_out(self) -> "Conflicts":
        """Those that keep their person from the case. Ask through `queries.shut_out`.

        A hard one does until somebody dismisses it; a soft one once it is confirmed.
        """
        return self.filter(Q(hard=True) & ~Q(state="dismissed") | Q(state="confirmed"))


class Conflict(models.Model):
    """A conflict of interest of one person with one case. Moves by `workflow.CONFLICT`.

    `reason` says it in words; `evidence` names the facts the rules found it by, and
    is "" for one that was declared. A secret one is kept from its own person.
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="conflicts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="conflicts")
    state = models.CharField(max_length=12)
    hard = models.BooleanField()
    declared = models.BooleanField()  # by the person; else found by the portal
    kind = models.CharField(max_length=30)
    reason = models.CharField(max_length=500)
    evidence = models.TextField(blank=True)
    secret = models.BooleanField(default=False)
    at = models.DateTimeField()

    objects = Conflicts.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_conflict_is_written_once", fields=["loi", "user", "kind", "declared"]
            ),
            models.CheckConstraint(
                name="what_a_person_declares_is_not_found",
                condition=Q(declared=True) & ~Q(state="found")
                | Q(declared=False) & ~Q(state="declared"),
            ),
        ]

    @property
    def shuts_out(self) -> bool:
        return self.state == "confirmed" or (self.hard and self.state != "dismissed")


class Ruling(AppendOnly):
    """What somebody decided on a conflict, and what was on the table then."""

    conflict = models.ForeignKey(Conflict, models.PROTECT, related_name="rulings")
    confirmed = models.BooleanField()  # else dismissed
    reason = models.CharField(max_length=500)
    words = models.CharField(max_length=500)  # the conflict's reason as it was
    evidence = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(name="a_ruling_gives_its_reason", condition=~Q(reason=""))
        ]
