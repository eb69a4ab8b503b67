from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from portal import notices
from proposals.models import Call, LetterOfIntent

# Before the closing: what each reminder is called, the longest first.
BEFORE = (
    ("T-7d", timedelta(days=7)),
    ("T-48h", timedelta(hours=48)),
    ("T-3h", timedelta(hours=3)),
)
# Before a term of what follows a decision.
DAYS_BEFORE = tuple((f"T-{days}d", timedelta(days=days)) for days in (14, 7, 2))
UNFILED = ("draft", "awaiting_signature")


def occasion(until: datetime, now: datetime, *, before: tuple[tuple[str, timedelta], ...]) -> str:
    """The latest reminder that is due of a term, with its instant, so that more time reminds anew; "" for none."""
    due = [name for name, ahead in before if until - ahead <= now < until]
    return f"{due[-1]}:{until:%Y%m%dT%H%M%S}" if due else ""


@transaction.atomic
def remind(call: Call, *, now: datetime) -> int:
    """Write the reminder that is due to everybody who has not filed, or not what is being written; how many are new.

    Due and not yet written, never due exactly now: a clock that stood still
    overnight reminds in the morning, with the latest one only. The occasion
    carries the closing instant, so that an amended call reminds anew, and a
    letter that a late ticket admits is reminded of the ticket's.
    """
    soon = now + BEFORE[0][1]
    near = Q(ticket__until__gt=now, ticket__until__lte=soon)
    if now < call.closes_at <= soon:
        near = Q()  # for all of them; each letter's own closing decides below
    unfiled = Q(state__in=UNFILED) | ~Q(working_copy="")
    near_closing = LetterOfIntent.objects.filter(near, unfiled, call=call)
    written = 0
    for loi in near_closing.select_related("organisation", "call", "pi", "ticket", "filing"):
        loi.call = call
        if due := occasion(loi.closes_at, now, before=BEFORE):
            notice = "loi_copy_reminder" if loi.working_copy else "loi_reminder"
            written += len(notices.post(notice, loi, now=now, occasion=due))
    return written
