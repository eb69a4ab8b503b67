from decimal import Decimal

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.text import Text, say
from proposals.models import Demand, LetterOfIntent

OTHER = "other"
RULES = {
    "incomplete": say("A letter of intent must be complete."),
    "out_of_scope": say("A letter of intent must lie in the scope of the call."),
}


class ScreeningForm(forms.Form):
    compliant = forms.ChoiceField(
        label=_("Complete and eligible"),
        choices=[("yes", _("Yes: it goes to review")), ("no", _("No: a rule is broken"))],
        widget=forms.RadioSelect,
    )
    rule = forms.ChoiceField(
        label=_("The rule that is broken"),
        required=False,
        help_text=_("Needed for a no. The letter quotes it."),
    )
    other_rule = forms.CharField(label=_("Another rule"), max_length=200, required=False)
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For a no: the reason, as the letter gives it. Never name other cases."),
    )

    def __init__(self, *args, loi: LetterOfIntent, **kwargs):
        super().__init__(*args, **kwargs)
        self.demands = sorted(loi.filing.demands.all(), key=lambda d: d.allocation_id)
        self.fields["rule"].choices = [("", _("None")), *self._rules().items(), (OTHER, _("Other"))]
        for demand in self.demands:
            self._add_figure(demand)

    def _rules(self) -> dict[str, Text]:
        rules = {}
        for demand in self.demands:
            limit = demand.allocation.limit
            rules[f"over_{limit.resource.code}"] = say(
                "One module may have at most %(most)s (%(basis)s).",
                most=limit.resource.amount(limit.most),
                basis=limit.resource.basis,
            )
        return {**rules, **RULES}

    def _add_figure(self, demand: Demand) -> None:
        resource = demand.allocation.kind
        self.fields[f"assessed_{resource.code}"] = forms.DecimalField(
            label=_now("%(resource)s as assessed, %(unit)s %(basis)s")
            % {"resource": resource.label, "unit": resource.unit, "basis": resource.basis},
            required=False,
            min_value=0,
            max_digits=12,
            decimal_places=resource.places,
            help_text=_now("Filed: %(amount)s. Leave empty where that holds.")
            % {"amount": demand.said},
        )
        self.fields[f"reason_{resource.code}"] = forms.CharField(
            label=_now("Reason for the other figure"), max_length=500, required=False
        )

    def figures(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        codes = [demand.allocation.resource for demand in self.demands]
        return [(self[f"assessed_{code}"], self[f"reason_{code}"]) for code in codes]

    def clean(self) -> dict:
        data = super().clean()
        if data.get("compliant") == "no":
            if not data.get("rule"):
                self.add_error("rule", _now("Name the rule that is broken."))
            if data.get("rule") == OTHER and not data.get("other_rule", "").strip():
                self.add_error("other_rule", _now("Write the rule as the call states it."))
            if len(data.get("note", "").strip()) < 20:
                self.add_error(
                    "note",
                    _now("The reason has %(n)s characters; the letter needs at least 20.")
                    % {"n": len(data.get("note", "").strip())},
                )
        for demand in self.demands:
            self._check_figure(data, demand)
        return data

    def _check_figure(self, data: dict, demand: Demand) -> None:
        limit = demand.allocation.limit
        code = limit.resource.code
        amount = data.get(f"assessed_{code}")
        if amount is not None and len(data.get(f"reason_{code}", "").strip()) < 10:
            self.add_error(
                f"reason_{code}",
                _now("Say in at least 10 characters why %(amount)s and not %(filed)s.")
                % {"amount": limit.resource.amount(amount), "filed": demand.said},
            )
        counted = demand.amount if amount is None else amount
        if data.get("compliant") == "yes" and counted is not None and counted > limit.most:
            self.add_error(
                "compliant",
                _now("%(amount)s is more than the %(most)s one module may have.")
                % {
                    "amount": limit.resource.amount(counted),
                    "most": limit.resource.amount(limit.most),
                },
            )

    def values(self) -> dict:
        """What the service takes. The rule is kept in the language letters are written in."""
        data = self.cleaned_data
        compliant = data["compliant"] == "yes"
        with translation.override("en"):
            rule = (
                "" if compliant else str({**self._rules(), OTHER: data["other_rule"]}[data["rule"]])
            )
        assessed: dict[str, tuple[Decimal, str]] = {}
        for demand in self.demands:
            code = demand.allocation.resource
            amount = data.get(f"assessed_{code}")
            if amount is not None and amount != demand.amount:
                assessed[code] = (amount, data[f"reason_{code}"].strip())
        return {
            "compliant": compliant,
            "rule": rule.strip(),
            "note": data["note"].strip(),
            "assessed": assessed,
        }
