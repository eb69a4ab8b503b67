from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class NameForm(forms.Form):
    """What the registration asks besides the address and the password."""

    name = forms.CharField(
        label=_("Your name"), max_length=150, help_text=_("As it should stand in letters.")
    )

    def signup(self, request, user) -> None:
        """Nothing more to keep: the adapter has the name."""


def reason_of(request: HttpRequest, *, most: int) -> str:
    """What was typed as the reason of an act, without the NUL that PostgreSQL keeps in no text."""
    return request.POST.get("reason", "").replace("\0", "")[:most]
