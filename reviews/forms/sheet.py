from decimal import Decimal, InvalidOperation

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.text import plain
from proposals import queries as proposals
from proposals.models import Criterion
from proposals.resources import SLOTS
from reviews import queries, sheets
from reviews.models import Assignment

SCALE = [plain(n * sheets.STEP) for n in range(11)]
MOST_FINDINGS = 12
CONFIDENCE = (
    (1, gettext_lazy("1: I know the field in general")),
    (2, gettext_lazy("2: I work near it")),
    (3, gettext_lazy("3: it is my own field")),
)
NOT_YET = ("", gettext_lazy("not yet"))


class Half(forms.Field):
    """A score from 0 to 5 in halves, or where the call allows it: does not apply. Empty is not given yet."""

    widget = forms.RadioSelect

    def __init__(self, criterion: Criterion, **options):
        super().__init__(required=False, **options)
        self.criterion = criterion
        choices = [NOT_YET, *zip(SCALE, SCALE, strict=True)]
        if criterion.optional:
            choices.append((sheets.NOT_APPLICABLE, gettext_lazy("does not apply")))
        self.widget.choices = choices

    def prepare_value(self, value: object) -> str:
        return plain(value) if isinstance(value, Decimal) else str(value or "")

    def to_python(self, value: object) -> Decimal | str | None:
        if value in self.empty_values:
            return None
        if value == sheets.NOT_APPLICABLE and self.criterion.optional:
            return sheets.NOT_APPLICABLE
        try:
            score = Decimal(str(value).strip().replace(",", "."))
        except InvalidOperation:
            score = None
        if score is None or not sheets.on_the_scale(score):
            raise forms.ValidationError(
                _("%(code)s: %(value)s is not on the scale from 0 to 5 in halves.")
                % {"code": self.criterion.code, "value": str(value)[:20]}
            )
        return score


class FindingForm(forms.Form):
    """One row of a criterion's findings; without a text it is no finding."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            ("strength", gettext_lazy("strength")),
            ("weakness", gettext_lazy("weakness")),
        ],
        required=False,
    )
    major = forms.BooleanField(label=gettext_lazy("major"), required=False)
    confidential = forms.BooleanField(label=gettext_lazy("panel only"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Finding"), required=False, max_length=sheets.MOST_KEPT
    )


class SheetForm(forms.Form):
    """What one person writes on a case, as far as it is written: findings for each criterion."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    risk = forms.ChoiceField(
        label=gettext_lazy("Risk"),
        choices=[NOT_YET, *Assignment.Risk.choices],
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Apart from the scores, and never averaged with them."),
    )

    def __init__(
        self,
        data=None,
        *,
        assignment: Assignment,
        sheet: sheets.Sheet,
        standing: dict,
        more: str = "",
    ):
        """`sheet` is what stands, `standing` its fields besides the findings.

        `more` is the code of a criterion that gets another empty row.
        """
        self.assignment = assignment
        self.criteria = queries.criteria_of(assignment)
        self.closed = queries.closed_criteria(assignment)
        # What is not written now goes on as it is saved, whatever is posted.
        kept = {code: line for code, line in assignment.content.items() if code in self.closed}
        self.kept = sheets.read(kept)
        initial = {"version": assignment.version, "risk": sheet.risk, **standing}
        super().__init__(data, initial=initial)
        self.findings: dict[str, list[FindingForm]] = {}
        for criterion in self.criteria:
            code, given = criterion.code, sheet.of(criterion.code)
            if code in self.closed:
                self.findings[code] = []
                continue
            number = _rows(data, code) if data is not None else len(given) + (not given)
            number = min(number + (more == code), MOST_FINDINGS)
            self.findings[code] = [
                FindingForm(
                    data,
                    prefix=f"{code}-{place}",
                    initial=_values(given[place]) if data is None and place < len(given) else None,
                )
                for place in range(number)
            ]

    def is_valid(self) -> bool:
        rows = [row.is_valid() for row in self.rows]
        return super().is_valid() and all(rows)

    @property
    def rows(self) -> list[FindingForm]:
        return [row for rows in self.findings.values() for row in rows]

    @cached_property
    def spare(self) -> dict[str, FindingForm]:
        """An empty row a criterion, for the page to copy."""
        return {c.code: FindingForm(prefix=f"{c.code}-__n__") for c in self.criteria}

    @property
    def drafts(self) -> tuple[sheets.FindingDraft, ...]:
        typed = (
            sheets.FindingDraft(
                criterion=code,
                strength=row.cleaned_data["kind"] != "weakness",
                text=row.cleaned_data["text"],
                major=row.cleaned_data["major"],
                confidential=row.cleaned_data["confidential"],
            )
            for code, rows in self.findings.items()
            for row in rows
            if row.cleaned_data["text"]
        )
        return (*self.kept.findings, *typed)


