"""What a reviewer declares before seeing the case; nothing here saves."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.conflicts import KINDS
from reviews.forms.sheet import CONFIDENCE

LEAST, MOST = 5, 500
DECLARABLE = [kind for kind in KINDS if kind.declared]


class DeclareForm(forms.Form):
    """Each kind with a few words on it, or none of them. `declared`: kind → words."""

    none = forms.BooleanField(
        label=gettext_lazy("None of these. I have no conflict of interest and accept the review."),
        required=False,
    )

    confidence = forms.TypedChoiceField(
        label=gettext_lazy("How well do you know this case"),
        help_text=gettext_lazy("Kept on the sheet, where you may still change it."),
        choices=CONFIDENCE,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )

    def __init__(self, *args, assessed: bool = False, **options):
        super().__init__(*args, **options)
        if assessed:
            del self.fields["confidence"]  # a report has none
        self.declared: dict[str, str] = {}
        for kind in DECLARABLE:
            self.fields[kind.name] = forms.BooleanField(
                label=kind.label,
                help_text=kind.counts,
                required=False,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            )
            self.fields[f"{kind.name}_words"] = forms.CharField(
                label=gettext_lazy("What it is, in a few words"),
                required=False,
                max_length=MOST,
                widget=forms.TextInput(attrs={"class": "form-control", "placeholder": " "}),
            )
        self.fields["none"].widget.attrs["class"] = "form-check-input"

    def kinds(self, *, hard: bool) -> list[tuple]:
        """The kinds that step back, or the others, each with its two fields."""
        return [
            (self[kind.name], self[f"{kind.name}_words"])
            for kind in DECLARABLE
            if kind.hard is hard
        ]

    def hard(self) -> list[tuple]:
        return self.kinds(hard=True)

    def soft(self) -> list[tuple]:
        return self.kinds(hard=False)

    @property
    def steps_back(self) -> bool:
        return any(kind.hard for kind in DECLARABLE if kind.name in self.declared)

    def clean(self) -> dict:
        given = super().clean()
        for kind in DECLARABLE:
            words = given.get(f"{kind.name}_words", "").strip()
            if given.get(kind.name):
                self.declared[kind.name] = words
                if len(words) < LEAST:
                    self.add_error(f"{kind.name}_words", _("Say in a few words what it is."))
            elif words:
                self.add_error(kind.name, _("Tick it as well, or clear the words."))
        if given.get("none") and self.declared:
            self.add_error("none", _("You have ticked something above: one of the two."))
        elif not given.get("none") and not self.declared and not self.errors:
            self.add_error("none", _("Tick what holds for you, or that none of it does."))
        return given
