from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

ZONE_NAMES = {"Asia/Shanghai": "Beijing", "UTC": "UTC", "Etc/GMT+12": "AoE"}


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant as people read it: its own zone, UTC, and what is left of it.

    The window before it is half-open: `instant` itself is late.
    """

    instant: datetime
    zone: str
    now: datetime

    @property
    def zone_text(self) -> str:
        return said(self.instant, self.zone)

    @property
    def utc_text(self) -> str:
        return said(self.instant, "UTC")

    @property
    def passed(self) -> bool:
        return self.now >= self.instant

    @property
    def left_text(self) -> str:
        if self.passed:
            return _("passed")
        left = self.instant - self.now
        days, hours = left.days, left.seconds // 3600
        minutes, seconds = left.seconds % 3600 // 60, left.seconds % 60
        day = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
        if days:
            return _("%(days)s %(hours)d h left") % {"days": day, "hours": hours}
        if hours:
            return _("%(hours)d h %(minutes)d min left") % {"hours": hours, "minutes": minutes}
        return _("%(minutes)d min %(seconds)d s left") % {"minutes": minutes, "seconds": seconds}

    @property
    def tone(self) -> str:
        if self.instant - self.now <= timedelta(hours=3):
            return "cinnabar"
        return "amber" if self.instant - self.now <= timedelta(hours=72) else ""


def said(instant: datetime, zone: str) -> str:
    """An instant in words in a zone; midnight is the 24:00 of the day that ends.

    >>> said(datetime(2027, 12, 31, 16, tzinfo=UTC), "Asia/Shanghai")
    '31 Dec 2027, 24:00 Beijing'
    """
    local = instant.astimezone(ZoneInfo(zone))
    name = zone_name(zone)
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    day = local.date()
    if clock == "00:00" and zone != "UTC":
        clock, day = "24:00", day - timedelta(days=1)
    return f"{formats.date_format(day, 'j M Y')}, {clock} {name}"


def zoned(instant: datetime, zone: str) -> str:
    """Both renderings in a sentence: `31 Dec 2027, 24:00 Beijing (31 Dec 2027, 16:00 UTC)`."""
    return f"{said(instant, zone)} ({said(instant.astimezone(UTC), 'UTC')})"


def zone_name(zone: str) -> str:
    return ZONE_NAMES.get(zone, zone.rpartition("/")[2].replace("_", " "))
