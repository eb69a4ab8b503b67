from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.deadline import zone_name
from proposals.models import Call
from proposals.services import clarifications

LEAST_CHARACTERS = 20


class QuestionForm(forms.Form):
    """One question of fact and the day at whose end, in the call's zone, its answer is due."""

    question = forms.CharField(
        label=_("The question"),
        min_length=LEAST_CHARACTERS,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("One question of fact about what was filed, that can be answered in a page."),
    )
    due = forms.DateField(
        label=_("Answer due at the end of"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args, call: Call, now: datetime, **options):
        super().__init__(*args, **options)
        self.call = call
        usual = clarifications.usual_due(call, now) - timedelta(seconds=1)
        self.fields["due"].initial = usual.astimezone(call.zoneinfo).date()
        self.fields["due"].help_text = _now(
            "That day at 24:00 in %(zone)s. Five working days are usual, two the least. Working days are Monday to Friday; no holidays are known here."
        ) % {"zone": zone_name(call.zone)}

    def values(self) -> dict:
        day = self.cleaned_data["due"] + timedelta(days=1)
        due_at = datetime.combine(day, datetime.min.time(), self.call.zoneinfo)
        return {"question": self.cleaned_data["question"], "due_at": due_at}


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("At most 4,000 characters. It cannot be changed after it is sent."),
    )
