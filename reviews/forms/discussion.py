from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.models import Criterion
from reviews.models import Comment, Hearing


class CommentForm(forms.Form):
    """A comment, or the answer to one: an answer takes level and criterion from its thread."""

    text = forms.CharField(
        label=_("Comment"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    level = forms.ChoiceField(label=_("Read by"), required=False)
    criterion = forms.ChoiceField(label=_("On the criterion"), required=False)
    thread = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, levels: frozenset[str], criteria: list[Criterion], **options):
        super().__init__(*args, **options)
        self.fields["level"].choices = [
            (value, label) for value, label in Comment.Level.choices if value in levels
        ]
        self.fields["criterion"].choices = [
            ("", _("none")),
            *((c.code, f"{c.code} {c.title}") for c in criteria),
        ]

    def clean_level(self) -> str:
        first = next(iter(self.fields["level"].choices), ("", ""))[0]
        return self.cleaned_data["level"] or first


class EditForm(forms.Form):
    text = forms.CharField(
        label=_("Comment"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    over = forms.IntegerField(min_value=1, max_value=9999, widget=forms.HiddenInput)


class HearingForm(forms.Form):
    how = forms.ChoiceField(
        label=_("Tell me of comments"), choices=Hearing.How.choices, widget=forms.RadioSelect
    )
