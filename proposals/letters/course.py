"""Letters on what befell a call or a selection: suspended, cancelled, an acceptance owed."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from portal.text import plain
from proposals.letters.frame import redress
from proposals.letters.words import both, day, instant, resource, unit
from proposals.models import LetterOfIntent, Project
from proposals.resources import RESOURCES


def suspended(
    loi: LetterOfIntent,
    *,
    dated: date,
    now: datetime,
    reason: str,
    source: str = "",
    until: date | None = None,
) -> dict:
    """`source` says who announced it and where; `until` is when the call is planned to go on."""
    return {"reason": reason, "source": source, "until": day(until) if until else None}


def cancelled(
    loi: LetterOfIntent,
    *,
    dated: date,
    now: datetime,
    reason: str,
    source: str = "",
    returned: Mapping[str, Decimal] | None = None,
) -> dict:
    """`returned` gives, by resource code, what was granted to the case and goes back."""
    return {
        "reason": reason,
        "source": source,
        "returned": _amounts(both("Goes back", "收回"), returned),
        "redress": redress(dated, loi.call),
    }


def agreement_reminder(
    loi: LetterOfIntent,
    *,
    dated: date,
    now: datetime,
    due_at: datetime,
    project: Project | None = None,
) -> dict:
    """`due_at` is the instant before which the selection is to be accepted, or the project that it leads."""
    words = {"due": instant(due_at, loi.call.zone)}
    if project:
        words["project"] = {"reference": project.reference, "title": project.title}
    return words


def _amounts(head: dict, amounts: Mapping[str, Decimal] | None) -> dict | None:
    if not amounts:
        return None
    return {
        "head": head,
        "rows": [
            {
                "resource": resource(RESOURCES[code]),
                "value": plain(amount),
                "unit": unit(RESOURCES[code]),
            }
            for code, amount in amounts.items()
        ],
    }
