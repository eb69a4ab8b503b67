"""The form of a letter of intent, built from `proposals.sections`: it reads what was typed.

Nothing is judged here but how much a draft may hold; `proposals.checks` says
what is wrong with it, and the draft keeps it all the same.
"""

from collections.abc import Mapping

from allauth.account.forms import ReauthenticateForm
from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import countries
from portal.models import Organisation, User
from proposals import content as document
from proposals.checks import Problem
from proposals.sections import Field, Rows, Section
from proposals.terms import Terms

MOST_CHARACTERS = 20_000
MOST_ROWS = 40
MOST_TICKS = 100
# How wide the fields of a row stand, in twelfths.
SPANS = {
    "elements": (6, 3, 3, 5, 3, 4),
    "partners": (6, 6, 12),
    "people": (4, 4, 4),
    "objectives": (12,),
    "risks": (12, 3, 3, 6),
}


class Typed(forms.CharField):
    """A text as it was typed; line ends are counted once, as the browser counts them."""

    default_error_messages = {
        "max_length": gettext_lazy(
            "%(show_value)s characters; a draft keeps at most 20,000 a field."
        ),
    }

    def __init__(self, **options):
        super().__init__(required=False, strip=False, max_length=MOST_CHARACTERS, **options)

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")

    def widget_attrs(self, widget):
        return {}  # the limit of a draft is no limit for who types: see `Field.most`


class Ticks(forms.Field):
    """The ticked of a list as they came, those that are not on the list as well."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options):
        super().__init__(required=False, **options)
        self.widget.attrs["class"] = "form-check-input"

    def to_python(self, value):
        return [str(one) for one in value or ()]

    def validate(self, value):
        if len(value) > MOST_TICKS or any(len(one) > 100 or "\x00" in one for one in value):
            raise forms.ValidationError(
                _("At most %(most)s ticks of 100 characters are kept.") % {"most": MOST_TICKS}
            )


class Flag(forms.Field):
    widget = forms.CheckboxInput

    def __init__(self, **options):
        super().__init__(required=False, **options)
        self.widget.attrs["class"] = "form-check-input"

    def to_python(self, value):
        return "on" if value else ""


def section_form(section: Section, terms: Terms) -> type[forms.Form]:
    return _form(section.name, section.fields, terms)


def _form(name: str, fields: tuple[Field, ...], terms: Terms) -> type[forms.Form]:
    made = {field.name: _field(field, terms) for field in fields}
    return type(f"{name.title()}Form", (forms.Form,), made)


def _field(field: Field, terms: Terms) -> forms.Field:
    options = {"label": str(field.label), "help_text": str(field.help)}
    match field.kind:
        case "choices":
            made = Ticks(**options)
            made.widget.choices = [(code, str(label)) for code, label in terms.options(field)]
        case "flag":
            made = Flag(**options)
        case _:
            made = Typed(widget=_widget(field, terms), **options)
    made.spec = field
    made.limits = limits(field)
    return made


def _widget(field: Field, terms: Terms) -> forms.Widget:
    match field.kind:
        case "long":
            rows = 2 if (field.most or 0) <= 300 else 5 if field.most <= 1000 else 8
            return forms.Textarea({"class": "form-control", "rows": rows})
        case "choice":
            given = [(code, str(label)) for code, label in terms.options(field)]
            return Select({"class": "form-select"}, choices=[("", "—"), *given])
        case "country":
            return Select({"class": "form-select"}, choices=[("", "—"), *countries.choices()])
        case "integer":
            return forms.TextInput({"class": "form-control num", "inputmode": "numeric"})
        case "decimal":
            return forms.TextInput({"class": "form-control num", "inputmode": "decimal"})
        case "date":
            return DateInput({"class": "form-control num"})
    return forms.TextInput({"class": "form-control"})


class Select(forms.Select):
    """A list that keeps a value that is not on it."""

    def optgroups(self, name, value, attrs=None):
        groups = super().optgroups(name, value, attrs)
        known = {str(code) for code, _label in self.choices}
        for unknown in (one for one in value if one and one not in known):
            option = self.create_option(name, unknown, unknown[:40], True, len(groups))
            groups.append((None, [option], len(groups)))
        return groups


class DateInput(forms.TextInput):
    """The browser's calendar; plain text where what was typed is no date, so that it stays."""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        if not value or document.day(str(value)):
            context["widget"]["type"] = "date"
        else:
            context["widget"]["attrs"]["placeholder"] = "2028-05-31"
        return context


