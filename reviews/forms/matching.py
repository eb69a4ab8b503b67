import csv
import io
from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from proposals.models import Call
from reviews.forms.panel import DueForm

MOST_BYTES = 500_000


class MatchingForm(forms.Form):
    """What the matcher is asked: reviewers a case, and whether countries are spread."""

    per_case = forms.IntegerField(
        label=_("Reviewers a case"), min_value=1, max_value=9,
        help_text=_("A case on which more have accepted keeps them."),
    )  # fmt: skip
    every_keyword = forms.TypedChoiceField(
        label=_("A case needs a reviewer who knows"),
        choices=(("first", _("its first keyword")), ("all", _("each of its keywords"))),
        coerce=lambda value: value == "all",
        initial="first",
        empty_value=False,
        required=False,
    )
    one_a_country = forms.BooleanField(
        label=_("At most one reviewer of a country a case, none of its own"), required=False
    )

    def __init__(self, *args, call: Call, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["per_case"].initial = call.reviewers_least
        self.fields["one_a_country"].initial = True


class ApplyForm(DueForm):
    """Which of the proposed changes are made, and when the new reviews are due."""

    add = forms.MultipleChoiceField(required=False)
    drop = forms.MultipleChoiceField(required=False)
    presenters = forms.BooleanField(
        label=_("Name a primary and a secondary reviewer where a case has neither"),
        required=False,
        initial=True,
    )

    def __init__(self, *args, add: list[str], drop: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["add"].choices = [(one, one) for one in add]
        self.fields["drop"].choices = [(one, one) for one in drop]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [tuple(one.split(":")) for one in self.cleaned_data["add"]]


class PairForm(forms.Form):
    """A case and a reviewer whom the matcher keeps together, or apart."""

    case = forms.ChoiceField(label=_("Case"))
    reviewer = forms.ChoiceField(label=_("Reviewer"))
    together = forms.TypedChoiceField(
        label=_("The matcher keeps them"),
        choices=(("on", _("together, whatever fits better")), ("off", _("apart"))),
        coerce=lambda value: value == "on",
    )

    def __init__(self, *args, cases: Mapping[str, str], people: Mapping[str, str], **kwargs):
        """`cases` and `people` give what is said of each by its key."""
        super().__init__(*args, **kwargs)
        self.fields["case"].choices = [("", "—"), *cases.items()]
        self.fields["reviewer"].choices = [("", "—"), *people.items()]


class TableForm(forms.Form):
    """An assignment as a table: a line a pair, reference of the case and address of the reviewer."""

    file = forms.FileField(
        label=_("Table (CSV)"),
        help_text=_("Columns “case” and “reviewer”: a reference and an e-mail address a line."),
    )

    def __init__(self, *args, cases: Mapping[str, str], people: Mapping[str, str], **kwargs):
        """`cases` and `people` give the keys by reference and by address."""
        super().__init__(*args, **kwargs)
        self.cases, self.people = cases, people

    def clean_file(self) -> list[tuple[str, str]]:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(
                _now("The table has %(size)s bytes; at most %(most)s are read.")
                % {"size": f"{upload.size:,}", "most": f"{MOST_BYTES:,}"}
            )
        try:
            text = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_now("The table is not UTF-8 text.")) from error
        try:
            return self._pairs(csv.DictReader(io.StringIO(text, newline="")))
        except csv.Error as error:
            raise forms.ValidationError(
                _now("The table cannot be read: %(why)s.") % {"why": error}
            ) from error

    def _pairs(self, rows: csv.DictReader) -> list[tuple[str, str]]:
        if not {"case", "reviewer"} <= set(rows.fieldnames or ()):
            raise forms.ValidationError(
                _now(
                    "The first line must name the columns “case” and “reviewer”; it says “%(line)s”."
                )
                % {"line": ", ".join(rows.fieldnames or ())[:80]}
            )
        pairs, errors = [], []
        for number, row in enumerate(rows, 2):
            case, person = (row["case"] or "").strip(), (row["reviewer"] or "").strip().lower()
            if case not in self.cases:
                values = {"n": number, "case": case[:40]}
                errors.append(_now("Line %(n)s: “%(case)s” is no open case of the call.") % values)
            elif person not in self.people:
                values = {"n": number, "person": person[:60]}
                errors.append(
                    _now("Line %(n)s: “%(person)s” is no reviewer of the panel.") % values
                )
            else:
                pairs.append([self.cases[case], self.people[person]])
        if errors:
            raise forms.ValidationError(errors[:20])
        return sorted({tuple(pair) for pair in pairs})
