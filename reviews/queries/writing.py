from collections.abc import Iterator
from dataclasses import dataclass

from portal.text import Text, say
from proposals.models import Criterion, LetterOfIntent
from reviews import scoring, sheets
from reviews.models import Assignment, Revision


@dataclass(frozen=True, slots=True)
class Owed:
    """What a sheet still needs, and the part of its page where that is written."""

    at: str
    sentence: Text

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sheet is written: criteria judged of all, findings owed, the rest in words."""

    scored: int
    criteria: int
    findings: int
    owed: tuple[Owed, ...]


def criteria_of(assignment: Assignment) -> list[Criterion]:
    """What is judged on a sheet: by an assessor only what is technical, where the call says so."""
    criteria = list(assignment.loi.call.criteria.all())
    technical = [criterion for criterion in criteria if criterion.technical]
    return technical or criteria if assignment.assessed else criteria


def closed_criteria(assignment: Assignment) -> frozenset[str]:
    """What of a sheet is not written now, where applicants are hidden: before the names
    are open, what is judged by name; after that, all the rest."""
    if not assignment.loi.call.hides_applicants or assignment.assessed:
        return frozenset()
    criteria = criteria_of(assignment)
    if not any(criterion.needs_names for criterion in criteria):
        return frozenset()
    opened = assignment.names_opened_at is not None
    return frozenset(c.code for c in criteria if c.needs_names != opened)


def owed_before_names(assignment: Assignment) -> list[Owed]:
    """What is owed on the criteria that are judged without knowing who applies."""
    blind = {c.code for c in criteria_of(assignment) if not c.needs_names}
    return [one for one in progress(assignment).owed if one.at in blind]


def progress(assignment: Assignment) -> Progress:
    """What a sheet still needs before it can be locked, in the order of its page."""
    sheet, criteria = sheets.read(assignment.content), criteria_of(assignment)
    if assignment.assessed:
        done = sum(bool(sheet.of(criterion.code)) for criterion in criteria)
        owed = tuple(_owed_by_an_assessor(sheet, criteria))
        lacking = sum(one.at in {c.code for c in criteria} for one in owed)
        return Progress(done, len(criteria), lacking, owed)
    judged = {code for code, value in sheet.scores.items() if value is not None}
    judged |= set(sheet.not_applicable)
    owed = tuple(_owed(sheet, criteria))
    lacking = sum(one.at in judged for one in owed)
    return Progress(sum(c.code in judged for c in criteria), len(criteria), lacking, owed)


def locked_before(loi: LetterOfIntent) -> set[int]:
    """The sheets of a case of which something was locked, though they may be written on again."""
    held = Revision.objects.filter(assignment__loi=loi, lock__isnull=False)
    return set(held.values_list("assignment", flat=True))


def owed(assignment: Assignment) -> tuple[Owed, ...]:
    return progress(assignment).owed


def _owed(sheet: sheets.Sheet, criteria: list[Criterion]) -> Iterator[Owed]:
    for criterion in criteria:
        code, findings = criterion.code, sheet.of(criterion.code)
        score = sheet.scores.get(code)
        if code in sheet.not_applicable:
            if not findings:
                yield Owed(
                    code, say("%(code)s: a finding is owed: why it does not apply", code=code)
                )
        elif score is None:
            yield Owed(
                code, say("%(code)s %(title)s: no score yet", code=code, title=criterion.title)
            )
        else:
            strengths = sum(finding.strength for finding in findings)
            major = sum(finding.major for finding in findings)
            lacking = scoring.finding_owed(score, strengths, len(findings) - strengths, major)
            if lacking:
                yield Owed(code, say("%(code)s: %(what)s", code=code, what=lacking))
        yield from _too_long(code, findings)
    if criteria and {c.code for c in criteria} <= set(sheet.not_applicable):
        yield Owed(criteria[0].code, say("at least one criterion applies to a case"))
    if not sheet.risk:
        yield Owed("risk", say("the risk is not rated"))
    if sheet.confidence is None:
        yield Owed("confidence", say("your expertise on the case is not stated"))


def _owed_by_an_assessor(sheet: sheets.Sheet, criteria: list[Criterion]) -> Iterator[Owed]:
    if not sheet.accommodation:
        yield Owed("accommodation", say("it is not said whether it fits"))
    for criterion in criteria:
        findings = sheet.of(criterion.code)
        if not findings:
            yield Owed(criterion.code, say("%(code)s: a finding is owed", code=criterion.code))
        yield from _too_long(criterion.code, findings)
    for code, figure in sheet.figures.items():
        if figure.amount is not None and not figure.reason:
            yield Owed(f"figure-{code}", say("a figure of your own needs its reason"))
    if not sheet.risk:
        yield Owed("risk", say("the risk is not rated"))
    if not sheet.text:
        yield Owed("text", say("the report has no text yet"))


def _too_long(code: str, findings: list[sheets.FindingDraft]) -> Iterator[Owed]:
    for finding in findings:
        if len(finding.text) > sheets.MOST_CHARACTERS:
            yield Owed(
                code,
                say(
                    "%(code)s: a finding has %(n)s characters, of at most %(most)s",
                    code=code,
                    n=len(finding.text),
                    most=sheets.MOST_CHARACTERS,
                ),
            )
