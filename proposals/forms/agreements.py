from datetime import datetime

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.deadline import zone_name
from proposals.forms.calls import DayField
from proposals.models import Call, Redress

LEAST_REASON, LEAST_REQUEST = 20, 50


def paragraph(label, help_text="", *, least: int = 0, most: int = 2000, rows: int = 6):
    return forms.CharField(
        label=label,
        help_text=help_text,
        min_length=least or None,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ReasonForm(forms.Form):
    """Why an agreement ends: kept, shown, and told to the other side."""

    reason = paragraph(_("Reason"), _("Kept and shown to both sides."), least=LEAST_REASON)


class SigningForm(forms.Form):
    """What legal records of a signed agreement."""

    reference = forms.CharField(
        label=_("Reference of the agreement"),
        max_length=60,
        help_text=_("As both sides cite it."),
    )
    signed_on = forms.DateField(
        label=_("Signed on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    file = forms.FileField(
        label=_("The signed agreement"),
        help_text=_("A PDF of at most 10 MB. The partners and the offices of the call read it."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
    )


class ExtensionForm(forms.Form):
    """More time: the day at whose end, in the call's zone, the acceptance is due."""

    until = DayField(label=_("To be accepted by the end of"))
    reason = paragraph(_("Reason"), _("Kept and shown to the partner."), least=LEAST_REASON)

    def __init__(self, *args, call: Call, **options):
        super().__init__(*args, **options)
        self.call = call
        self.fields["until"].help_text = _now("That day at 24:00 in %(zone)s.") % {
            "zone": zone_name(call.zone)
        }

    @property
    def instant(self) -> datetime:
        return self.call.end_of(self.cleaned_data["until"])


class RedressForm(forms.Form):
    """A request for a review: which of the two grounds, and what went wrong."""

    ground = forms.ChoiceField(
        label=_("Ground"),
        choices=Redress.Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two grounds.")},
    )
    text = paragraph(
        _("What was not kept, or which statement is wrong"),
        _("At least 50 characters. Name the rule or the statement, and where it can be seen."),
        least=LEAST_REQUEST,
        most=4000,
        rows=10,
    )


class RulingForm(forms.Form):
    reason = paragraph(
        _("The answer, with its reason"),
        _("At least 50 characters. The partner reads it."),
        least=LEAST_REQUEST,
        most=4000,
        rows=10,
    )
