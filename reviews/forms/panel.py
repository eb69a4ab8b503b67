"""What people type while they judge, checked field by field; nothing here saves."""

from datetime import UTC, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from proposals.forms.calls import year_to_plan


def helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


class DueForm(forms.Form):
    """When reviews are due: what was typed is a wall clock's time in the zone of the call."""

    due = forms.DateTimeField(
        label=gettext_lazy("Reviews due"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        validators=[year_to_plan],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args, zone: str, now: datetime, **options):
        super().__init__(*args, **options)
        self.zone, self.now = ZoneInfo(zone), now

    def clean_due(self) -> datetime:
        local = self.cleaned_data["due"].replace(tzinfo=self.zone)
        due = local.astimezone(UTC)
        if due.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise forms.ValidationError(_("This time does not exist in the zone of the call."))
        if due <= self.now:
            raise forms.ValidationError(_("The reviews would be due in the past."))
        return due


class AssignForm(DueForm):
    """The ticks of a case's candidates, and until when their reviews are due."""

    reviewers = forms.MultipleChoiceField(
        label=gettext_lazy("Reviewers"),
        error_messages={"required": gettext_lazy("Tick at least one reviewer.")},
    )
    field_order: ClassVar = ["reviewers", "due"]

    def __init__(self, *args, candidates, **options):
        super().__init__(*args, **options)
        self.fields["reviewers"].choices = [
            (candidate.member.user.key, str(candidate.member.user)) for candidate in candidates
        ]


class DeclareForm(forms.Form):
    """What a reviewer declares before seeing the case."""

    NONE, SOFT, HARD = "none", "soft", "hard"
    conflict = forms.ChoiceField(
        label=gettext_lazy("Your declaration"),
        choices=[
            (NONE, gettext_lazy("I have no conflict of interest. I accept the review.")),
            (
                SOFT,
                gettext_lazy(
                    "There is something the chair should know, and I can judge fairly. I accept the review."
                ),
            ),
            (HARD, gettext_lazy("I have a conflict of interest. I step back from the case.")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the three.")},
    )
    words = forms.CharField(
        label=gettext_lazy("What it is"),
        help_text=gettext_lazy(
            "Needed for the second and the third: a joint paper, a former student, the same institution. It is kept on record."
        ),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.helper = helper()

    def clean(self) -> dict:
        given = super().clean()
        if given.get("conflict") in {self.SOFT, self.HARD} and len(given.get("words", "")) < 5:
            self.add_error("words", _("Say in a few words what it is."))
        return given
