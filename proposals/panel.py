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
    unagreed: tuple[str, ...] = ()  # those of them that name a criterion still without agreed score


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """What counts, on the scale of 0 to 5: the mean, or the score the panel agreed on.

    `word` is what the applicant reads of it.
    """

    code: str
    title: str
    weight: int
    mean: Decimal
    word: str
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Cleared for the applicant: no reviewer's name, nothing confidential."""

    criterion: str
    strength: bool
    major: bool
    text: str


@dataclass(frozen=True, slots=True)
class PanelResult:
    """The basis of a decision: totals are points of 100.

    `mean` and `sd` are of the totals as the reviewers gave them; `total`, with
    the agreed scores in place, is what ranked. `risks` is how each review and
    each assessor's report rates it (low, medium, high); nobody averages that.
    """

    mean: Decimal | None
    sd: Decimal | None
    rank: int | None
    criteria: tuple[CriterionResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    consensus: str = ""
    total: Decimal | None = None
    risks: tuple[str, ...] = ()
