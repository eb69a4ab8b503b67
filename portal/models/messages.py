from typing import ClassVar

from django.db import models
from django.db.models import Q


class Leased(models.Model):
    """A row that is owed some work. Workers hold it for a while, by `portal.leases`."""

    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True


class Message(Leased):
    """An email owed to one person: written with its cause, sent by a worker.

    Sent at least once: a worker that dies between the mail server's yes and the
    mark here sends it again, with the same Message-ID. `done_at` is when the
    server took it.
    """

    key = models.CharField(max_length=200, unique=True)
    notice = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_key = models.CharField(max_length=40, blank=True)
    recipient = models.ForeignKey(
        "portal.User", models.PROTECT, null=True, related_name="letters_to"
    )
    address = models.EmailField()
    subject = models.CharField(max_length=250)
    body = models.TextField()
    message_id = models.CharField(max_length=120, unique=True)
    written_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_message_is_sent_or_dropped_not_both",
                condition=Q(done_at=None) | Q(dropped_at=None),
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                name="message_owed",
                condition=Q(done_at=None, failed_at=None, dropped_at=None),
            )
        ]

    @property
    def code(self) -> str:
        """The Message-ID without its host: how a page of it is addressed."""
        return self.message_id.strip("<>").partition("@")[0]
