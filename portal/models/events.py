from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class AppendOnly(models.Model):
    """A row that is written once. The database refuses the rest as well (`portal.triggers`)."""

    append_only = True

    class Meta:
        abstract = True

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are append-only")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args, **kwargs):
        raise TypeError(f"{type(self).__name__} rows are append-only")


class Event(AppendOnly):
    """What happened, by whom, when: one row a change of state, chained by hashes.

    No foreign keys: the record outlives what it speaks of. `recorded_at` is the
    database's clock and not part of the hash.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=12)  # a person's key, or "clock"
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_key"], name="event_subject")
        ]


class EventHead(models.Model):
    """The chain's last link: the one row that every writer locks, and locks last."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)
