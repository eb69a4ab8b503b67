from datetime import datetime

from allauth.account.forms import ReauthenticateForm
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


class FileForm(ReauthenticateForm):
    """The second key: the password once more, unless it was `proved` minutes ago."""

    def __init__(self, *args, proved: datetime | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.proved = proved
        if proved:
            del self.fields["password"]
            return
        self.fields["password"].label = _("Your password")
        self.fields["password"].help_text = _(
            "Filing acts for your organisation: confirm it is you."
        )
