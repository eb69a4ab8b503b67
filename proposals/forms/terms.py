from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from proposals.forms.calls import CallForm
from proposals.models import Allocation, Criterion, Platform
from proposals.resources import RESOURCES
from proposals.sections import SECTIONS

MOST_ROWS = 40


class Rows(forms.BaseFormSet):
    """Rows of a table that work without a script: an empty row is none, DELETE leaves one out."""

    more = 0

    def __init__(self, *args, more: int = 0, **kwargs):
        self.more = more
        super().__init__(*args, **kwargs)

    def initial_form_count(self) -> int:
        """Of what was posted none counts as initial, so that every empty row may be empty."""
        return 0 if self.is_bound else super().initial_form_count()

    def total_form_count(self) -> int:
        if self.is_bound:
            return min(super().total_form_count(), MOST_ROWS)
        return min(max(self.initial_form_count(), 1) + self.more, MOST_ROWS)

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Leave out")
        form.fields["DELETE"].widget.attrs["class"] = "form-check-input"

    def filled(self) -> list[forms.Form]:
        return [
            form
            for form in self.forms
            if form.has_changed() and not form.cleaned_data.get("DELETE", False)
        ]


def choice() -> forms.Select:
    return forms.Select(attrs={"class": "form-select"})


def number() -> forms.NumberInput:
    return forms.NumberInput(attrs={"class": "form-control", "step": "any"})


def words(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"class": "form-control", "rows": rows})


