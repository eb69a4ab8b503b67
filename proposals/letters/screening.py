"""Letters of the screening: a question of fact, and a rule of the call that is not met."""

from datetime import date, datetime
from decimal import Decimal

from portal.text import plain
from proposals import queries
from proposals.letters.frame import redress
from proposals.letters.words import both, instant
from proposals.models import Clarification, LetterOfIntent
from proposals.resources import MASS


def ineligible(loi: LetterOfIntent, *, dated: date, now: datetime) -> dict:
    screening = loi.screening
    return {
        "rule": {
            "text": screening.rule,
            "source": both(f"Terms of the call {loi.call.code}", f"{loi.call.code} 征集条款"),
        },
        "numbers": [
            number
            for allocation, assessed in queries.demands(loi).items()
            if allocation.kind is MASS
            for number in _of_the_mass(loi, assessed, allocation.limit.most)
        ],
        "reason": screening.note,
        "redress": redress(dated, loi.call),
    }


def _of_the_mass(loi: LetterOfIntent, assessed: Decimal, most: Decimal) -> list[dict]:
    filed = Decimal(loi.filing.manifest["totals"]["mass"])
    found = [(both("Mass as filed, MEV", "申报质量（最大预期值）"), filed)]
    if assessed != filed:
        found.append((both("Mass as assessed, MEV", "审查认定质量（最大预期值）"), assessed))
    found.append((both("Most for one module", "单个模块上限"), most))
    return [
        {"label": label, "value": plain(value), "unit": "kg", "over": value > most}
        for label, value in found
    ]


def clarification(
    loi: LetterOfIntent, *, dated: date, now: datetime, clarification: Clarification
) -> dict:
    return {
        "round": str(clarification.round),
        "question": clarification.question,
        "due": instant(clarification.due_at, loi.call.zone),
    }
