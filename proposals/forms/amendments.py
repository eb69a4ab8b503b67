from datetime import date, datetime, timedelta
from typing import ClassVar

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.deadline import Deadline
from portal.models import Organisation
from proposals import gazette
from proposals.forms.calls import DayField, LocalField, instant, keywords_of
from proposals.models import Amendment, Call
from proposals.models.amendments import DAYS, terms_of
from proposals.workflow.amendments import MOST_LETTERS


class AmendmentForm(forms.Form):
    """What every amendment has: its reason, published with it.

    `change()` of each kind gives the arguments of `services.amendments.propose`
    that are its own.
    """

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        help_text=_("Published with the amendment, and mailed. It names nobody."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, call: Call, now: datetime, **kwargs):
        self.call, self.now = call, now
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "reason"])


class TermsForm(AmendmentForm):
    """Terms before the closing; planned dates until the release."""

    title = forms.CharField(label=gazette.FIELDS["title"], max_length=150)
    summary = forms.CharField(
        label=gazette.FIELDS["summary"], max_length=2000, widget=forms.Textarea(attrs={"rows": 6})
    )
    need_by = DayField(label=gazette.FIELDS["need_by"], required=False)
    preliminary = DayField(label=gazette.FIELDS["preliminary"], required=False)
    final = DayField(label=gazette.FIELDS["final"])
    result = DayField(label=gazette.FIELDS["result"], required=False)
    keywords = forms.CharField(
        label=gazette.FIELDS["keywords"],
        help_text=_("One a line. What a letter uses stays."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    hides_applicants = forms.BooleanField(label=gazette.FIELDS["hides_applicants"], required=False)
    hides_reviewers = forms.BooleanField(label=gazette.FIELDS["hides_reviewers"], required=False)

    def __init__(self, *args, call: Call, now: datetime, **kwargs):
        standing = terms_of(call)
        before_closing = call.open_or_ahead_at(now)
        initial = {
            **standing,
            "keywords": "\n".join(label for _code, label in standing["keywords"]),
            **{f"weight_{code}": weight for code, weight in standing["weights"].items()},
        }
        super().__init__(*args, call=call, now=now, initial=initial, **kwargs)
        for criterion in call.criteria.all():
            self.fields[f"weight_{criterion.code}"] = forms.IntegerField(
                label=f"{criterion.code} {criterion.title}", min_value=1, max_value=100
            )
        reached = {m.kind for m in call.milestones.all() if m.actual}
        for name in list(self.fields):
            if name in reached or not (before_closing or name in {*DAYS, "reason"}):
                del self.fields[name]
        self.order_fields([name for name in self.fields if name != "reason"])

    @property
    def weights(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("weight_")]

    def clean_summary(self) -> str:
        """As it stands where only the browser's line ends differ."""
        typed = self.cleaned_data["summary"].replace("\r\n", "\n")
        standing = self.call.summary
        return standing if typed == standing.replace("\r\n", "\n").strip() else typed

    def clean_keywords(self) -> list[list[str]]:
        return keywords_of(self.cleaned_data["keywords"], self.call.keywords)

    def change(self) -> dict:
        data = self.cleaned_data
        after = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in data.items()
            if name != "reason" and not name.startswith("weight_")
        }
        if self.weights:
            after["weights"] = {
                code: data[f"weight_{code}"] for code in terms_of(self.call)["weights"]
            }
        return {"after": after}


class ClosingForm(AmendmentForm):
    opens_at = LocalField(label=gazette.FIELDS["opens_at"])
    closes_at = LocalField(
        label=gazette.FIELDS["closes_at"],
        help_text=_(
            "This instant itself is late. The 24:00 of a day is 00:00:00 of the next. An earlier closing leaves at least 7 days."
        ),
    )

    def __init__(self, *args, call: Call, now: datetime, **kwargs):
        zone = call.zoneinfo
        initial = {
            name: getattr(call, name).astimezone(zone).replace(tzinfo=None)
            for name in gazette.INSTANTS
        }
        super().__init__(*args, call=call, now=now, initial=initial, **kwargs)
        if call.opens_at <= now:
            del self.fields["opens_at"]

    def clean(self) -> dict:
        return _with_instants(self, gazette.INSTANTS)

    def change(self) -> dict:
        return {
            "after": {
                name: self.cleaned_data[name].isoformat()
                for name in gazette.INSTANTS
                if name in self.fields
            }
        }


class TicketForm(AmendmentForm):
    organisation = forms.ModelChoiceField(
        None,
        label=_("Organisation"),
        help_text=_("Its name is told to those who decide and to itself, not to the public."),
    )
    until = LocalField(
        label=_("Admitted until"),
        help_text=_("On the clocks of the call's zone; this instant itself is late."),
    )
    letters = forms.IntegerField(label=_("Letters"), min_value=1, max_value=MOST_LETTERS, initial=1)

    field_order: ClassVar = ["organisation", "until", "letters", "reason"]

    def __init__(self, *args, call: Call, now: datetime, **kwargs):
        super().__init__(*args, call=call, now=now, **kwargs)
        verified = Organisation.objects.exclude(verified_at=None)
        self.fields["organisation"].queryset = verified.order_by("name")

    def clean(self) -> dict:
        return _with_instants(self, ("until",))

    def change(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("organisation", "until", "letters")}


class FateForm(AmendmentForm):
    """A suspension or a cancellation: the programme's decision, with who announced it."""

    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        help_text=_("Who announced it, where and when. It is published."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(["source", *self.fields])

    def change(self) -> dict:
        return {"source": self.cleaned_data["source"]}


class ResumptionForm(FateForm):
    """The call goes on; one that had not closed is given its closing anew."""

    closes_at = LocalField(label=gazette.FIELDS["closes_at"], required=False)

    def __init__(self, *args, call: Call, now: datetime, **kwargs):
        super().__init__(*args, call=call, now=now, **kwargs)
        if call.suspended_from != "published":
            del self.fields["closes_at"]
            return
        self.fields["closes_at"].required = True
        began = datetime.fromisoformat(call.pauses[-1][0])
        later = call.closes_at + timedelta(days=-(-(now - began) // timedelta(days=1)))
        self.fields["closes_at"].initial = later.astimezone(call.zoneinfo).replace(tzinfo=None)
        self.fields["closes_at"].help_text = _now(
            "Offered: the closing as it stood, later by as many days as the call was suspended."
        )

    def clean(self) -> dict:
        return (
            _with_instants(self, ("closes_at",)) if "closes_at" in self.fields else super().clean()
        )

    def change(self) -> dict:
        closes = self.cleaned_data.get("closes_at")
        after = {"closes_at": closes.isoformat()} if closes else {}
        return {**super().change(), "after": after}


def _with_instants(form: AmendmentForm, names: tuple[str, ...]) -> dict:
    """What was typed on the call's clocks, as instants; refused where a clock is ambiguous."""
    data = forms.Form.clean(form)
    for name in names:
        if data.get(name):
            try:
                data[name] = instant(data[name], form.call.zoneinfo)
            except forms.ValidationError as error:
                form.add_error(name, error)
    return data


def deadlines(form: AmendmentForm) -> list[dict]:
    """The instants as they will be read: in the call's zone, in UTC, in the reader's."""
    data = getattr(form, "cleaned_data", {})
    return [
        {
            "label": form.fields[name].label,
            "deadline": Deadline(data[name], form.call.zone, form.now),
        }
        for name in (*gazette.INSTANTS, "until")
        if name in form.fields and data.get(name) and data[name].tzinfo
    ]


FORMS: dict[str, type[AmendmentForm]] = {
    Amendment.Kind.TERMS: TermsForm,
    Amendment.Kind.CLOSING: ClosingForm,
    Amendment.Kind.TICKET: TicketForm,
    Amendment.Kind.SUSPENSION: FateForm,
    Amendment.Kind.RESUMPTION: ResumptionForm,
    Amendment.Kind.CANCELLATION: FateForm,
}
# Why the rest of a call is not amended, as the page says it.
FIXED = (
    (_("Code, mission and time zone"), _("References, letters and clocks are written in them.")),
    (
        _("What is offered, and the most for one module"),
        _("Letters are written to fit it; another amount is another call."),
    ),
    (
        _("Criteria and thresholds"),
        _("A letter answers the questions it was asked. Weights move before the closing only."),
    ),
    (
        _("Any term after the closing"),
        _("Letters are judged by the terms they were filed on; planned dates can still move."),
    ),
    (
        _("Published amendments and answers"),
        _("They are corrected by another entry and never overwritten."),
    ),
)
