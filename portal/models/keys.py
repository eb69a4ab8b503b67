from django.db import models

from portal.models.events import AppendOnly


class SigningKey(AppendOnly):
    """The public half of a key that has signed: kept, so that what it signed can be checked."""

    id = models.CharField(primary_key=True, max_length=16)  # as `portal.signing.key_id` says it
    pem = models.TextField()
    since = models.DateTimeField()
