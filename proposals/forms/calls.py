from datetime import UTC, date, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.text import slugify
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.deadline import zoned
from portal.text import plain
from proposals import queries
from proposals.models import Call

AOE = "Etc/GMT+12"  # POSIX counts west of Greenwich as plus


def year_to_plan(value: date) -> None:
    """At either end of the calendar a day more, or another zone, is a fault."""
    if not 2000 <= value.year <= 2100:
        raise forms.ValidationError(
            _now("Write a year from 2000 to 2100, not %(year)s.") % {"year": value.year}
        )


class LocalInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self):
        super().__init__(attrs={"step": "1"}, format="%Y-%m-%dT%H:%M:%S")


class LocalField(forms.Field):
    """A date with its time to the second, without a zone: the form's zone field gives it one."""

    widget = LocalInput
    default_validators: ClassVar = [year_to_plan]

    def to_python(self, value: object) -> datetime | None:
        if isinstance(value, datetime) or value in self.empty_values:
            return value or None
        try:
            found = parse_datetime(str(value).strip())
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None:
            raise forms.ValidationError(
                _now("Write the date and the time as 2027-12-31 16:00:00."), code="instant"
            )
        return found.replace(microsecond=0)


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall clock's reading; refused where the clock skips it or shows it twice."""
    found = local.replace(tzinfo=zone)
    at = found.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != local:
        raise forms.ValidationError(
            _now(
                "%(local)s does not exist in %(zone)s: the clocks are put forward over it. Choose a time before or after."
            )
            % {"local": f"{local:%Y-%m-%d %H:%M:%S}", "zone": zone.key},
            code="skipped",
        )
    if found.utcoffset() != found.replace(fold=1).utcoffset():
        raise forms.ValidationError(
            _now(
                "%(local)s happens twice in %(zone)s: the clocks are put back over it. Choose a time before or after."
            )
            % {"local": f"{local:%Y-%m-%d %H:%M:%S}", "zone": zone.key},
            code="twice",
        )
    return at


def zones() -> list[tuple[str, str]]:
    """Every zone; before them what is read nowhere by its name: the last place where a day ends."""
    return [
        (AOE, _("Anywhere on Earth (AoE, UTC−12)")),
        *((zone, zone) for zone in sorted(available_timezones()) if zone != AOE),
    ]


class DayField(forms.DateField):
    default_validators: ClassVar = [year_to_plan]

    def __init__(self, **options):
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, **options)


def keywords_of(typed: str, standing: list[list[str]] = ()) -> list[list[str]]:
    """One keyword a line → [[code, label], …]; what stands already keeps its code."""
    lines = [" ".join(line.split()) for line in typed.splitlines()]
    labels = list(dict.fromkeys(filter(None, lines)))
    codes = {label: code for code, label in standing}
    found = [
        [codes.get(label) or slugify(label)[:40] or f"k{n}", label]
        for n, label in enumerate(labels, 1)
    ]
    taken = [code for code, _label in found]
    for code, label in found:
        if len(label) > 80:
            raise forms.ValidationError(
                _now("“%(label)s…” has %(n)s characters; a keyword has at most 80.")
                % {"label": label[:40], "n": len(label)}
            )
        if taken.count(code) > 1:
            raise forms.ValidationError(
                _now("“%(label)s” is too much like another keyword.") % {"label": label}
            )
    return found


