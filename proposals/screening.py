"""What a screening looks at, and how long a case has waited for it."""

from datetime import datetime

from portal import workdays
from proposals.models import Call, LetterOfIntent

TARGET_DAYS = 10


def target(call: Call) -> datetime:
    """Until when every case should have been screened: ten working days after the closing."""
    return workdays.after(call.closes_at, TARGET_DAYS, call.zone)


def since(loi: LetterOfIntent) -> datetime:
    """From when a case waits for its screening: the closing, or the end of the latest question."""
    ends = [
        answer.at if (answer := getattr(asked, "answer", None)) else asked.due_at
        for asked in loi.clarifications.all()
    ]
    return max([loi.call.closes_at, *ends])


def waited(loi: LetterOfIntent, now: datetime) -> int:
    """Whole working days that a case has waited."""
    return workdays.passed(since(loi), now, loi.call.zone)
