from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from proposals import queries as proposals
from proposals.models import Allocation, LetterOfIntent
from proposals.resources import SLOTS
from reviews.forms.decisions import Amount


class MergeForm(forms.Form):
    """Several cases of a call, and the one project that they become."""

    cases = forms.MultipleChoiceField(
        label=gettext_lazy("Cases"),
        help_text=gettext_lazy("At least two. What was prepared on them before is void."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose the cases.")},
    )
    title = forms.CharField(label=gettext_lazy("Title of the project"), max_length=150)
    lead = forms.ChoiceField(
        label=gettext_lazy("Lead"), help_text=gettext_lazy("An organisation of one of the cases.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason, as the letters give it"),
        help_text=gettext_lazy("At least 20 characters. Every one of the applicants reads it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data=None, *, cases: list[LetterOfIntent], offered: list[Allocation]):
        super().__init__(data)
        self.known, self.offered = {loi.key: loi for loi in cases}, offered
        self.fields["cases"].choices = [(loi.key, _described(loi)) for loi in cases]
        self.leads = {loi.organisation.key: loi.organisation for loi in cases}
        self.fields["lead"].choices = [
            ("", ""),
            *((key, lead.name) for key, lead in self.leads.items()),
        ]
        for allocation in offered:
            kind = allocation.kind
            self.fields[f"granted_{kind.code}"] = Amount(
                label=f"{kind.label}, {kind.symbol}" if kind.symbol else kind.label,
                help_text=_("Empty: what the cases ask together."),
                required=False,
                max_length=20,
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )
            self.fields[f"reason_{kind.code}"] = forms.CharField(
                label=_("%(resource)s: reason, where it is less than asked")
                % {"resource": kind.label},
                required=False,
                max_length=300,
            )

    def clean_cases(self) -> list[LetterOfIntent]:
        return [self.known[key] for key in self.cleaned_data["cases"]]

    def clean_lead(self):
        return self.leads[self.cleaned_data["lead"]]

    def granted(self) -> dict[str, tuple[Decimal, str]]:
        """What is given where a figure is typed."""
        given = {of.resource: self.cleaned_data[f"granted_{of.resource}"] for of in self.offered}
        return {
            code: (amount, self.cleaned_data[f"reason_{code}"])
            for code, amount in given.items()
            if amount is not None
        }


def _described(loi: LetterOfIntent) -> str:
    asked = proposals.demands(loi).items()
    asks = ", ".join(of.kind.amount(amount) for of, amount in asked if of.kind is not SLOTS)
    parts = [f"{loi.reference} {loi.title}", loi.organisation.name, asks]
    return " · ".join(part for part in parts if part)
