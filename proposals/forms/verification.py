from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST_MB = 5


class VerifyFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "The PDF as you have it, at most 5 MB: choose it, or drop it on the field. "
            "It is read and not kept."
        ),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={
            "required": gettext_lazy("No file was chosen."),
            "empty": gettext_lazy("The file is empty: it has 0 bytes."),
        },
    )

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > MOST_MB * 1_000_000:
            raise forms.ValidationError(
                _("The file has %(size).1f MB; a letter of the portal has at most %(most)s MB.")
                % {"size": file.size / 1_000_000, "most": MOST_MB}
            )
        return file
