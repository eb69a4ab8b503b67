"""The form of a letter of intent, built from `proposals.sections`: it reads what was typed.

Nothing is judged here but how much a draft may hold; `proposals.checks` says
what is wrong with it, and the draft keeps it all the same.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import countries, currencies
from proposals import content as document
from proposals import reading
from proposals.checks import Problem
from proposals.sections import Field, Rows, Section
from proposals.terms import Terms

MOST_CHARACTERS = 20_000
MOST_ROWS = 40
MOST_TICKS = 100


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
    made.span = f"col-6 col-md-{field.span}" if field.span < 4 else f"col-md-{field.span}"
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
        case "currency":
            return Select({"class": "form-select"}, choices=[("", "—"), *currencies.choices()])
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
        case "text" | "long" if most and not field.shape:
            return _("at most %(most)s characters") % {"most": f"{most:,}"}
        case "integer" | "decimal":
            values = {"least": f"{least:,}", "most": f"{most:,}", "unit": field.unit}
            span = _("more than %(least)s, at most %(most)s %(unit)s")
            text = (span if field.above else _("%(least)s–%(most)s %(unit)s")) % values
            if not field.places:
                return text.strip()
            places = ngettext("%(n)s decimal", "%(n)s decimals", field.places)
            return text.strip() + ", " + places % {"n": field.places}
    return ""


class Asked:
    """Whether a field or table is shown, and on which fields of the same step that hangs.

    `when` is JSON for the script that shows and hides it while the answer is
    chosen, {name: [value]}; empty where nothing on this page could change it.
    """

    def __init__(self, item: Field | Rows, section: Section, content: dict, terms: Terms):
        self.hidden = not document.applies(item, content, terms)
        here, elsewhere = {}, []
        for named, values in item.when:
            place, _dot, name = named.partition(".")
            if place == section.name:
                here[name] = values
            else:
                elsewhere.append((named, values))
        fixed = replace(item, when=tuple(elsewhere))
        live = here and document.applies(fixed, content, terms)
        self.when = json.dumps(here) if live else ""


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

    @property
    def items(self) -> list[forms.BoundField | Table]:
        """Fields and tables in the order of the form."""
        tables = {table.name: table for table in self.tables}
        return [tables.get(item.name) or self.fields[item.name] for item in self.section.items]

    def is_valid(self) -> bool:
        judged = [self.fields.is_valid(), *(table.is_valid() for table in self.tables)]
        return all(judged)

    @property
    def values(self) -> dict:
        """The section as a draft keeps it."""
        tables = {table.name: table.values for table in self.tables}
        return {**self.fields.cleaned_data, **tables}

    def ask(self, content: dict, terms: Terms) -> None:
        """For the page: what does not apply to the draft as it stands, and each row in a few words."""
        for form in (self.fields, *(row for table in self.tables for row in table.forms)):
            for field in form.fields.values():
                field.asked = Asked(field.spec, self.section, content, terms)
        for table in self.tables:
            table.asked = Asked(table.rows, self.section, content, terms)
            for row in table.forms:
                said = [reading.value(field.field.spec, field.value(), terms) for field in row]
                row.says = " · ".join([text for text in said if text][:2])
                row.open = not row.says or bool(row.errors)

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
