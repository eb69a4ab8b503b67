from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.workflow.questions import LONGEST


class AskForm(forms.Form):
    question = forms.CharField(
        label=_("Your question"),
        min_length=10,
        max_length=LONGEST,
        help_text=_(
            "10 to 1,000 characters. It is answered here for everybody, in words that name nobody."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AnswerForm(forms.Form):
    """The answer for everybody, with the question in words that name nobody."""

    published = forms.CharField(
        label=_("The question as it is published"),
        max_length=LONGEST,
        help_text=_("Take out whatever tells who asks: names, places, instruments."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    answer = forms.CharField(
        label=_("Answer"), max_length=3000, widget=forms.Textarea(attrs={"rows": 6})
    )


class PrivateForm(forms.Form):
    private_answer = forms.CharField(
        label=_("Answer to the asker alone"),
        max_length=3000,
        help_text=_("Where the answer would help nobody else, or would tell who asks."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason, told to the asker"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
