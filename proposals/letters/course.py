"""Letters on what befell a call or a selection: suspended, cancelled, moved, an agreement owed."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from portal.text import plain
from proposals.letters.frame import redress
from proposals.letters.words import both, day, instant, resource, unit
from proposals.models import LetterOfIntent
from proposals.resources import RESOURCES

STEPS = {
    "accept": both(
        "Your authorised representative accepts the selection.", "由贵方授权代表确认接受入选。"
    ),
    "sign": both("The agreement is signed by both sides.", "由双方签署协议。"),
    "condition": both("A condition of the selection is met.", "满足入选条件。"),
}


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


def reaccommodated(
    loi: LetterOfIntent,
    *,
    dated: date,
    now: datetime,
    mission: str,
    reason: str,
    granted: Mapping[str, Decimal] | None = None,
) -> dict:
    """`mission` is the one it moves to; `granted`, by resource code, what it is given there."""
    return {
        "mission": mission,
        "reason": reason,
        "granted": _amounts(both("Granted", "批准"), granted),
        "redress": redress(dated, loi.call),
    }


def agreement_reminder(
    loi: LetterOfIntent, *, dated: date, now: datetime, due_at: datetime, step: str, what: str = ""
) -> dict:
    """`step` is one of STEPS; `what` names the condition where it is one."""
    return {
        "step": STEPS[step],
        "what": what,
        "lapses": step != "condition",
        "due": instant(due_at, loi.call.zone),
    }


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
