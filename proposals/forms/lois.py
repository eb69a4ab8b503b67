from allauth.account.forms import ReauthenticateForm
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import countries
from portal.models import Organisation, User


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


class FileForm(ReauthenticateForm):
    """The second key: the password once more."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Your password")
        self.fields["password"].help_text = _(
            "Filing acts for your organisation: confirm it is you."
        )
