from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal.models.events import AppendOnly
from portal.models.messages import Leased


class StoredFile(AppendOnly):
    """Bytes kept once by their digest, outside the web root (see `portal.files`)."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=60)
    stored_at = models.DateTimeField()

    @property
    def key(self) -> str:
        """What events know it by."""
        return self.sha256[:40]


class Scan(Leased):
    """What is known of an uploaded file before others than its sender may read it.

    `copy` is the file without its origin, for those who need not know who made
    it. A file of our own, such as a letter, has no scan.
    """

    class Result(models.TextChoices):
        PENDING = ""
        CLEAN = "clean"
        INFECTED = "infected"
        UNSCANNED = "unscanned"

    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="scan")
    result = models.CharField(max_length=10, choices=Result, blank=True, default=Result.PENDING)
    found = models.CharField(max_length=200, blank=True)
    copy = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_scan_that_is_done_has_its_result",
                condition=Q(done_at=None, result="") | Q(done_at__isnull=False) & ~Q(result=""),
            ),
            models.CheckConstraint(
                name="an_infected_file_names_what_was_found",
                condition=~Q(result="infected") | ~Q(found=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="scan_owed", condition=Q(done_at=None, failed_at=None)
            )
        ]
