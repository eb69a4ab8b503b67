from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import workdays

BEIJING = "Asia/Shanghai"
ZONES = st.sampled_from([BEIJING, "UTC", "Europe/Paris", "America/Santiago", "Pacific/Auckland"])
INSTANTS = st.integers(0, 5 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """An instant of April 2027 in Beijing; the 1st is a Thursday."""
    return datetime(2027, 4, day, hour, minute, tzinfo=ZoneInfo(BEIJING))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (at(1), 1, at(3, 0)),  # Thursday: all of Friday
        (at(2), 1, at(6, 0)),  # Friday: all of Monday
        (at(3), 1, at(6, 0)),  # Saturday and Sunday are no days
        (at(4), 1, at(6, 0)),
        (at(1), 5, at(9, 0)),
        (at(1, 0), 1, at(2, 0)),  # Wednesday 24:00 belongs to Wednesday
    ],
)
def test_so_many_working_days_later(start, days, end):
    assert workdays.after(start, days, BEIJING) == end


def test_the_day_is_the_zones():
    """Thursday 20:00 UTC is Friday in Beijing."""
    evening = datetime(2027, 4, 1, 20, tzinfo=UTC)
    assert workdays.after(evening, 1, BEIJING) == at(6, 0)
    assert workdays.after(evening, 1, "UTC") == datetime(2027, 4, 3, tzinfo=UTC)


def test_a_day_has_passed_when_it_has_ended():
    assert workdays.passed(at(1), at(2, 23, 59), BEIJING) == 0
    assert workdays.passed(at(1), at(3, 0), BEIJING) == 1
    assert workdays.passed(at(1), at(5, 23, 59), BEIJING) == 1
    assert workdays.passed(at(1), at(6, 0), BEIJING) == 2
    assert workdays.passed(at(9), at(1), BEIJING) == 0


@given(INSTANTS, st.integers(1, 60), ZONES)
def test_counting_back_agrees_with_counting_on(start, days, zone):
    end = workdays.after(start, days, zone)
    assert workdays.passed(start, end, zone) == days
    assert workdays.passed(start, end - timedelta(microseconds=1), zone) == days - 1
    last = (end - timedelta(microseconds=1)).astimezone(ZoneInfo(zone))
    assert last.weekday() < 5
