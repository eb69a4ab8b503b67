from django import forms
from django.utils.translation import gettext_lazy as _

from proposals import attachments

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
