from django.db import models

from portal.models.events import AppendOnly


class StoredFile(AppendOnly):
    """Bytes kept once by their digest, outside the web root (see `portal.files`)."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=60)
    stored_at = models.DateTimeField()
