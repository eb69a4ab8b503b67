from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.deadline import zone_name
from proposals import attachments
from proposals.forms.agreements import LEAST_REASON
from proposals.forms.calls import DayField
from proposals.models import Call

LEAST_ANSWER, LEAST_NOTE = 10, 10


class AnswerForm(forms.Form):
    """What a partner says to a condition, and what shows it."""

    text = forms.CharField(
        label=_("Answer"),
        help_text=_("How the condition is met. The offices of the call and legal read it."),
        min_length=LEAST_ANSWER,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    file = forms.FileField(
        label=_("What shows it"),
        required=False,
        widget=forms.ClearableFileInput(
            attrs={"accept": ",".join(attachments.EVIDENCE.media_types)}
        ),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["file"].help_text = attachments.limits(attachments.EVIDENCE)


class ExtendForm(forms.Form):
    """A later day, at whose end in the call's zone the condition is due."""

    until = DayField(label=_("Due by the end of"))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("At least 20 characters. Kept, and told to the partner."),
        min_length=LEAST_REASON,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args, call: Call, **options):
        super().__init__(*args, **options)
        self.fields["until"].help_text = _now("That day at 24:00 in %(zone)s.") % {
            "zone": zone_name(call.zone)
        }


class SendBackForm(forms.Form):
    reason = forms.CharField(
        label=_("What is missing"),
        help_text=_("The partner reads it, and answers again."),
        min_length=LEAST_NOTE,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class MarkMetForm(forms.Form):
    reason = forms.CharField(
        label=_("How it is met"),
        help_text=_("What was looked at, and by whom. Kept and shown to both sides."),
        min_length=LEAST_NOTE,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
