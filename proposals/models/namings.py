from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import keys
from proposals.models.lois import LetterOfIntent


class Naming(models.Model):
    """A person named in a letter's team, asked at their address. Moves by `workflow.NAMING`.

    Whoever holds the link of the mail answers, under this row's own key: no
    account is needed. The link's token stands in the mail alone.
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    loi = models.ForeignKey(LetterOfIntent, models.CASCADE, related_name="namings")
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=150)
    address = models.EmailField()
    state = models.CharField(max_length=20)
    token_digest = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="asked_once_a_letter_and_address",
                fields=["loi", "address"],
                condition=~Q(state="withdrawn"),
            )
        ]

    def __str__(self) -> str:
        return self.name
