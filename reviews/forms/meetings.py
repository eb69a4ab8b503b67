from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.models import User
from reviews.forms.panel import InstantField
from reviews.models import Item

RANK, REFERENCE, DISPUTE = "rank", "reference", "dispute"
ORDERS = (
    (RANK, _("by rank")),
    (REFERENCE, _("by reference")),
    (DISPUTE, _("the most disputed first")),
)


class PlanForm(forms.Form):
    """When the panel meets, in the zone of the call."""

    due = InstantField(label=_("When the panel meets"))

    def __init__(self, *args, zone: str, now: datetime, **options):
        super().__init__(*args, **options)
        field = self.fields["due"]
        field.zone, field.now, field.past = (
            ZoneInfo(zone),
            now,
            _("The meeting would be in the past."),
        )


class PresentForm(forms.Form):
    """Who is in the room for a case."""

    present = forms.MultipleChoiceField(
        label=_("In the room"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, people: list[User], **options):
        super().__init__(*args, **options)
        self.people = {person.key: person for person in people}
        self.fields["present"].choices = [(p.key, str(p)) for p in people]

    def chosen(self) -> list[User]:
        return [self.people[key] for key in self.cleaned_data["present"]]


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What came out"),
        choices=Item.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three.")},
    )
    note = forms.CharField(
        label=_("For the minutes"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
