from datetime import datetime, timedelta

from django.db import transaction

from portal import notices
from proposals.models import Call, LetterOfIntent

# Before the closing: what each reminder is called, the longest first.
BEFORE = (
    ("T-7d", timedelta(days=7)),
    ("T-48h", timedelta(hours=48)),
    ("T-3h", timedelta(hours=3)),
)


@transaction.atomic
def remind(call: Call, *, now: datetime) -> int:
    """Write the reminder that is due to everybody who has not filed; how many are new.

    Due and not yet written, never due exactly now: a clock that stood still
    overnight reminds in the morning, with the latest one only. The occasion
    carries the closing instant, so that an amended call reminds anew.
    """
    due = [name for name, before in BEFORE if call.closes_at - before <= now < call.closes_at]
    if not due:
        return 0
    written = 0
    unfiled = LetterOfIntent.objects.filter(call=call, state__in=["draft", "awaiting_signature"])
    for loi in unfiled.select_related("organisation", "call", "pi"):
        occasion = f"{due[-1]}:{call.closes_at:%Y%m%dT%H%M%S}"
        written += len(notices.post("loi_reminder", loi, now=now, occasion=occasion))
    return written
