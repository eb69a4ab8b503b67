"""When a request arrived, and by whose clock."""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest

from portal import clock
from portal.door import CAME_AT


def instant(request: HttpRequest) -> datetime:
    """What counts for a deadline: the proxy's stamp, else when it came to our door.

    A clock read in the view would refuse, under overload, most of those who
    were on time.
    """
    return stamp(request) or clock.now() - waited(request)


def stamp(request: HttpRequest) -> datetime | None:
    """What a trusted proxy has stamped; the header of anybody else is not looked at."""
    if request.META.get("REMOTE_ADDR") not in settings.TRUSTED_PROXIES:
        return None
    seconds = request.headers.get("X-Request-Start", "").removeprefix("t=")
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def waited(request: HttpRequest) -> timedelta:
    """How long ago it came to the door of this process."""
    came_at = request.META.get(CAME_AT)
    return timedelta(seconds=time.monotonic() - came_at) if came_at else timedelta(0)


def skew(request: HttpRequest) -> dict[str, float]:
    """By how many seconds the proxy's and the database's clock are ahead of this machine's.

    The proxy's is seen by what the way to the door took, too: milliseconds.
    """
    here = clock.machine()
    found = {"database": clock.database() - here}
    if stamped := stamp(request):
        found["proxy"] = stamped - (here - waited(request))
    return {name: round(ahead.total_seconds(), 3) for name, ahead in found.items()}
