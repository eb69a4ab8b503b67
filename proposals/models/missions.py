from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mission(models.Model):
    """A mission as announced: its status is data with a source and a date, never a bare fact.

    Latitude and light of the site decide its planetary-protection category (see `Terms`).
    """

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=120)
    local_name = models.CharField(max_length=120, blank=True)
    status = models.CharField(_("status"), max_length=300)
    site = models.CharField(_("site"), max_length=200, blank=True)
    latitude_deg = models.DecimalField(
        _("latitude of the site"), max_digits=6, decimal_places=3, null=True, blank=True
    )  # south negative; null where it is not told
    shadowed = models.BooleanField(_("never lit by the Sun"), null=True, blank=True)
    summary = models.TextField(blank=True)
    source = models.CharField(max_length=300, blank=True)
    as_of = models.DateField()
    fictional = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position", "slug"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="latitude_from_pole_to_pole",
                condition=models.Q(latitude_deg=None)
                | models.Q(latitude_deg__gte=-90, latitude_deg__lte=90),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Platform(models.Model):
    """What of a mission carries payloads: lander, orbiter, rover. Unknown limits are null."""

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="platforms")
    code = models.SlugField()
    name = models.CharField(max_length=60)
    envelope_mm = models.JSONField(null=True, blank=True)  # [length, width, height]
    temperature_c = models.JSONField(null=True, blank=True)  # [lowest, highest]

    class Meta:
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_platform_stands_once_on_a_mission", fields=["mission", "code"]
            )
        ]

    def __str__(self) -> str:
        return self.name


class FlownPayload(models.Model):
    """A payload selected in a real call: history, read-only. A mass nobody published is null."""

    call = models.ForeignKey("proposals.Call", models.CASCADE, related_name="payloads")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    lead = models.CharField(max_length=200)
    countries = models.JSONField(default=list)  # ISO codes
    platform = models.ForeignKey(Platform, models.PROTECT, null=True)
    mass_kg = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    mass_note = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300)
    as_of = models.DateField()

    class Meta:
        ordering: ClassVar = ["call", "position"]
