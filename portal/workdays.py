"""Working days: Monday to Friday in a zone. No calendar of holidays is kept, and none is guessed."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5
DAY = timedelta(days=1)


def after(start: datetime, days: int, zone: str) -> datetime:
    """The end (24:00 in the zone) of the so-many-th working day after the day of `start`.

    An instant at 24:00 belongs to the day that ends.

    >>> friday = datetime(2027, 4, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    >>> after(friday, 1, "Asia/Shanghai").isoformat()
    '2027-04-06T00:00:00+08:00'
    """
    found = _day(start, zone)
    while days:
        found += DAY
        days -= found.weekday() < SATURDAY
    return datetime.combine(found + DAY, datetime.min.time(), ZoneInfo(zone))


def passed(start: datetime, now: datetime, zone: str) -> int:
    """How many working days after the day of `start` have ended by `now`: `after`, turned round."""
    first, last = _day(start, zone), now.astimezone(ZoneInfo(zone)).date()
    whole = max(0, (last - first).days - 1)
    weeks, rest = divmod(whole, 7)
    return 5 * weeks + sum(
        (first + DAY * (number + 1)).weekday() < SATURDAY for number in range(rest)
    )


def _day(instant: datetime, zone: str) -> date:
    return (instant - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()
