from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal import keys
from portal.models import StoredFile
from portal.models.events import AppendOnly


class Attached(models.Model):
    """A file beside a letter. `name` is what its sender called it: it is shown, and never a path."""

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    kind = models.CharField(max_length=12)  # a code of `proposals.attachments`
    position = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=200)
    pages = models.PositiveSmallIntegerField(null=True)
    stored = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Attachment(Attached):
    """A file of the working copy: added, replaced and removed until it is filed."""

    loi = models.ForeignKey("proposals.LetterOfIntent", models.CASCADE, related_name="attachments")

    class Meta:
        ordering = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_signed_letter_is_attached", fields=["loi"], condition=Q(kind="letter")
            ),
            models.UniqueConstraint(
                name="attachments_of_a_kind_are_counted", fields=["loi", "kind", "position"]
            ),
        ]


class FiledFile(Attached, AppendOnly):
    """A file as it was filed: named with its digest in the manifest of its filing."""

    filing = models.ForeignKey("proposals.Filing", models.CASCADE, related_name="files")

    class Meta:
        ordering = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_signed_letter_is_filed", fields=["filing"], condition=Q(kind="letter")
            ),
            models.UniqueConstraint(
                name="filed_files_of_a_kind_are_counted", fields=["filing", "kind", "position"]
            ),
        ]