class AllocationForm(forms.Form):
    platform = forms.ModelChoiceField(None, label=_("Platform"), widget=choice())
    resource = forms.ChoiceField(label=_("Resource"), widget=choice())
    capacity = forms.DecimalField(
        label=_("Offered"), max_digits=12, decimal_places=3, widget=number()
    )
    held_back = forms.DecimalField(
        label=_("Held back"),
        max_digits=12,
        decimal_places=3,
        min_value=0,
        required=False,
        widget=number(),
    )
    module_cap = forms.DecimalField(
        label=_("Most for one module"),
        max_digits=12,
        decimal_places=3,
        required=False,
        widget=number(),
    )

    def __init__(self, *args, platforms, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["platform"].queryset = platforms
        self.fields["platform"].label_from_instance = lambda platform: (
            f"{platform.mission}: {platform}"
        )
        units = [(code, f"{one.label}, {one.unit}") for code, one in RESOURCES.items()]
        self.fields["resource"].choices = [("", "---------"), *units]

    def clean(self) -> dict:
        data = super().clean()
        resource = RESOURCES.get(data.get("resource"))
        if resource is None:
            return data
        for name in ("capacity", "held_back", "module_cap"):
            value = data.get(name)
            if value is not None and value != round(value, resource.places):
                self.add_error(
                    name,
                    _now("%(amount)s is finer than it is counted: %(n)s decimals at most.")
                    % {"amount": resource.amount(value), "n": resource.places},
                )
        capacity = data.get("capacity")
        if capacity is None:
            return data
        if capacity <= 0:
            self.add_error("capacity", _now("More than 0 must be offered."))
            return data
        if (data.get("held_back") or 0) > capacity:
            self.add_error(
                "held_back",
                _now("%(held)s held back is more than the %(offered)s offered.")
                % {
                    "held": resource.amount(data["held_back"]),
                    "offered": resource.amount(capacity),
                },
            )
        cap = data.get("module_cap")
        if cap is not None and not 0 < cap <= capacity:
            self.add_error(
                "module_cap",
                _now("%(cap)s for one module is not between 0 and the %(offered)s offered.")
                % {"cap": resource.amount(cap), "offered": resource.amount(capacity)},
            )
        return data


class BaseAllocationRows(Rows):
    def __init__(self, *args, form: CallForm, **kwargs):
        self.call_form = form
        platforms = Platform.objects.select_related("mission").order_by("mission__position", "code")
        super().__init__(*args, form_kwargs={"platforms": platforms}, **kwargs)

    def clean(self) -> None:
        mission = getattr(self.call_form, "cleaned_data", {}).get("mission")
        seen = set()
        for form in self.filled():
            platform, resource = (form.cleaned_data.get(name) for name in ("platform", "resource"))
            if platform and mission and platform.mission_id != mission.pk:
                form.add_error(
                    "platform",
                    _now("This platform belongs to %(other)s, the call to %(mission)s.")
                    % {"other": platform.mission, "mission": mission},
                )
            if platform and resource and (platform, resource) in seen:
                form.add_error("resource", _now("This resource is offered in another row already."))
            seen.add((platform, resource))
        if not self.filled():
            raise forms.ValidationError(
                _now("The call offers nothing: fill in one row of what a platform can carry.")
            )

    def rows(self) -> list[Allocation]:
        return [
            Allocation(
                platform=form.cleaned_data["platform"],
                resource=form.cleaned_data["resource"],
                capacity=form.cleaned_data["capacity"],
                held_back=form.cleaned_data["held_back"] or Decimal(0),
                module_cap=form.cleaned_data["module_cap"],
            )
            for form in self.filled()
        ]


# The columns of a criterion that stand in its form as they are kept.
CRITERION = (
    "code",
    "title",
    "question",
    "weight",
    "threshold",
    "needs_names",
    "optional",
    "technical",
    "about",
)


class CriterionForm(forms.Form):
    code = forms.RegexField(
        r"^[A-Z][A-Z0-9]{0,3}$",
        label=_("Code"),
        widget=forms.TextInput(attrs={"class": "form-control", "size": "3"}),
        error_messages={"invalid": _("Write a letter and digits, as C1.")},
    )
    title = forms.CharField(label=_("Criterion"), max_length=100, widget=words())
    question = forms.CharField(label=_("What it asks"), max_length=300, widget=words())
    weight = forms.IntegerField(label=_("Weight"), min_value=1, max_value=100, widget=number())
    threshold = forms.DecimalField(
        label=_("Threshold"),
        min_value=0,
        max_value=5,
        max_digits=2,
        decimal_places=1,
        required=False,
        widget=number(),
    )
    needs_names = forms.BooleanField(
        label=_("Judged by name"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    optional = forms.BooleanField(
        label=_("It need not apply to every case"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    technical = forms.BooleanField(
        label=_("Technical assessors write findings on it"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    about = forms.MultipleChoiceField(
        label=_("The parts of the letter it is about"),
        choices=[(section.name, section.label) for section in SECTIONS[:-1]],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    anchors = forms.CharField(
        label=_("What the marks mean"),
        help_text=_(
            "A line a mark, as “5: flown in this form”. The words of the scale hold where there is none."
        ),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )

    @property
    def short(self) -> list[forms.BoundField]:
        """What stands in the columns of the table; the rest under each row."""
        return [self[name] for name in (*CRITERION[:6], "DELETE")]

    def clean_anchors(self) -> dict[str, str]:
        """{mark: words} of the lines that were typed."""
        found = {}
        for line in self.cleaned_data["anchors"].splitlines():
            mark, _colon, said = (part.strip() for part in line.partition(":"))
            if not line.strip():
                continue
            if mark not in {*"012345"} or not said:
                raise forms.ValidationError(
                    _now("“%(line)s” is not a whole mark from 0 to 5, a colon and its words.")
                    % {"line": line.strip()[:40]}
                )
            found[mark] = said
        return dict(sorted(found.items()))

    def clean_threshold(self) -> Decimal | None:
        found = self.cleaned_data["threshold"]
        if found is not None and found * 2 != int(found * 2):
            raise forms.ValidationError(_now("Scores go in halves: 0, 0.5, 1, to 5."))
        return found


class BaseCriterionRows(Rows):
    def clean(self) -> None:
        filled = self.filled()
        seen = set()
        for form in filled:
            code = form.cleaned_data.get("code")
            if code in seen:
                form.add_error("code", _now("%(code)s stands in two rows.") % {"code": code})
            seen.add(code)
        weights = [form.cleaned_data.get("weight") for form in filled]
        if None not in weights and sum(weights) != 100:
            message = _now("The weights add to %(sum)s; they must add to 100.") % {
                "sum": sum(weights)
            }
            if not filled:
                raise forms.ValidationError(message)
            filled[-1].add_error("weight", message)

    def rows(self) -> list[Criterion]:
        names = (*CRITERION, "anchors")
        return [
            Criterion(**{name: form.cleaned_data[name] for name in names}) for form in self.filled()
        ]


AllocationRows = forms.formset_factory(
    AllocationForm, formset=BaseAllocationRows, can_delete=True, max_num=MOST_ROWS
)
CriterionRows = forms.formset_factory(
    CriterionForm, formset=BaseCriterionRows, can_delete=True, max_num=MOST_ROWS
)
