from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.attachments import BY_CODE, KINDS, Kind


class AttachForm(forms.Form):
    """One file of a kind; `replaces` is the key of the file whose place it takes."""

    file = forms.FileField(
        label=_("File"),
        error_messages={
            "required": _("No file was chosen."),
            "empty": _("The file is empty: it has 0 bytes."),
        },
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind.code, kind.label) for kind in KINDS])
    replaces = forms.CharField(required=False, max_length=12)

    def clean_kind(self) -> Kind:
        return BY_CODE[self.cleaned_data["kind"]]
