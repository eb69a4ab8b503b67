"""The frozen words of each letter: from rows to the context its template is rendered with.

A letter is rendered from its context alone, by the template of the version
that the context names: what is issued can be made again years later, in the
same words. A change of words is a new version beside the old one; version 1
was in English alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import translation

from portal.models import User
from proposals.letters import course, decisions, filings, screening
from proposals.letters.frame import AUTHORITY, OFFICE, frame, signatory, verification
from proposals.letters.passages import mended
from proposals.letters.words import day
from proposals.models import Letter, LetterOfIntent

TEMPLATE = 2


@dataclass(frozen=True, slots=True)
class Sort:
    """A kind of letter: who makes its words, who signs it, and what its issue tells."""

    build: Callable[..., dict]
    signed: dict | None = None  # the office for which whoever caused the letter signs it
    tells: str = ""  # the notice of its issue; none where the act that caused it has told


SORTS = {
    Letter.Kind.RECEIPT: Sort(filings.receipt, tells="receipt_ready"),
    Letter.Kind.WITHDRAWN: Sort(filings.withdrawn),
    Letter.Kind.CLARIFICATION: Sort(screening.clarification, OFFICE),
    Letter.Kind.INELIGIBLE: Sort(screening.ineligible, AUTHORITY, tells="ineligible_ready"),
    Letter.Kind.DECISION: Sort(decisions.decision, AUTHORITY),
    Letter.Kind.SUSPENDED: Sort(course.suspended, AUTHORITY),
    Letter.Kind.CANCELLED: Sort(course.cancelled, AUTHORITY),
    Letter.Kind.AGREEMENT_REMINDER: Sort(course.agreement_reminder),
}


def context(
    loi: LetterOfIntent,
    kind: str,
    *,
    number: str,
    code: str,
    dated: date,
    by: User | str,
    now: datetime,
    **facts: object,
) -> dict:
    """The words of a letter, frozen: values as the letter shows them, in the order of no locale."""
    sort = SORTS[kind]
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "template": TEMPLATE,
            **frame(loi, number, code, dated),
            **sort.build(loi, dated=dated, now=now, **facts),
        }
        if sort.signed and isinstance(by, User):
            words["signatory"] = signatory(by, sort.signed)
    return words


def corrected(
    letter: Letter,
    changes: Mapping[str, str],
    reason: str,
    *,
    number: str,
    code: str,
    dated: date,
    by: User,
) -> dict:
    """The words of a letter again, in its own version, with mended passages and why."""
    words = mended(letter.context, changes)
    return words | {
        "reference": number,
        "date": day(dated),
        "verification": verification(code),
        "signatory": words["signatory"] and words["signatory"] | {"name": by.name},
        "replaces": {"number": letter.number, "date": letter.context["date"], "why": reason},
    }


def template(letter: Letter) -> str:
    return f"letters/{letter.context.get('template', 1)}/{letter.kind}.html"


def title(letter: Letter) -> str:
    return f"{letter.number} {letter.loi.reference}"
