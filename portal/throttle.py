from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest


def allows(request: HttpRequest, name: str, *, most: int, now: datetime) -> bool:
    """Is this one of the first `most` requests of its address in this minute?

    The counts live in the database cache and are not exact between two
    processes: this keeps guessing slow, it is no quota.
    """
    key = f"throttle:{name}:{address(request)}:{int(now.timestamp()) // 60}"
    if cache.add(key, 1, 120):
        return True
    try:
        return cache.incr(key) <= most
    except ValueError:  # expired between the two questions
        return True


def address(request: HttpRequest) -> str:
    """Where the request comes from: of IPv6 the /64, as one household has all of it."""
    remote = request.META.get("REMOTE_ADDR", "")
    if remote in settings.TRUSTED_PROXIES:
        remote = request.headers.get("X-Forwarded-For", remote).rpartition(",")[2].strip()
    try:
        found = ip_address(remote)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False).network_address)
    return str(found)
