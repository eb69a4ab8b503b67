"""What is typed of a place on the panel: by the secretary who offers it, by the person who takes it."""

from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import countries, roles
from portal.models import Organisation
from proposals.models import Call
from reviews.forms.panel import helper
from reviews.models import PanelMember

KNOWS = (
    (0, gettext_lazy("not")),
    (1, gettext_lazy("1 in general")),
    (2, gettext_lazy("2 well")),
    (3, gettext_lazy("3 my own field")),
)
MOST_ABSENCES = 3


def day(label, **options) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **options)


class InviteForm(forms.Form):
    """A place that is offered: to a person by a verified address, or to whoever proves it."""

    email = forms.EmailField(
        label=gettext_lazy("Email address"),
        help_text=gettext_lazy(
            "The person accepts signed in with this address; whoever has no account registers with it first."
        ),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=roles.PANEL, initial="reviewer")
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Organisation"),
        queryset=Organisation.objects.none(),
        required=False,
        help_text=gettext_lazy("Where the person works: conflicts are found from it."),
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    keywords = forms.MultipleChoiceField(
        label=gettext_lazy("Keywords"),
        help_text=gettext_lazy("What you expect; the person says how well they know each."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    quota = forms.IntegerField(
        label=gettext_lazy("Cases at most"), min_value=1, max_value=60, initial=8
    )
    writes_from = day(gettext_lazy("Reviews are planned from"))
    writes_until = day(gettext_lazy("until"))

    def __init__(self, *args, call: Call, **options):
        super().__init__(*args, **options)
        self.helper = helper()
        self.fields["organisation"].queryset = Organisation.objects.order_by("name")
        self.fields["country"].choices = [("", "—"), *countries.choices()]
        self.fields["keywords"].choices = call.keywords

    def clean(self) -> dict:
        given = super().clean()
        since, until = given.get("writes_from"), given.get("writes_until")
        if since and until and until < since:
            self.add_error("writes_until", _("It ends before it begins."))
        return given


class PlaceForm(forms.Form):
    """How well each keyword of the call is known, how many cases at most, and when away."""

    def __init__(self, *args, place: PanelMember, **options):
        super().__init__(*args, **options)
        self.place, self.scores = place, place.role != roles.CHAIR
        for code, label in place.call.keywords if self.scores else ():
            self.fields[f"knows_{code}"] = forms.TypedChoiceField(
                label=label,
                choices=KNOWS,
                coerce=int,
                empty_value=0,
                required=False,
                initial=place.keywords.get(code) or 0,
                widget=forms.RadioSelect({"class": "form-check-input mt-0"}),
            )
        if self.scores:
            self.fields["quota"] = forms.IntegerField(
                label=_("Cases at most"), min_value=1, max_value=60, initial=place.quota
            )
        for number in range(MOST_ABSENCES):
            held = place.absences[number] if number < len(place.absences) else (None, None)
            self.fields[f"away_{number}_from"] = day(_("Away from"), initial=held[0])
            self.fields[f"away_{number}_until"] = day(_("until"), initial=held[1])

    def clean(self) -> dict:
        given = super().clean()
        for number in range(MOST_ABSENCES):
            since, until = (given.get(f"away_{number}_{end}") for end in ("from", "until"))
            if bool(since) != bool(until) and not (
                {f"away_{number}_from", f"away_{number}_until"} & self.errors.keys()
            ):
                self.add_error(f"away_{number}_until", _("Give both days, or neither."))
            elif since and until and until < since:
                self.add_error(f"away_{number}_until", _("It ends before it begins."))
        if self.scores and not self.errors and not self.keywords:
            self.add_error(None, _("Say of at least one keyword how well you know it."))
        return given

    @property
    def known(self) -> list:
        """The fields of the keywords; those that the secretary named first."""
        named = self.place.keywords
        codes = sorted(dict(self.place.call.keywords), key=lambda code: code not in named)
        return [self[f"knows_{code}"] for code in codes] if self.scores else []

    @property
    def away_rows(self) -> list:
        return [
            (self[f"away_{number}_from"], self[f"away_{number}_until"])
            for number in range(MOST_ABSENCES)
        ]

    @property
    def keywords(self) -> dict[str, int]:
        rated = {
            code: self.cleaned_data.get(f"knows_{code}")
            for code, _label in self.place.call.keywords
        }
        return {code: level for code, level in rated.items() if level}

    @property
    def away(self) -> list[tuple[date, date]]:
        rows = [
            tuple(self.cleaned_data[f"away_{number}_{end}"] for end in ("from", "until"))
            for number in range(MOST_ABSENCES)
        ]
        return sorted(row for row in rows if row[0])

    def told(self) -> dict:
        """What the services take; a chair says only when away."""
        given = {"away": self.away}
        if self.scores:
            given |= {"keywords": self.keywords, "quota": self.cleaned_data["quota"]}
        return given
