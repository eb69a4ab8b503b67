from decimal import Decimal, InvalidOperation

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.text import plain
from reviews.models import Assignment
from reviews.services.sheets import STEP, FindingDraft

SCALE = [plain(n * STEP) for n in range(11)]
MOST_FINDINGS = 12
CONFIDENCE = (
    (1, gettext_lazy("1: I know the field in general")),
    (2, gettext_lazy("2: I work near it")),
    (3, gettext_lazy("3: it is my own field")),
)


class Half(forms.Field):
    """A score from 0 to 5 in halves; empty is not given yet."""

    widget = forms.RadioSelect

    def __init__(self, code: str, **options):
        super().__init__(required=False, **options)
        self.code = code
        self.widget.choices = [("", gettext_lazy("not yet")), *zip(SCALE, SCALE, strict=True)]

    def prepare_value(self, value: object) -> str:
        return plain(value) if isinstance(value, Decimal) else str(value or "")

    def to_python(self, value: object) -> Decimal | None:
        if value in self.empty_values:
            return None
        try:
            score = Decimal(str(value).strip().replace(",", "."))
        except InvalidOperation:
            score = None
        if score is None or not score.is_finite() or not (0 <= score <= 5 and score % STEP == 0):
            raise forms.ValidationError(
                _("%(code)s: %(value)s is not on the scale from 0 to 5 in halves.")
                % {"code": self.code, "value": str(value)[:20]}
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
        label=gettext_lazy("Finding"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SheetForm(forms.Form):
    """A score sheet, as far as it is written: a score and findings for each criterion."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    confidence = forms.TypedChoiceField(
        label=gettext_lazy("Your expertise on this case"),
        choices=[("", gettext_lazy("not yet")), *CONFIDENCE],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    risk = forms.ChoiceField(
        label=gettext_lazy("Risk"),
        choices=[("", gettext_lazy("not yet")), *Assignment.Risk.choices],
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Apart from the scores, and never averaged with them."),
    )

    def __init__(self, data=None, *, assignment: Assignment, more: str = ""):
        """`more` is the code of a criterion that gets another empty row."""
        self.criteria = list(assignment.loi.call.criteria.all())
        kept: dict[str, list[dict]] = {criterion.code: [] for criterion in self.criteria}
        for finding in assignment.findings.all():
            kept[finding.criterion.code].append(
                {
                    "kind": "strength" if finding.strength else "weakness",
                    "major": finding.major,
                    "confidential": finding.confidential,
                    "text": finding.text,
                }
            )
        initial = {
            "version": assignment.version,
            "confidence": assignment.confidence,
            "risk": assignment.risk,
        }
        initial |= {f"score_{s.criterion.code}": s.value for s in assignment.scores.all()}
        super().__init__(data, initial=initial)
        self.findings: dict[str, list[FindingForm]] = {}
        for criterion in self.criteria:
            code = criterion.code
            self.fields[f"score_{code}"] = Half(code, label=f"{code} {criterion.title}")
            given = kept[code]
            number = _rows(data, code) if data is not None else len(given) + (not given)
            number = min(number + (more == code), MOST_FINDINGS)
            self.findings[code] = [
                FindingForm(
                    data,
                    prefix=f"{code}-{place}",
                    initial=given[place] if data is None and place < len(given) else None,
                )
                for place in range(number)
            ]

    def is_valid(self) -> bool:
        rows = [row.is_valid() for row in self._every_row()]
        return super().is_valid() and all(rows)

    def _every_row(self) -> list[FindingForm]:
        return [row for rows in self.findings.values() for row in rows]

    def sheet(self) -> list[dict]:
        """The criteria in order, each with its score's field and the rows of its findings."""
        return [
            {
                "criterion": criterion,
                "score": self[f"score_{criterion.code}"],
                "rows": self.findings[criterion.code],
                "full": len(self.findings[criterion.code]) >= MOST_FINDINGS,
            }
            for criterion in self.criteria
        ]

    def scores(self) -> dict[str, Decimal | None]:
        return {c.code: self.cleaned_data[f"score_{c.code}"] for c in self.criteria}

    def drafts(self) -> list[FindingDraft]:
        return [
            FindingDraft(
                criterion=code,
                strength=row.cleaned_data["kind"] != "weakness",
                text=row.cleaned_data["text"],
                major=row.cleaned_data["major"],
                confidential=row.cleaned_data["confidential"],
            )
            for code, rows in self.findings.items()
            for row in rows
            if row.cleaned_data["text"]
        ]


def _rows(data, code: str) -> int:
    """How many rows of a criterion came with the request."""
    places = [place for place in range(MOST_FINDINGS) if f"{code}-{place}-text" in data]
    return max(places, default=0) + 1
