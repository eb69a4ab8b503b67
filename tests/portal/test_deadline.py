from datetime import UTC, datetime, timedelta

import pytest

from portal.deadline import Deadline, said, zoned

CLOSES = datetime(2027, 12, 31, 16, tzinfo=UTC)
MICRO = timedelta(microseconds=1)


def deadline(**left: float) -> Deadline:
    return Deadline(CLOSES, "Asia/Shanghai", CLOSES - timedelta(**left))


def test_midnight_is_the_end_of_the_day_that_ends():
    assert zoned(CLOSES, "Asia/Shanghai") == ("31 Dec 2027, 24:00 Beijing (31 Dec 2027, 16:00 UTC)")


@pytest.mark.parametrize(
    "zone, text",
    [
        ("Asia/Shanghai", "31 Dec 2027, 24:00 Beijing"),
        ("Europe/Paris", "31 Dec 2027, 17:00 Paris"),
        ("America/Sao_Paulo", "31 Dec 2027, 13:00 Sao Paulo"),
        ("UTC", "31 Dec 2027, 16:00 UTC"),
    ],
)
def test_one_instant_is_said_in_every_zone(zone, text):
    assert said(CLOSES, zone) == text


def test_midnight_in_utc_is_the_beginning_of_its_day():
    assert said(datetime(2027, 1, 1, tzinfo=UTC), "UTC") == "1 Jan 2027, 00:00 UTC"


def test_seconds_are_said_where_there_are_any():
    assert said(CLOSES - timedelta(seconds=1), "Asia/Shanghai") == "31 Dec 2027, 23:59:59 Beijing"


def test_the_instant_itself_has_passed():
    assert not deadline(microseconds=1).passed
    assert deadline().passed
    assert deadline(microseconds=-1).passed


@pytest.mark.parametrize(
    "left, text",
    [
        ({"days": 12, "hours": 3}, "12 days 3 h left"),
        ({"days": 1}, "1 day 0 h left"),
        ({"hours": 23, "minutes": 59}, "23 h 59 min left"),
        ({"minutes": 1, "seconds": 1}, "1 min 1 s left"),
        ({"seconds": 0}, "passed"),
        ({"days": -1}, "passed"),
    ],
)
def test_what_is_left_is_said(left, text):
    assert deadline(**left).left_text == text


@pytest.mark.parametrize(
    "hours, tone",
    [(72.01, ""), (72, "amber"), (3.01, "amber"), (3, "cinnabar"), (-1, "cinnabar")],
)
def test_the_nearer_the_louder(hours, tone):
    assert deadline(hours=hours).tone == tone
