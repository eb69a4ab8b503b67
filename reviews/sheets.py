"""What one person writes on a case, as a value: kept, merged, compared, read again.

A sheet is kept as {name: value}, and what is empty is not in it: a criterion's
code has its score and its findings, the code of a resource the assessor's own
figure, and the rest are words. Two sheets are merged name by name, so that a
score never parts from the findings that bear it out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from portal import canonical

STEP = Decimal("0.5")
LOWEST, HIGHEST = Decimal(0), Decimal(5)
MOST_CHARACTERS = 1_000  # of a finding, before it can be locked
MOST_KEPT = 20_000  # of a text, however long it is
WORDS = ("risk", "accommodation", "text")


@dataclass(frozen=True, slots=True)
class FindingDraft:
    criterion: str
    strength: bool
    text: str
    major: bool = False
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """What an assessor reckons of a resource, in its unit, and why."""

    amount: Decimal | None
    reason: str = ""


@dataclass(frozen=True)
class Sheet:
    """A review: scores by criterion, None where there is none yet. An assessor's has no scores."""

    scores: Mapping[str, Decimal | None] = field(default_factory=dict)
    not_applicable: Collection[str] = ()
    findings: Sequence[FindingDraft] = ()
    confidence: int | None = None
    risk: str = ""
    accommodation: str = ""
    text: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def of(self, code: str) -> list[FindingDraft]:
        return [finding for finding in self.findings if finding.criterion == code]


def on_the_scale(value: Decimal) -> bool:
    return value.is_finite() and LOWEST <= value <= HIGHEST and value % STEP == 0


def content(sheet: Sheet) -> dict:
    """The sheet as it is kept; `read` is its inverse."""
    kept: dict = {}
    codes = [*sheet.scores, *sheet.not_applicable, *(one.criterion for one in sheet.findings)]
    for code in dict.fromkeys(codes):
        line: dict = {}
        if code in sheet.not_applicable:
            line["not_applicable"] = True
        elif sheet.scores.get(code) is not None:
            line["score"] = f"{sheet.scores[code]:.1f}"
        if findings := sheet.of(code):
            line["findings"] = [
                {
                    "strength": one.strength,
                    "major": one.major,
                    "confidential": one.confidential,
                    "text": one.text,
                }
                for one in findings
            ]
        if line:
            kept[code] = line
    for code, figure in sheet.figures.items():
        amount = "" if figure.amount is None else f"{figure.amount.normalize():f}"
        if amount or figure.reason:
            kept[code] = {"amount": amount, "reason": figure.reason}
    if sheet.confidence is not None:
        kept["confidence"] = sheet.confidence
    return kept | {name: words for name in WORDS if (words := getattr(sheet, name))}


def read(kept: Mapping) -> Sheet:
    lines = {name: value for name, value in kept.items() if isinstance(value, dict)}
    return Sheet(
        scores={code: Decimal(line["score"]) for code, line in lines.items() if "score" in line},
        not_applicable=tuple(code for code, line in lines.items() if "not_applicable" in line),
        findings=tuple(
            FindingDraft(criterion=code, **finding)
            for code, line in lines.items()
            for finding in line.get("findings", ())
        ),
        figures={
            code: Figure(Decimal(line["amount"]) if line["amount"] else None, line["reason"])
            for code, line in lines.items()
            if "amount" in line
        },
        confidence=kept.get("confidence"),
        **{name: kept.get(name, "") for name in WORDS},
    )


def digest(review: str, number: int, kept: Mapping) -> str:
    """SHA-256 of a locked version: the key of the review, the number of the lock, what it says."""
    return canonical.digest({"review": review, "number": number, "content": dict(kept)})


def together(mine: Mapping, saved: Mapping) -> dict:
    """One criterion with the score of `mine` and the findings of both, each once."""
    found = [*mine.get("findings", ()), *saved.get("findings", ())]
    once = [one for place, one in enumerate(found) if one not in found[:place]]
    return {**mine, "findings": once} if once else dict(mine)


def posted(kept: Mapping) -> Iterator[tuple[str, object]]:
    """A kept sheet as a browser posts it: (name, value) of every control that holds something."""
    for name, value in kept.items():
        if not isinstance(value, dict):
            yield name, value
            continue
        if "not_applicable" in value:
            yield f"score_{name}", NOT_APPLICABLE
        elif "score" in value:
            yield f"score_{name}", value["score"]
        if "amount" in value:
            yield f"amount_{name}", value["amount"]
            yield f"reason_{name}", value["reason"]
        for place, finding in enumerate(value.get("findings", ())):
            yield f"{name}-{place}-kind", "strength" if finding["strength"] else "weakness"
            yield f"{name}-{place}-text", finding["text"]
            for mark in ("major", "confidential"):
                if finding[mark]:
                    yield f"{name}-{place}-{mark}", "on"


NOT_APPLICABLE = "na"  # what the form posts; nothing is kept under it
