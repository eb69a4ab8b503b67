from datetime import datetime, timedelta

from portal.models import User
from reviews.models import Visit

# Loading the page again a moment later is the same visit, and what is new stays new.
SAME = timedelta(minutes=30)


def visit(user: User, *, now: datetime) -> datetime | None:
    """Note that the person looks at their reviews; when they did so before, if ever.

    No act and no event: of two at once either is right.
    """
    seen, created = Visit.objects.get_or_create(user=user, defaults={"at": now})
    if not created and now - seen.at >= SAME:
        seen.at, seen.before = now, seen.at
        seen.save(update_fields=["at", "before"])
    return seen.before
