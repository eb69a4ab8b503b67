"""What the panel found of a case, as it is handed down from `reviews` and kept."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """Counts of a case's reviews at one moment; conflicted ones are in none of them.

    The technical assessors and their locked reports are counted apart.
    """

    assigned: int
    locked: int
    consensus_due: tuple[str, ...] = ()  # why a consensus must be written down, in words
    consensus: str = ""
    assessors: int = 0
    reports: int = 0


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """`mean` on the scale of 0 to 5; `word` is what the applicant reads."""

    code: str
    title: str
    weight: int
    mean: Decimal
    word: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Cleared for the applicant: no reviewer's name, nothing confidential."""

    criterion: str
    strength: bool
    major: bool
    text: str


@dataclass(frozen=True, slots=True)
class PanelResult:
    """The basis of a decision: totals are points of 100."""

    mean: Decimal | None
    sd: Decimal | None
    rank: int | None
    criteria: tuple[CriterionResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    consensus: str = ""