class CallForm(forms.Form):
    code = forms.RegexField(
        r"^[A-Z0-9][A-Z0-9-]{1,11}$",
        label=_("Code"),
        help_text=_("2 to 12 capital letters, digits and hyphens. References begin with it."),
        error_messages={"invalid": _("Use 2 to 12 capital letters, digits and hyphens.")},
    )
    mission = forms.ModelChoiceField(None, label=_("Mission"))
    title = forms.CharField(label=_("Title"), max_length=150)
    summary = forms.CharField(
        label=_("What it is about"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )
    fictional = forms.BooleanField(
        label=_("Fictional: for demonstration or training"), required=False
    )
    zone = forms.ChoiceField(label=_("Time zone of the call"))
    opens_at = LocalField(label=_("Opens"), help_text=_("On the clocks of the call's zone."))
    closes_at = LocalField(
        label=_("Closes"),
        help_text=_(
            "On the clocks of the call's zone; this instant itself is late. The 24:00 of a day is 00:00:00 of the next."
        ),
    )
    grace_s = forms.IntegerField(
        label=_("Processing grace"),
        min_value=0,
        max_value=600,
        help_text=_("Seconds to work off what arrived in time. Nothing that arrives later counts."),
    )
    acceptance_days = forms.IntegerField(
        label=_("Days to accept a selection"),
        min_value=7,
        max_value=365,
        required=False,
        help_text=_("From the release on; the partner accepts or declines. Empty: 90."),
    )
    preliminary = DayField(label=_("Planned preliminary selection"), required=False)
    final = DayField(label=_("Planned final selection"))
    need_by = DayField(label=_("Flight model needed by"), required=False)
    reviewers_least = forms.IntegerField(
        label=_("Reviewers a case, at least"), min_value=1, max_value=9
    )
    hides_applicants = forms.BooleanField(
        label=_("Hide applicants from reviewers"),
        required=False,
        help_text=_(
            "Reviewers score without organisations, countries and people. Who has scored all that can be judged so opens the names, and the rest."
        ),
    )
    hides_reviewers = forms.BooleanField(
        label=_("Hide reviewers from each other"),
        required=False,
        help_text=_(
            "They read each other as Reviewer 1, Reviewer 2. Chair and secretary see names."
        ),
    )
    assessors_least = forms.IntegerField(
        label=_("Technical assessors a case, at least"),
        help_text=_("Apart from the reviewers, and in no sum. Empty is none."),
        min_value=0,
        max_value=5,
        required=False,
    )
    keywords = forms.CharField(
        label=_("Keywords"),
        help_text=_("One a line; letters choose from them and reviewers are found by them."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args, now: datetime, call: Call | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.now, self.existing = now, call
        self.fields["mission"].queryset = queries.visible_missions()
        self.fields["zone"].choices = zones()

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        others = Call.objects.filter(code=code).exclude(pk=self.existing and self.existing.pk)
        if others.exists():
            raise forms.ValidationError(_now("There is a call %(code)s already.") % {"code": code})
        return code

    def clean_keywords(self) -> list[list[str]]:
        return keywords_of(self.cleaned_data["keywords"])

    def clean(self) -> dict:
        data = super().clean()
        zone = ZoneInfo(data["zone"]) if data.get("zone") else None
        for name in ("opens_at", "closes_at"):
            if zone and data.get(name):
                try:
                    data[name] = instant(data[name], zone)
                except forms.ValidationError as error:
                    self.add_error(name, error)
        if zone:
            self._check_order(data, zone)
        return data

    def _check_order(self, data: dict, zone: ZoneInfo) -> None:
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error(
                "closes_at",
                _now("The call would close on %(closes)s, not after it opens on %(opens)s.")
                % {"closes": zoned(closes, zone.key), "opens": zoned(opens, zone.key)},
            )
        elif closes and closes <= self.now:
            self.add_error(
                "closes_at",
                _now("The call would close in the past: %(closes)s.")
                % {"closes": zoned(closes, zone.key)},
            )
        before = (closes - timedelta(microseconds=1)).astimezone(zone).date() if closes else None
        for name in ("preliminary", "final", "need_by"):
            value = data.get(name)
            if value and before and value < before:
                self.add_error(
                    name,
                    _now("%(day)s is before %(before)s, the date that comes before it.")
                    % {"day": plain(value), "before": plain(before)},
                )
            before = value or before

    def instants(self) -> list[dict]:
        """The two instants as they will be read, in the call's zone and in UTC."""
        data = getattr(self, "cleaned_data", {})
        found = [(name, data.get(name)) for name in ("opens_at", "closes_at")]
        return [
            {"label": self.fields[name].label, "text": zoned(value, data["zone"])}
            for name, value in found
            if value is not None and value.tzinfo is not None and data.get("zone")
        ]

    def call(self) -> Call:
        """The call as the form has it; nothing is saved."""
        call = self.existing or Call()
        for name in (
            *("code", "mission", "title", "summary", "fictional", "zone", "opens_at", "closes_at"),
            *("grace_s", "need_by", "keywords", "reviewers_least"),
            *("hides_applicants", "hides_reviewers"),
        ):
            setattr(call, name, self.cleaned_data[name])
        call.assessors_least = self.cleaned_data["assessors_least"] or 0
        usual = Call._meta.get_field("acceptance_days").default
        call.acceptance_days = self.cleaned_data["acceptance_days"] or usual
        return call

    def milestones(self) -> dict[str, date | None]:
        names = ("preliminary", "final")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}