class ReviewForm(SheetForm):
    """A score sheet: a score a criterion, and how well the reviewer knows the field."""

    confidence = forms.TypedChoiceField(
        label=gettext_lazy("Your expertise on this case"),
        choices=[NOT_YET, *CONFIDENCE],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, data=None, *, sheet: sheets.Sheet, **given):
        standing = {f"score_{code}": value for code, value in sheet.scores.items()}
        standing |= {f"score_{code}": sheets.NOT_APPLICABLE for code in sheet.not_applicable}
        standing["confidence"] = sheet.confidence
        super().__init__(data, sheet=sheet, standing=standing, **given)
        for criterion in self.criteria:
            if criterion.code in self.closed:
                continue
            label = f"{criterion.code} {criterion.title}"
            self.fields[f"score_{criterion.code}"] = Half(criterion, label=label)

    @property
    def written(self) -> sheets.Sheet:
        given = {
            c.code: self.cleaned_data[f"score_{c.code}"]
            for c in self.criteria
            if c.code not in self.closed
        }
        absent = tuple(code for code, value in given.items() if value == sheets.NOT_APPLICABLE)
        scores = {code: value for code, value in given.items() if code not in absent}
        return sheets.Sheet(
            scores={**self.kept.scores, **scores},
            not_applicable=(*self.kept.not_applicable, *absent),
            findings=self.drafts,
            confidence=self.cleaned_data["confidence"],
            risk=self.cleaned_data["risk"],
        )


class ReportForm(SheetForm):
    """An assessor's report: no scores, but whether it fits, and figures beside the letter's."""

    accommodation = forms.ChoiceField(
        label=gettext_lazy("Accommodation"),
        choices=[NOT_YET, *Assignment.Accommodation.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=gettext_lazy("Report"),
        required=False,
        max_length=sheets.MOST_KEPT,
        help_text=gettext_lazy("How it would be accommodated, what would have to change, and why."),
    )

    def __init__(self, data=None, *, sheet: sheets.Sheet, **given):
        standing = {"accommodation": sheet.accommodation, "text": sheet.text}
        for code, figure in sheet.figures.items():
            standing |= {f"amount_{code}": figure.amount, f"reason_{code}": figure.reason}
        super().__init__(data, sheet=sheet, standing=standing, **given)
        for resource in self.asked:
            self.fields[f"amount_{resource.code}"] = forms.DecimalField(
                label=_("%(resource)s as assessed") % {"resource": resource.label},
                min_value=0,
                max_digits=12,
                decimal_places=resource.places,
                required=False,
            )
            self.fields[f"reason_{resource.code}"] = forms.CharField(
                label=_("Why it differs"), required=False, max_length=500
            )

    @cached_property
    def asked(self) -> dict:
        """What the letter asks, {resource: amount}, of what can be reckoned again."""
        demands = proposals.demands(self.assignment.loi)
        return {of.kind: amount for of, amount in demands.items() if of.kind is not SLOTS}

    @property
    def figures(self) -> list[dict]:
        found = []
        for resource, asked in self.asked.items():
            amount, reason = self[f"amount_{resource.code}"], self[f"reason_{resource.code}"]
            found.append(
                {
                    "resource": resource,
                    "asked": resource.amount(asked),
                    "amount": amount,
                    "reason": reason,
                    "fields": (amount, reason),
                }
            )
        return found

    @property
    def written(self) -> sheets.Sheet:
        data = self.cleaned_data
        return sheets.Sheet(
            findings=self.drafts,
            risk=data["risk"],
            accommodation=data["accommodation"],
            text=data["text"],
            figures={
                r.code: sheets.Figure(data[f"amount_{r.code}"], data[f"reason_{r.code}"])
                for r in self.asked
            },
        )


def sheet_form(data=None, *, assignment: Assignment, more: str = "") -> ReviewForm | ReportForm:
    """The form of what this person writes on the case, beginning from what is saved."""
    kind = ReportForm if assignment.assessed else ReviewForm
    saved = sheets.read(assignment.content)
    return kind(data, assignment=assignment, sheet=saved, more=more)


def _values(finding: sheets.FindingDraft) -> dict:
    return {
        "kind": "strength" if finding.strength else "weakness",
        "major": finding.major,
        "confidential": finding.confidential,
        "text": finding.text,
    }


def _rows(data, code: str) -> int:
    """How many rows of a criterion came with the request."""
    places = [place for place in range(MOST_FINDINGS) if f"{code}-{place}-text" in data]
    return max(places, default=0) + 1
