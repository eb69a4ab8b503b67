from django.conf import settings
from django.db import models

from portal.models.events import AppendOnly
from proposals.models import LetterOfIntent


class Consensus(AppendOnly):
    """What the panel agreed on a case, in words; the latest one counts, the others stay."""

    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="consensus_texts")
    text = models.TextField(max_length=3000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
