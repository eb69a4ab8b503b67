from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.letters.passages import Passage
from proposals.models import Correction

LONG = 40


class CorrectionForm(forms.Form):
    """What to do with a letter and why; its passages, each as it stands, to be mended."""

    kind = forms.ChoiceField(
        label=_("What is to become of the letter"),
        choices=Correction.Kind,
        initial=Correction.Kind.REPLACE,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why it is corrected or revoked"),
        max_length=1000,
        help_text=_("At least 20 characters. A corrected letter gives it as written here."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: dict | None = None, *, passages: list[Passage]):
        super().__init__(data)
        self.paths = {f"passage-{place}": one.path for place, one in enumerate(passages)}
        for place, one in enumerate(passages):
            long = len(one.text) > LONG
            self.fields[f"passage-{place}"] = forms.CharField(
                label=str(one.label),
                initial=one.text,
                max_length=2000 if long else 200,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
                if long
                else forms.TextInput(attrs={"dir": "auto"}),
            )

    def changes(self) -> dict[str, str]:
        return {path: self.cleaned_data[name] for name, path in self.paths.items()}
