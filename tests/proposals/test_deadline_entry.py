"""A deadline typed on a clock becomes one instant, or is refused where the clock is not clear."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from portal.deadline import said
from proposals.forms.calls import AOE, instant, zones

# One reading of the clock, and what it is in UTC: twenty-six hours from the first to the last.
READ = datetime.fromisoformat("2027-09-30 23:59:59")
IN_UTC = {
    "Pacific/Kiritimati": "2027-09-30 09:59:59",
    "Pacific/Auckland": "2027-09-30 10:59:59",
    "Asia/Shanghai": "2027-09-30 15:59:59",
    "Asia/Kathmandu": "2027-09-30 18:14:59",
    "Asia/Karachi": "2027-09-30 18:59:59",
    "Africa/Nairobi": "2027-09-30 20:59:59",
    "Europe/Paris": "2027-09-30 21:59:59",
    "UTC": "2027-09-30 23:59:59",
    "America/St_Johns": "2027-10-01 02:29:59",
    "America/New_York": "2027-10-01 03:59:59",
    "America/Los_Angeles": "2027-10-01 06:59:59",
    AOE: "2027-10-01 11:59:59",
}


@pytest.mark.parametrize("zone", IN_UTC)
def test_twelve_zones(zone):
    at = instant(READ, ZoneInfo(zone))
    assert (at.tzinfo, f"{at:%Y-%m-%d %H:%M:%S}") == (UTC, IN_UTC[zone])
    assert said(at, zone).startswith("30 Sep 2027, 23:59:59")
    assert said(at, "UTC") == said(datetime.fromisoformat(IN_UTC[zone] + "+00:00"), "UTC")


def test_anywhere_on_earth_is_chosen_by_its_name():
    assert [str(label) for zone, label in zones() if zone == AOE] == [
        "Anywhere on Earth (AoE, UTC−12)"
    ]
    assert said(instant(datetime.fromisoformat("2027-10-01"), ZoneInfo(AOE)), AOE) == (
        "30 Sep 2027, 24:00 AoE"
    )


@pytest.mark.parametrize(
    "zone, local, code",
    [
        ("Europe/Paris", "2027-03-28 02:30:00", "skipped"),
        ("Europe/Paris", "2027-10-31 02:30:00", "twice"),
        ("America/New_York", "2027-03-14 02:00:00", "skipped"),
        ("America/New_York", "2027-11-07 01:59:59", "twice"),
        ("Australia/Lord_Howe", "2027-10-03 02:15:00", "skipped"),  # half an hour only
        ("Australia/Lord_Howe", "2027-04-04 01:45:00", "twice"),
        ("Pacific/Apia", "2011-12-30 12:00:00", "skipped"),  # a day that never was
    ],
)
def test_a_reading_that_a_clock_skips_or_shows_twice_is_refused(zone, local, code):
    with pytest.raises(ValidationError) as refused:
        instant(datetime.fromisoformat(local), ZoneInfo(zone))
    assert refused.value.code == code
    assert zone in refused.value.message and local in refused.value.message


@pytest.mark.parametrize(
    "zone, local, expected",
    [
        ("Europe/Paris", "2027-03-28 01:59:59", "2027-03-28 00:59:59"),
        ("Europe/Paris", "2027-03-28 03:00:00", "2027-03-28 01:00:00"),
        ("Europe/Paris", "2027-10-31 03:00:00", "2027-10-31 02:00:00"),
        ("Asia/Shanghai", "2028-02-29 00:00:00", "2028-02-28 16:00:00"),
        (AOE, "2028-02-29 23:59:59", "2028-03-01 11:59:59"),
    ],
)
def test_the_second_beside_it_and_the_leap_day_are_one_instant(zone, local, expected):
    at = instant(datetime.fromisoformat(local), ZoneInfo(zone))
    assert f"{at:%Y-%m-%d %H:%M:%S}" == expected
    assert at.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(" ") == local
