from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import keys
from portal.models.events import AppendOnly
from proposals.models import Criterion, LetterOfIntent


class Comment(AppendOnly):
    """What somebody of the panel says on a case; what it says is its latest version.

    An answer hangs on the first comment of its thread, and is read by whom
    that one is read.
    """

    class Level(models.TextChoices):
        PANEL = "panel", _("the reviewers of the case and the chair")
        ASSESSORS = "assessors", _("these, and the technical assessors")
        OFFICE = "office", _("the chair and the secretariat alone")

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="comments")
    thread = models.ForeignKey("self", models.PROTECT, null=True, related_name="replies")
    level = models.CharField(max_length=10, choices=Level)
    criterion = models.ForeignKey(Criterion, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class CommentVersion(AppendOnly):
    """A comment as it was written or rewritten; a withdrawn one has no text any more."""

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="versions")
    text = models.TextField(max_length=4000, blank=True)
    withdrawn = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["comment", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_comment_has_a_text_or_is_withdrawn",
                condition=Q(withdrawn=True, text="") | (Q(withdrawn=False) & ~Q(text="")),
            )
        ]


class ReadUpTo(models.Model):
    """How far a person has read the discussion of a case."""

    loi = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    version = models.ForeignKey(CommentVersion, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="read_up_to_one_place", fields=["loi", "user"])
        ]


class Hearing(models.Model):
    """How a person wants to hear of discussions; whoever chose nothing hears at once."""

    class How(models.TextChoices):
        AT_ONCE = "at_once", _("at once, a message for each comment")
        DAILY = "daily", _("once a day, one message for all")
        NEVER = "never", _("not at all: I look here")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    how = models.CharField(_("Tell me of comments"), max_length=10, choices=How)