def limits(field: Field) -> str:
    """What may be typed, in a few words beside the field."""
    least, most = field.least, field.most
    match field.kind:
        case "text" | "long" if most and least:
            return _("%(least)s–%(most)s characters") % {"least": f"{least:,}", "most": f"{most:,}"}
        case "text" | "long" if most:
            return _("at most %(most)s characters") % {"most": f"{most:,}"}
        case "integer" | "decimal":
            values = {"least": f"{least:,}", "most": f"{most:,}", "unit": field.unit}
            text = _("%(least)s–%(most)s %(unit)s") % values
            if not field.places:
                return text.strip()
            places = ngettext("%(n)s decimal", "%(n)s decimals", field.places)
            return text.strip() + ", " + places % {"n": field.places}
    return ""


class Table:
    """A table of rows in the form: its row forms, from a draft or from what was posted."""

    def __init__(self, rows: Rows, terms: Terms, given: list[dict] | QueryDict | Mapping):
        self.rows, self.name, self.label, self.help = rows, rows.name, rows.label, rows.help
        self.form = _form(rows.name, rows.fields, terms)
        self.errors: list[str] = []
        if isinstance(given, list):
            data = {
                f"{self.name}-{place}-{name}": value
                for place, row in enumerate(given)
                for name, value in row.items()
            }
            count = max(len(given), 1 if rows.least else 0)
        else:
            data, count = given, self._count(given.get(f"{self.name}-rows", "0"))
        self.forms = [self.form(data, prefix=f"{self.name}-{n}") for n in range(count)]
        for form in self.forms:
            for field, span in zip(form.fields.values(), SPANS[rows.name], strict=True):
                field.span = f"col-6 col-md-{span}" if span < 4 else f"col-md-{span}"

    def _count(self, raw: str) -> int:
        asked = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 5 else 0
        if asked > MOST_ROWS:
            values = {"table": self.label, "count": asked, "most": MOST_ROWS}
            self.errors.append(
                _("%(table)s: %(count)s rows; a draft keeps at most %(most)s.") % values
            )
        return min(asked, MOST_ROWS)

    def is_valid(self) -> bool:
        judged = [form.is_valid() for form in self.forms]  # every one, so that each has its values
        return all(judged) and not self.errors

    @property
    def values(self) -> list[dict]:
        return [form.cleaned_data for form in self.forms]

    @property
    def full(self) -> bool:
        return len(self.forms) >= min(self.rows.most, MOST_ROWS)


class SectionForm:
    """One step of the form: its fields, its tables, and what was typed in both."""

    def __init__(self, section: Section, terms: Terms, given: Mapping):
        """`given` is the section of a draft, or what was posted (a QueryDict)."""
        self.section = section
        self.fields = section_form(section, terms)(given)
        posted = isinstance(given, QueryDict)
        self.tables = [
            Table(rows, terms, given if posted else list(given.get(rows.name, ())))
            for rows in section.rows
        ]

    def is_valid(self) -> bool:
        judged = [self.fields.is_valid(), *(table.is_valid() for table in self.tables)]
        return all(judged)

    @property
    def values(self) -> dict:
        """The section as a draft keeps it."""
        tables = {table.name: table.values for table in self.tables}
        return {**self.fields.cleaned_data, **tables}

    def show(self, problems: list[Problem]) -> None:
        """Put what `proposals.checks` found at the fields it is about."""
        self.is_valid()
        tables = {table.name: table for table in self.tables}
        for problem in problems:
            if problem.table and problem.row is not None:
                forms_of = tables[problem.table].forms
                form = forms_of[problem.row] if problem.row < len(forms_of) else None
            elif problem.field in tables:
                tables[problem.field].errors.append(str(problem.sentence))
                continue
            else:
                form = self.fields
            if form is None or problem.field not in form.fields:
                continue
            if problem.hard:
                form.add_error(problem.field, str(problem.sentence))
                attrs = form.fields[problem.field].widget.attrs
                attrs["class"] = f"{attrs.get('class', '')} is-invalid"
            else:
                form.fields[problem.field].warning = str(problem.sentence)

    @cached_property
    def refused(self) -> list[tuple[str, str, str]]:
        """(id, label, error) of every field that holds more than a draft keeps."""
        found = [("", "", error) for table in self.tables for error in table.errors]
        for form in (self.fields, *(row for table in self.tables for row in table.forms)):
            for field in form:
                found += [(field.auto_id, field.label, error) for error in field.errors]
        return found


