from django.db import models

from portal.models.events import AppendOnly


class SigningKey(AppendOnly):
    """The public half of a key that has signed: kept, so that what it signed can be checked.

    Of the seal on documents it is the certificate, with those that issued it.
    """

    class Use(models.TextChoices):
        MANIFEST = "manifest"
        SEAL = "seal"

    # As `portal.signing.key_id` and `portal.seal.name_of` say it.
    id = models.CharField(primary_key=True, max_length=16)
    use = models.CharField(max_length=8, choices=Use, default=Use.MANIFEST)
    pem = models.TextField()
    since = models.DateTimeField()
