from django import forms
from django.utils.translation import gettext_lazy as _

from proposals import attachments
from proposals.forms.agreements import LEAST_REASON, ExtensionForm, paragraph
from proposals.forms.calls import DayField

LEAST_ANSWER, LEAST_NOTE = 10, 10


class AnswerForm(forms.Form):
    """What a partner says to a condition, and what shows it."""

    text = paragraph(
        _("Answer"),
        _("How the condition is met. The offices of the call and legal read it."),
        least=LEAST_ANSWER,
        most=4000,
        rows=8,
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


class ExtendForm(ExtensionForm):
    """A later day, at whose end in the call's zone the condition is due."""

    until = DayField(label=_("Due by the end of"))
    reason = paragraph(
        _("Reason"),
        _("At least 20 characters. Kept, and told to the partner."),
        least=LEAST_REASON,
    )


class SendBackForm(forms.Form):
    reason = paragraph(
        _("What is missing"), _("The partner reads it, and answers again."), least=LEAST_NOTE
    )


class MarkMetForm(forms.Form):
    reason = paragraph(
        _("How it is met"),
        _("What was looked at, and by whom. Kept and shown to both sides."),
        least=LEAST_NOTE,
    )
