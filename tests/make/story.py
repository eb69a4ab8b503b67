"""The instants of the story that most tests take part in."""

from datetime import UTC, date, datetime, timedelta

from django.db import models

from portal import files
from portal.models import Event
from portal.services import delivery

SECOND = timedelta(seconds=1)
DRAFTED = datetime(2026, 12, 1, 8, tzinfo=UTC)
PUBLISHED = datetime(2026, 12, 15, 8, tzinfo=UTC)
OPENS = datetime(2027, 1, 3, 16, tzinfo=UTC)  # 4 January, 0:00 in Beijing
DURING = datetime(2027, 3, 1, 9, tzinfo=UTC)
CLOSES = datetime(2027, 3, 31, 16, tzinfo=UTC)  # 31 March, 24:00 in Beijing
GRACE_S = 5
CLOSED = CLOSES + timedelta(seconds=GRACE_S)
ASKED = datetime(2027, 4, 1, 8, tzinfo=UTC)  # a Thursday
SCREENED = datetime(2027, 4, 5, 8, tzinfo=UTC)
REVIEWED = datetime(2027, 5, 10, 8, tzinfo=UTC)
DECIDED = datetime(2027, 6, 15, 8, tzinfo=UTC)
APPROVED = datetime(2027, 6, 20, 8, tzinfo=UTC)
RELEASE_ON = date(2027, 6, 30)
RELEASED = datetime(2027, 6, 30, 2, tzinfo=UTC)  # 10:00 in Beijing, on that day


def again(obj: models.Model):
    """The same row, loaded anew."""
    return type(obj)._default_manager.get(pk=obj.pk)


def latest() -> datetime:
    """The last instant at which anything happened."""
    return Event.objects.order_by("-at").values_list("at", flat=True).first() or DRAFTED


def settle(now: datetime | None = None) -> None:
    """Do what the bells ask for: send every message that is owed by then, sweep what is nobody's."""
    while delivery.deliver(now or latest()):
        pass
    files.sweep(now or latest())  # of the tests before this one, too
