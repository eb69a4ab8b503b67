from collections.abc import Iterable, Mapping
from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.text import plain
from proposals.models import Decision
from reviews.forms.decisions import Amount

MOST_ROWS = 40
PAIRED = ("apart", "needs")
KINDS = (
    ("inside", _("is in")),
    ("outside", _("stays out")),
    ("apart", _("is not in together with")),
    ("needs", _("is in only with")),
)


class CaseRule(forms.Form):
    """One rule on a case, read as a sentence; empty is none."""

    case = forms.ChoiceField(label=_("Case"), required=False)
    kind = forms.ChoiceField(label=_("Rule"), choices=KINDS, required=False)
    other = forms.ChoiceField(label=_("Other case"), required=False)

    def __init__(self, *args, cases: Iterable[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("case", "other"):
            self.fields[name].choices = [("", "—"), *cases]

    def clean(self) -> dict:
        given = super().clean()
        case, kind, other = (given.get(name, "") for name in ("case", "kind", "other"))
        if other and not case:
            self.add_error("case", _now("Name the case of which this is the rule."))
        if case and kind in PAIRED and not other:
            self.add_error("other", _now("This rule is about two cases: name the other."))
        if case and case == other:
            self.add_error("other", _now("The two are the same case."))
        return given


class GroupRule(forms.Form):
    """At least, and at most, so many cases of a theme, a country or a level; empty is none."""

    group = forms.ChoiceField(label=_("Of"), required=False)
    least = forms.IntegerField(label=_("At least"), required=False, min_value=1, max_value=999)
    most = forms.IntegerField(label=_("At most"), required=False, min_value=0, max_value=999)

    def __init__(self, *args, groups: Mapping[str, str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", "—"), *groups.items()]

    def clean(self) -> dict:
        given = super().clean()
        group, least, most = (given.get(name) for name in ("group", "least", "most"))
        if not self.errors and group and least is None and most is None:
            self.add_error("least", _now("Give at least one of the two numbers."))
        if not group and (least is not None or most is not None):
            self.add_error("group", _now("Name the group that is counted."))
        if least is not None and most is not None and least > most:
            self.add_error(
                "most",
                _now("At least %(least)s and at most %(most)s cannot both hold.")
                % {"least": least, "most": most},
            )
        return given


class BudgetForm(forms.Form):
    """What of a budget can be given, if it were otherwise."""

    offered = Amount(label=_("Offered"), max_length=20)
    held_back = Amount(label=_("Held back"), max_length=20)
    cap = forms.CharField(label=_("At most for one case"), max_length=20, required=False)

    def clean_cap(self) -> Decimal | None:
        typed = self.cleaned_data["cap"]
        return Amount(max_length=20).clean(typed) if typed.strip() else None

    def clean(self) -> dict:
        given = super().clean()
        for name, value in list(given.items()):  # an error takes its field out
            if isinstance(value, Decimal) and value < 0:
                self.add_error(name, _now("Nothing under 0 can be offered or held back."))
        offered, held = given.get("offered"), given.get("held_back")
        if offered is not None and held is not None and held > offered:
            self.add_error(
                "held_back",
                _now("%(held)s held back are more than the %(offered)s offered.")
                % {"held": plain(held), "offered": plain(offered)},
            )
        return given


class ProposeForm(forms.Form):
    """What the proposer is asked: the budgets as they would be, and the rules of the set."""

    most = forms.IntegerField(
        label=_("Cases in the set, at most"), required=False, min_value=0, max_value=999
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=200, help_text=_("Such as “what if 190 kg”.")
    )

    def __init__(
        self,
        data=None,
        *,
        budgets: Iterable[Mapping],
        cases: Iterable[tuple[str, str]],
        groups: Mapping[str, str],
        rules: Mapping,
        note: str = "",
    ):
        """`budgets` and `rules` as `selection.inputs` has them: what the fields begin with."""
        super().__init__(data, initial={"most": rules.get("most"), "note": note})
        cases = list(cases)
        self.budgets = [
            (one, BudgetForm(data, prefix=f"budget-{one['code']}", initial=_begun(one)))
            for one in budgets
        ]
        singles = _singles(rules)
        self.case_rules = [
            CaseRule(data, prefix=f"rule-{place}", cases=cases, initial=_at(singles, place))
            for place in range(_number(data, "rule", len(singles)))
        ]
        shares = [
            dict(zip(("group", "least", "most"), share, strict=True))
            for share in rules.get("shares", [])
        ]
        self.group_rules = [
            GroupRule(data, prefix=f"share-{place}", groups=groups, initial=_at(shares, place))
            for place in range(_number(data, "share", len(shares)))
        ]

    @property
    def _rows(self) -> list[forms.Form]:
        return [*(form for _one, form in self.budgets), *self.case_rules, *self.group_rules]

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in self._rows]
        return super().is_valid() and all(valid)

    @property
    def wrong(self) -> list[forms.Form]:
        return [form for form in (self, *self._rows) if form.errors]

    def what_if(self) -> dict[str, dict]:
        return {one["code"]: form.cleaned_data for one, form in self.budgets}

    def rules(self) -> dict:
        found: dict = {"inside": [], "outside": [], "apart": [], "needs": []}
        for row in self.case_rules:
            given = row.cleaned_data
            if given["case"] and given["kind"] in PAIRED:
                pair = [given["case"], given["other"]]
                found[given["kind"]].append(sorted(pair) if given["kind"] == "apart" else pair)
            elif given["case"]:
                found[given["kind"]].append(given["case"])
        shares = [row.cleaned_data for row in self.group_rules if row.cleaned_data["group"]]
        return {
            **{kind: sorted(rows) for kind, rows in found.items()},
            "shares": [[one["group"], one["least"], one["most"]] for one in shares],
            "most": self.cleaned_data["most"],
        }


def _begun(budget: Mapping) -> dict[str, str]:
    names = ("offered", "held_back", "cap")
    return {name: "" if budget[name] is None else plain(Decimal(budget[name])) for name in names}


def _singles(rules: Mapping) -> list[dict]:
    return [
        *(
            {"case": one, "kind": kind}
            for kind in ("inside", "outside")
            for one in rules.get(kind, [])
        ),
        *(
            {"case": one, "kind": kind, "other": other}
            for kind in PAIRED
            for one, other in rules.get(kind, [])
        ),
    ]


def _at(rows: list[dict], place: int) -> dict | None:
    return rows[place] if place < len(rows) else None


def _number(data: Mapping | None, prefix: str, given: int) -> int:
    """The rows of the form: those that were sent and one more when asked, else one more than given."""
    if data is None:
        return min(given + 1, MOST_ROWS)
    sent = [place for place in range(MOST_ROWS) if f"{prefix}-{place}-{_first(prefix)}" in data]
    return min(max(sent, default=-1) + 1 + (f"add_{prefix}" in data), MOST_ROWS)


def _first(prefix: str) -> str:
    return "case" if prefix == "rule" else "group"


class ApplyForm(forms.Form):
    """The decisions to prepare from a scenario: an outcome and a reason a case, or one for all."""

    common = forms.CharField(
        label=_("Reason for all that have none of their own"),
        required=False,
        max_length=2000,
        help_text=_("At least 20 characters. The applicant reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    OUTCOMES = (
        ("", _("leave as it is")),
        *(
            (value, label)
            for value, label in Decision.Outcome.choices
            if value not in {Decision.Outcome.CONDITIONAL, Decision.Outcome.MERGED}
        ),
    )

    def __init__(self, data=None, *, rows: Iterable[Mapping]):
        """`rows` have the case's key, its outcome to begin with, and the standing decision's key."""
        super().__init__(data)
        self.rows = list(rows)
        for row in self.rows:
            key = row["key"]
            self.fields[f"outcome-{key}"] = forms.ChoiceField(
                label=_("Outcome"), choices=self.OUTCOMES, required=False, initial=row["outcome"]
            )
            self.fields[f"reason-{key}"] = forms.CharField(
                label=_("Reason"),
                required=False,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[f"instead-{key}"] = forms.CharField(
                required=False, max_length=12, initial=row["instead"], widget=forms.HiddenInput
            )
            if row["high"]:
                self.fields[f"waiver-{key}"] = forms.CharField(
                    label=_("Why the high risk is accepted"),
                    required=False,
                    max_length=1000,
                    initial=row["waiver"],
                    widget=forms.Textarea(attrs={"rows": 2}),
                )

    def clean(self) -> dict:
        given = super().clean()
        without = [
            row["reference"]
            for row in self.rows
            if given.get(f"outcome-{row['key']}") and not self._reason(row["key"])
        ]
        if without:
            self.add_error(
                "common",
                _now("Without a reason of their own: %(cases)s. Give each one, or one for all.")
                % {"cases": ", ".join(without)},
            )
        if not self.errors and not any(given.get(f"outcome-{row['key']}") for row in self.rows):
            raise forms.ValidationError(_now("Nothing is to be prepared: every case is left as it is."))  # fmt: skip
        return given

    def _reason(self, key: str) -> str:
        names = (f"reason-{key}", "common")
        return next(filter(None, (self.cleaned_data.get(name, "").strip() for name in names)), "")

    def intents(self) -> dict[str, dict[str, str]]:
        """Case key → what is meant for it, where it is not left as it is."""
        given = self.cleaned_data
        return {
            key: {
                "outcome": given[f"outcome-{key}"],
                "reason": self._reason(key),
                "instead_of": given[f"instead-{key}"],
                "waiver": given.get(f"waiver-{key}", ""),
            }
            for key in (row["key"] for row in self.rows)
            if given[f"outcome-{key}"]
        }

    def lines(self) -> list[dict]:
        names = ("outcome", "reason", "instead", "waiver")
        return [
            {
                "row": row,
                **{
                    name: self[f"{name}-{row['key']}"]
                    for name in names
                    if f"{name}-{row['key']}" in self.fields
                },
            }
            for row in self.rows
        ]
