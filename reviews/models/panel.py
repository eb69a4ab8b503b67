from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import roles
from portal.models import Organisation
from proposals.models import Call


class PanelMember(models.Model):
    """A person's place on the panel of a call. Who left stays as history."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="panel")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="panels")
    role = models.CharField(_("role"), max_length=10, choices=roles.PANEL)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    keywords = models.JSONField(default=list)  # codes of the call's keywords
    quota = models.PositiveSmallIntegerField(_("cases at most"), default=8)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_place_on_the_panel_is_held_once",
                fields=["call", "user", "role"],
                condition=Q(left_at=None),
            )
        ]
