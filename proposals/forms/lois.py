from collections.abc import Iterable
from datetime import datetime

from allauth.account.forms import ReauthenticateForm
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.models import Organisation, User
from proposals.models import LetterOfIntent


class BeginForm(forms.Form):
    """For which organisation, under which principal investigator."""

    team = forms.ChoiceField(
        label=gettext_lazy("Organisation and principal investigator"),
        help_text=gettext_lazy("The letter is the organisation's; the PI named here leads it."),
    )

    source = forms.ChoiceField(
        label=gettext_lazy("Begin with"),
        help_text=gettext_lazy(
            "What fits this call is taken over; you are shown what does not. Files and declarations are made anew."
        ),
        required=False,
    )

    def __init__(
        self,
        data=None,
        *,
        teams: dict[Organisation, list[User]],
        sources: Iterable[LetterOfIntent] = (),
    ):
        super().__init__(data)
        self.sources = {source.key: source for source in sources}
        if self.sources:
            earlier = [(key, f"{loi} ({loi.call.code})") for key, loi in self.sources.items()]
            self.fields["source"].choices = [
                ("", _("an empty letter")),
                (_("an earlier letter"), earlier),
            ]
        else:
            del self.fields["source"]
        self.teams = {
            f"{organisation.key}:{pi.key}": (organisation, pi)
            for organisation, people in teams.items()
            for pi in people
        }
        self.fields["team"].choices = [
            (team, f"{organisation.name}: {pi.name}")
            for team, (organisation, pi) in self.teams.items()
        ]

    def clean(self):
        cleaned = super().clean()
        source = self.sources.get(cleaned.get("source"))
        if source and "team" in cleaned and source.organisation != self.chosen[0]:
            owner = source.organisation.name
            self.add_error(
                "source",
                _("That letter is of %(owner)s: it is taken over by the same organisation only.")
                % {"owner": owner},
            )
        return cleaned

    @property
    def earlier(self) -> LetterOfIntent | None:
        return self.sources.get(self.cleaned_data.get("source"))

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
        self.fields["password"].help_text = _("This acts for your organisation: confirm it is you.")
