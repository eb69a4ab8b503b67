from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.text import plain
from proposals import content as document
from proposals import queries
from proposals.forms.calls import DayField
from proposals.models import Allocation, Decision

MOST_CONDITIONS = 12
POSITIVE = {Decision.Outcome.SELECTED, Decision.Outcome.CONDITIONAL}


class ConditionForm(forms.Form):
    """One condition of a conditional selection; empty is none."""

    text = forms.CharField(
        label=gettext_lazy("Condition"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    owner = forms.CharField(label=gettext_lazy("Owner"), required=False, max_length=100)
    due_on = DayField(label=gettext_lazy("Due"), required=False)

    def clean(self) -> dict:
        given = super().clean()
        if not any(given.values()):
            return given
        for name, field in self.fields.items():
            if name not in self.errors and not given.get(name):
                self.add_error(name, _("Needed: %(label)s.") % {"label": field.label})
        return given


class Amount(forms.CharField):
    """A number as people type it, a decimal comma included."""

    def clean(self, value: str) -> Decimal | None:
        typed = super().clean(value)
        if not typed:  # which is possible only where it need not be given
            return None
        amount = document.number(typed)
        if amount is None:
            raise forms.ValidationError(
                _("“%(value)s” is not a number.") % {"value": typed[:20]}, code="number"
            )
        if -amount.as_tuple().exponent > 3 or abs(amount) >= 10**9:
            raise forms.ValidationError(_("At most three decimals, and less than 10⁹."))
        return amount


class DecisionForm(forms.Form):
    """What is to become of a case: outcome, the reason of the letter, what is granted."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[one for one in Decision.Outcome.choices if one[0] != Decision.Outcome.MERGED],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the outcomes.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason, as the letter gives it"),
        help_text=gettext_lazy("At least 20 characters. The applicant reads it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    waiver = forms.CharField(
        label=gettext_lazy("Why the high risk is accepted"),
        help_text=gettext_lazy(
            "At least 20 characters where it is selected. Whoever approves reads it; no letter has it."
        ),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    instead_of = forms.CharField(required=False, widget=forms.HiddenInput, max_length=12)

    def __init__(
        self,
        data=None,
        *,
        demands: dict[Allocation, Decimal],
        standing: Decision | None,
        promotes: bool = False,
    ):
        """`promotes` a case on the reserve list: it is selected, or stays there."""
        grants = {g.allocation_id: g for g in standing.grants.all()} if standing else {}
        initial = {"instead_of": standing.key if standing else ""}
        if standing:
            initial |= {
                "outcome": standing.outcome,
                "reason": standing.reason,
                "waiver": standing.waiver,
            }
        super().__init__(data, initial=initial)
        if promotes:
            self.fields["outcome"].choices = [
                (value, label) for value, label in Decision.Outcome.choices if value in POSITIVE
            ]
        self.demands = demands
        for allocation, asked in demands.items():
            grant, resource = grants.get(allocation.pk), allocation.resource
            self.fields[f"granted_{resource}"] = Amount(
                label=allocation.kind.label,
                initial=plain(grant.amount if grant else asked),
                max_length=20,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
            )
            self.fields[f"reason_{resource}"] = forms.CharField(
                label=gettext_lazy("Reason, where it is less than asked"),
                initial=grant.reason if grant else "",
                required=False,
                max_length=300,
            )
        given = queries.still_asked(standing) if standing else []
        number = _conditions(data) if data is not None else max(1, len(given))
        if data is not None and "add_condition" in data:
            number = min(number + 1, MOST_CONDITIONS)
        self.conditions = [
            ConditionForm(
                data,
                prefix=f"condition-{place}",
                initial=given[place] if data is None and place < len(given) else None,
            )
            for place in range(number)
        ]

    def is_valid(self) -> bool:
        rows = [row.is_valid() for row in self.conditions]
        return super().is_valid() and all(rows)

    def grants(self) -> list[dict]:
        """The rows of what is granted: the allocation, what is asked, the two fields."""
        return [
            {
                "allocation": allocation,
                "asked": plain(asked),
                "amount": self[f"granted_{allocation.resource}"],
                "reason": self[f"reason_{allocation.resource}"],
            }
            for allocation, asked in self.demands.items()
        ]

    def granted(self) -> dict[str, tuple[Decimal, str]]:
        return {
            allocation.resource: (
                self.cleaned_data[f"granted_{allocation.resource}"],
                self.cleaned_data[f"reason_{allocation.resource}"],
            )
            for allocation in self.demands
        }

    def agreed(self) -> list[dict]:
        """The conditions, as a decision keeps them."""
        return [
            {
                "text": row.cleaned_data["text"],
                "owner": row.cleaned_data["owner"],
                "due_on": row.cleaned_data["due_on"].isoformat(),
            }
            for row in self.conditions
            if row.cleaned_data["text"]
        ]


class ReaccommodationForm(DecisionForm):
    """What another mission is to give a selected case; it begins with what the other asks and is not met."""

    def __init__(
        self,
        data=None,
        *,
        demands: dict[Allocation, Decimal],
        standing: Decision | None,
        former: Decision,
    ):
        """`standing` is what is prepared to move it, `former` what is in force."""
        super().__init__(data, demands=demands, standing=standing or former, promotes=True)
        del self.fields["waiver"]
        self.initial["instead_of"] = standing.key if standing else ""
        if standing is None:
            self.initial["reason"] = ""
            if not queries.still_asked(former):  # all that was asked is met
                self.initial["outcome"] = Decision.Outcome.SELECTED


def _conditions(data) -> int:
    places = [place for place in range(MOST_CONDITIONS) if f"condition-{place}-text" in data]
    return max(places, default=0) + 1
