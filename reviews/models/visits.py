from django.conf import settings
from django.db import models


class Visit(models.Model):
    """When a person last looked at their reviews, and the time before: what is new is since then."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    before = models.DateTimeField(null=True)
