from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.models import LetterOfIntent


class CompareForm(forms.Form):
    """Two cases of the ranking, the one before the other."""

    first = forms.ChoiceField(label=_("One case"))
    second = forms.ChoiceField(label=_("The other"))

    def __init__(self, *args, cases: Iterable[LetterOfIntent], **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(loi.key, f"{loi.reference} {loi.title}"[:80]) for loi in cases]
        for place, field in enumerate(self.fields.values()):
            field.choices = choices
            field.initial = choices[min(place, len(choices) - 1)][0] if choices else None
