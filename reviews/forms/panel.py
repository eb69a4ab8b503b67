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


class InstantField(forms.DateTimeField):
    """A wall clock's time in the zone of the call, which its form sets; it must lie ahead."""

    zone, now = ZoneInfo("UTC"), None
    past = gettext_lazy("The reviews would be due in the past.")

    def __init__(self, **options):
        super().__init__(
            input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
            validators=[year_to_plan],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            **options,
        )

    def clean(self, value: object) -> datetime | None:
        typed = super().clean(value)
        if typed is None:
            return None
        local = typed.replace(tzinfo=self.zone)
        instant = local.astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise forms.ValidationError(_("This time does not exist in the zone of the call."))
        if instant <= self.now:
            raise forms.ValidationError(self.past)
        return instant


class DueForm(forms.Form):
    """When reviews are due, and when their sheets close; typed in the zone of the call."""

    due = InstantField(label=gettext_lazy("Reviews due"))
    closes = InstantField(
        label=gettext_lazy("Sheets close"),
        help_text=gettext_lazy(
            "From then on nothing can be written. Empty: overdue reviews stay open."
        ),
        required=False,
    )

    def __init__(self, *args, zone: str, now: datetime, **options):
        super().__init__(*args, **options)
        for name in ("due", "closes"):
            self.fields[name].zone, self.fields[name].now = ZoneInfo(zone), now

    def clean(self) -> dict:
        given = super().clean()
        due, closes = given.get("due"), given.get("closes")
        if due and closes and closes < due:
            self.add_error("closes", _("The sheets would close before the reviews are due."))
        return given

    @property
    def instants(self) -> dict[str, datetime | None]:
        """As the services take them."""
        return {"due_at": self.cleaned_data["due"], "closes_at": self.cleaned_data["closes"]}


class ExtendForm(DueForm):
    """Later instants, and why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason, told to the reviewers"),
        max_length=500,
        min_length=5,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReassignForm(DueForm):
    """Who takes over a review, by when, and why."""

    reviewer = forms.ChoiceField(
        label=gettext_lazy("Who takes over"),
        error_messages={"required": gettext_lazy("Choose who takes over.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason, kept and told to the reviewer"),
        max_length=500,
        min_length=5,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order: ClassVar = ["reviewer", "reason", "due", "closes"]

    def __init__(self, *args, candidates, **options):
        super().__init__(*args, **options)
        self.fields["reviewer"].choices = [
            (c.member.user.key, str(c.member.user)) for c in candidates
        ]


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
