from datetime import date

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.text import plain
from proposals.forms.calls import DayField


class ReleaseDayForm(forms.Form):
    """The day on which the results are to be released; every letter carries it as its date."""

    release_on = DayField(
        label=_("Day of the release"),
        help_text=_("In the call's time zone. Every letter carries this date."),
    )

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_release_on(self) -> date:
        found = self.cleaned_data["release_on"]
        if found < self.today:
            raise forms.ValidationError(
                _now("%(day)s has passed; today is %(today)s.")
                % {"day": plain(found), "today": plain(self.today)}
            )
        return found
