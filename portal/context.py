from django.conf import settings
from django.http import HttpRequest

from portal import cards


def navigation(request: HttpRequest) -> dict:
    """The places of the head of the page, by what this person may see."""
    user = getattr(request, "user", None)
    if user is None:
        return {}
    items = [item for source in cards.NAV_SOURCES for item in source(user)]
    here = [item for item in items if request.path.startswith(item.prefix)]
    nearest = max(here, key=lambda item: len(item.prefix), default=None)
    return {
        "nav_items": [
            {"label": item.label, "url": item.url, "active": item is nearest} for item in items
        ],
        "demonstration": settings.DEMONSTRATION,
        "server_now": getattr(request, "arrived_at", None),
    }
