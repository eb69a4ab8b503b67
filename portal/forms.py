import re
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import countries, identifiers, roles
from portal.models import Affiliation, Organisation, User
from portal.similarity import Party

MOST_ALIASES, MOST_DOMAINS = 10, 10
DOMAIN = re.compile(r"(?=.{4,190}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,61}")
# Where everybody has an address: that somebody writes from there says nothing.
FREE_MAIL = set(
    "126.com 163.com gmail.com gmx.de gmx.net googlemail.com hotmail.com icloud.com live.com "
    "mail.ru outlook.com proton.me protonmail.com qq.com web.de yahoo.com yandex.ru".split()
)


class NameForm(forms.Form):
    """What the registration asks besides the address and the password."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=150,
        help_text=gettext_lazy("As it should stand in letters."),
    )

    def signup(self, request, user) -> None:
        """Nothing more to keep: the adapter has the name."""


class LinesField(forms.CharField):
    """A short list, one a line: no empty ones, none twice."""

    def __init__(self, *, most: int, rows: int = 2, **more):
        self.most = most
        super().__init__(widget=forms.Textarea({"rows": rows}), required=False, **more)

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value) -> list[str]:
        typed = (" ".join(line.split()) for line in super().clean(value).splitlines())
        lines = list(dict.fromkeys(self.line(line) for line in typed if line))
        if len(lines) > self.most:
            raise forms.ValidationError(
                _("At most %(most)s; these are %(n)s.") % {"most": self.most, "n": len(lines)}
            )
        return lines

    def line(self, typed: str) -> str:
        if len(typed) > 200:
            raise forms.ValidationError(
                _("At most 200 characters a line; one has %(n)s.") % {"n": len(typed)}
            )
        return typed


class DomainsField(LinesField):
    """Domains, taken out of whatever address was typed."""

    def line(self, typed: str) -> str:
        bare = re.sub(r"^[a-z]+://", "", typed.lower()).rpartition("@")[2]
        bare = bare.partition("/")[0].partition(":")[0].removeprefix("www.").strip(".")
        try:
            domain = bare.encode("idna").decode()
        except UnicodeError:
            domain = ""
        if not DOMAIN.fullmatch(domain):
            raise forms.ValidationError(
                _("“%(typed)s” is no domain: write it as example.org, one a line.")
                % {"typed": typed[:60]}
            )
        if domain in FREE_MAIL:
            raise forms.ValidationError(
                _("Everybody can have an address at %(domain)s: name a domain of your own.")
                % {"domain": domain}
            )
        return domain


class OrganisationForm(forms.ModelForm):
    """An organisation as it registers itself or is corrected by its owner."""

    aliases = LinesField(
        most=MOST_ALIASES,
        label=gettext_lazy("Other and former names"),
        help_text=gettext_lazy("Abbreviations, translations, names before. One a line."),
    )
    domains = DomainsField(
        most=MOST_DOMAINS,
        label=gettext_lazy("Web and mail domains"),
        help_text=gettext_lazy(
            "Such as example.org, one a line. The secretariat compares your address with them."
        ),
    )
    ror = forms.CharField(
        label=gettext_lazy("ROR id"),
        help_text=gettext_lazy(
            "Where it has one: https://ror.org/0… The form and the check digits are looked at."
        ),
        max_length=60,
        required=False,
    )

    class Meta:
        model = Organisation
        fields = ("name", "local_name", "aliases", "kind", "country", "domains", "ror")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ChoiceField(
            label=gettext_lazy("Country"),
            help_text=gettext_lazy("Leave empty for an international organisation."),
            choices=[("", "—"), *countries.choices()],
            required=False,
        )
        self.fields["kind"].choices = [("", "—"), *Organisation.Kind.choices]
        self.fields["name"].help_text = gettext_lazy("In Latin letters, as it stands in letters.")
        self.fields["local_name"].help_text = gettext_lazy("In Chinese, Arabic, Cyrillic, …")
        self.fields["local_name"].widget.attrs["dir"] = "auto"
        self.fields["aliases"].widget.attrs["dir"] = "auto"

    def clean(self):
        cleaned = super().clean()
        international = cleaned.get("kind") == Organisation.Kind.INTERNATIONAL
        if international and cleaned.get("country"):
            self.add_error("country", _("An international organisation has no country."))
        elif cleaned.get("kind") and not international and not cleaned.get("country"):
            self.add_error("country", _("Choose the country of the organisation."))
        return cleaned

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        others = Organisation.objects.exclude(pk=self.instance.pk)
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError(
                _("“%(name)s” is registered already: ask its owner for a seat.") % {"name": name}
            )
        return name

    def clean_ror(self):
        typed = self.cleaned_data["ror"].strip()
        if not typed:
            return ""
        found = identifiers.ror(typed)
        if found is None:
            raise forms.ValidationError(
                _(
                    "“%(typed)s” is no ROR id: it is https://ror.org/0 and eight characters, the "
                    "last two of which are check digits."
                )
                % {"typed": typed}
            )
        return found

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def party(self) -> Party:
        """What can be compared of what was typed so far, right or wrong."""
        self.is_valid()
        cleaned = self.cleaned_data
        typed = [self.data.get("name", ""), cleaned.get("local_name", "")]
        names = [*typed, *cleaned.get("aliases", ())]
        return Party(
            self.instance.key if self.instance.pk else "",
            tuple(name for name in names if name.strip()),
            tuple(cleaned.get("domains", ())),
            cleaned.get("ror", ""),
        )


class RegisterForm(OrganisationForm):
    """With the seats its first member takes."""

    own = forms.MultipleChoiceField(
        label=gettext_lazy("Your own roles there"),
        help_text=gettext_lazy("You become its owner. One person may hold both keys."),
        choices=(
            (roles.PI, gettext_lazy("I am a principal investigator (PI): I sign letters off")),
            (
                roles.AOR,
                gettext_lazy("I am its authorised representative (AOR): I file for it"),
            ),
        ),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class InvitationForm(forms.Form):
    address = forms.EmailField(
        label=gettext_lazy("Address"),
        max_length=254,
        help_text=gettext_lazy("The person signs in, or registers, with this address."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    seats = forms.MultipleChoiceField(
        label=gettext_lazy("Seats"), choices=roles.SEATS, widget=forms.CheckboxSelectMultiple
    )


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("A word to the owner"),
        help_text=gettext_lazy(
            "Who you are there, and which seat you need. At most 500 characters."
        ),
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
    )


class PersonForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        help_text=gettext_lazy("As it should stand in letters."),
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy(
            "For what concerns you alone. Deadlines stand in the zone of their call and in UTC."
        ),
    )
    orcid = forms.CharField(
        label=gettext_lazy("ORCID iD"),
        help_text=gettext_lazy(
            "Where you have one: four groups of four, such as 0000-0002-1825-0097."
        ),
        max_length=60,
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zones()

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())

    def clean_orcid(self):
        typed = self.cleaned_data["orcid"].strip()
        if not typed:
            return ""
        found = identifiers.orcid(typed)
        if found is None:
            raise forms.ValidationError(
                _(
                    "“%(typed)s” is no ORCID iD: it has sixteen digits, the last of which is a "
                    "check and may be X."
                )
                % {"typed": typed}
            )
        return found


class AffiliationForm(forms.Form):
    """Where a person works or worked: one of the registered names is taken as that organisation."""

    name = forms.CharField(
        label=gettext_lazy("Organisation"),
        max_length=200,
        help_text=gettext_lazy("Its name; one that is registered here is recognised by it."),
        widget=forms.TextInput({"dir": "auto"}),
    )
    since = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("Leave empty while it lasts."),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args, person: User, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.person, self.today = person, today
        self.organisation: Organisation | None = None

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        self.organisation = Organisation.objects.filter(name__iexact=name).first()
        return name

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and since > self.today:
            self.add_error("since", _("It begins in the future: enter it when it has begun."))
        if since and until and until < since:
            self.add_error("until", _("It ends before it begins."))
        name = cleaned.get("name")
        if name and since:
            held = Affiliation.objects.filter(user=self.person, struck_at=None, since=since)
            same = {"organisation": self.organisation} if self.organisation else {"name": name}
            if held.filter(**same).exists():
                self.add_error("name", _("It is entered already, from that day."))
        return cleaned


@cache
def zones() -> list[tuple[str, str]]:
    """UTC first, then every zone with a place, by name."""
    places = sorted(name for name in available_timezones() if "/" in name)
    named = [name for name in places if not name.startswith(("Etc/", "SystemV/", "US/"))]
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in named)]


def reason_of(request: HttpRequest, *, most: int) -> str:
    """What was typed as the reason of an act, without the NUL that PostgreSQL keeps in no text."""
    return request.POST.get("reason", "").replace("\0", "")[:most]


def version_of(request: HttpRequest) -> int:
    """The version of the page that was posted; none is no version at all."""
    raw = request.POST.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1
