from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal import keys, roles
from portal.models import Organisation
from proposals.models import Call


class PanelMember(models.Model):
    """A person's place on the panel of a call, from the invitation on. Who left stays as history.

    Moves by `workflow.SEAT`; only who has accepted is on the panel. `user` is empty
    as long as nobody has proved the address that was invited. The link's token
    stands in the mail alone; here is its digest.
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="panel")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="panels"
    )
    address = models.EmailField(_("address"), blank=True)  # in lower case
    token_digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10)
    role = models.CharField(_("role"), max_length=10, choices=roles.PANEL)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    # Code of a keyword of the call → how well the person knows it by their own word, from 1
    # to 3; null where only the secretary has named it.
    keywords = models.JSONField(default=dict)
    quota = models.PositiveSmallIntegerField(_("cases at most"), default=8)
    writes_from = models.DateField(_("reviews from"), null=True)  # as planned when invited
    writes_until = models.DateField(_("reviews until"), null=True)
    away = models.JSONField(default=list)  # [[first day, last day], …], both belong to it
    invited_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_place_on_the_panel_is_held_once",
                fields=["call", "user", "role"],
                condition=Q(state__in=["invited", "accepted"]),
            ),
            models.UniqueConstraint(
                name="one_open_invitation_to_the_panel_an_address",
                fields=["call", "address"],
                condition=Q(state="invited"),
            ),
            models.CheckConstraint(
                name="who_is_on_the_panel_is_a_person",
                condition=~Q(state="accepted") | Q(user__isnull=False, joined_at__isnull=False),
            ),
            models.CheckConstraint(
                name="reviews_are_planned_from_before_until",
                condition=Q(writes_from=None)
                | Q(writes_until=None)
                | Q(writes_until__gte=F("writes_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.user.name if self.user else self.address

    @property
    def absences(self) -> list[tuple[date, date]]:
        """When the person is away, by their own word."""
        return [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in self.away]
