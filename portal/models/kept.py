from django.conf import settings
from django.db import models
from django.http import QueryDict


class KeptForm(models.Model):
    """A form posted for a person who was signed out meanwhile (see `portal.kept`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    path = models.CharField(max_length=200)
    fields = models.JSONField()
    typed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["user", "path"], name="kept_for_whom_and_where"),)

    @property
    def data(self) -> QueryDict:
        """What was typed, as it was posted."""
        given = QueryDict(mutable=True)
        for name, value in self.fields:
            given.appendlist(name, value)
        return given