def anchor(problem: Problem) -> str:
    """The id of the field a problem is about."""
    if problem.table and problem.row is not None:
        return f"id_{problem.table}-{problem.row}-{problem.field}"
    return f"id_{problem.field}"


class BeginForm(forms.Form):
    """For which organisation, under which principal investigator."""

    team = forms.ChoiceField(
        label=gettext_lazy("Organisation and principal investigator"),
        help_text=gettext_lazy("The letter is the organisation's; the PI named here leads it."),
    )

    def __init__(self, data=None, *, teams: dict[Organisation, list[User]]):
        super().__init__(data)
        self.teams = {
            f"{organisation.key}:{pi.key}": (organisation, pi)
            for organisation, people in teams.items()
            for pi in people
        }
        self.fields["team"].choices = [
            (team, f"{organisation.name}: {pi.name}")
            for team, (organisation, pi) in self.teams.items()
        ]

    @property
    def chosen(self) -> tuple[Organisation, User]:
        return self.teams[self.cleaned_data["team"]]


class OrganisationForm(forms.ModelForm):
    """An organisation as it registers itself, with the seats its first member takes."""

    own = forms.MultipleChoiceField(
        label=gettext_lazy("Your own roles there"),
        help_text=gettext_lazy("You become its owner. One person may hold both keys."),
        choices=(
            ("pi", gettext_lazy("I am a principal investigator (PI): I sign letters off")),
            ("aor", gettext_lazy("I am its authorised representative (AOR): I file for it")),
        ),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Organisation
        fields = ["name", "local_name", "kind", "country"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ChoiceField(
            label=gettext_lazy("Country"),
            help_text=gettext_lazy("Leave empty for an international organisation."),
            choices=[("", "—"), *countries.choices()],
            required=False,
        )
        self.fields["kind"].choices = [("", "—"), *Organisation.Kind.choices]
        self.fields["name"].help_text = gettext_lazy("As it should stand in letters.")
        self.fields["local_name"].help_text = gettext_lazy("In Chinese, Arabic, Cyrillic, …")

    def clean(self):
        cleaned = super().clean()
        international = cleaned.get("kind") == Organisation.Kind.INTERNATIONAL
        if international and cleaned.get("country"):
            self.add_error("country", _("An international organisation has no country."))
        elif cleaned.get("kind") and not international and not cleaned.get("country"):
            self.add_error("country", _("Choose the country of the organisation."))
        return cleaned

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if Organisation.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError(
                _("“%(name)s” is registered already: ask its owner for a seat.") % {"name": name}
            )
        return name


class AttachForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Signed letter (PDF)"),
        help_text=gettext_lazy("On letterhead, signed: at most 10 pages and 5 MB."),
        widget=forms.FileInput({"accept": ".pdf,application/pdf"}),
    )


class FileForm(ReauthenticateForm):
    """The second key: the password once more."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Your password")
        self.fields["password"].help_text = _(
            "Filing acts for your organisation: confirm it is you."
        )
