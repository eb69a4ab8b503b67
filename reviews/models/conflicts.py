from typing import ClassVar

from django.conf import settings
from django.db import models

from portal.models.events import AppendOnly
from proposals.models import LetterOfIntent


class Conflicts(models.QuerySet):
    def shutting_out(self) -> "Conflicts":
        """Those that keep their person from the case. Ask through `queries.shut_out`."""
        return self.filter(hard=True)


class Conflict(AppendOnly):
    """A conflict of interest, found or declared. A hard one shuts the person out of the case."""

    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="conflicts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="conflicts")
    hard = models.BooleanField()
    declared = models.BooleanField()  # by the person; else found by the portal
    kind = models.CharField(max_length=30)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()

    objects = Conflicts.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_conflict_is_written_once", fields=["loi", "user", "kind", "declared"]
            )
        ]
