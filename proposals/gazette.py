"""The public record of a call, in words: its amendments with reasons, its answered questions."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.deadline import said, zoned
from portal.text import Text
from proposals.models import Amendment, Call, Question
from proposals.models.amendments import FATES

FIELDS = {
    "title": gettext_lazy("Title"),
    "summary": gettext_lazy("What it is about"),
    "need_by": gettext_lazy("Flight model needed by"),
    "preliminary": gettext_lazy("Planned preliminary selection"),
    "final": gettext_lazy("Planned final selection"),
    "result": gettext_lazy("Planned announcement of the result"),
    "keywords": gettext_lazy("Keywords"),
    "weights": gettext_lazy("Weights of the rubric"),
    "hides_applicants": gettext_lazy("Applicants hidden from reviewers"),
    "hides_reviewers": gettext_lazy("Reviewers hidden from each other"),
    "opens_at": gettext_lazy("Opens"),
    "closes_at": gettext_lazy("Closes"),
}
FATE = {
    "suspension": gettext_lazy("The call is suspended: no term of it runs until it is resumed."),
    "resumption": gettext_lazy(
        "The call goes on. Reviews, answers, acceptances, late tickets and requests for a review of the "
        "procedure that were still to come have as much time as they had."
    ),
    "cancellation": gettext_lazy("The call is cancelled: every case still running ends."),
}  # fmt: skip
INSTANTS = ("opens_at", "closes_at")
DAYS = ("need_by", "preliminary", "final", "result")


@dataclass(frozen=True, slots=True)
class Change:
    label: Text | str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered entry of the log, at a stable anchor."""

    anchor: str
    title: str
    at: datetime
    zone_text: str
    version: int | None = None
    sentence: str = ""
    changes: tuple[Change, ...] = ()
    reason: str = ""
    question: str = ""
    answer: str = ""
    corrects: int | None = None
    corrected_by: int | None = None


def log(call: Call) -> list[Entry]:
    """What everybody may read of how the call was changed and explained, the newest first."""
    amendments = call.amendments.filter(state="published")
    questions = call.questions.filter(state="answered").select_related("corrects", "corrected_by")
    entries = [
        *(_amendment(amendment, call) for amendment in amendments),
        *(_question(question, call) for question in questions),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _amendment(amendment: Amendment, call: Call) -> Entry:
    return Entry(
        anchor=f"amendment-{amendment.number}",
        title=_("Amendment %(number)s: %(kind)s")
        % {"number": amendment.number, "kind": amendment.get_kind_display().lower()},
        at=amendment.published_at,
        zone_text=_minute(amendment.published_at, call),
        version=amendment.number + 1,
        sentence=sentence(amendment, call),
        changes=tuple(changes(amendment, call)),
        reason=amendment.reason,
    )


def _question(question: Question, call: Call) -> Entry:
    newer = getattr(question, "corrected_by", None)
    return Entry(
        anchor=f"question-{question.number}",
        title=_("Question %(number)s") % {"number": question.number},
        at=question.answered_at,
        zone_text=_minute(question.answered_at, call),
        question=question.published,
        answer=question.answer,
        corrects=question.corrects.number if question.corrects else None,
        corrected_by=newer.number if newer else None,
    )


def _minute(at: datetime, call: Call) -> str:
    """When it was published; nothing is decided by its seconds."""
    return said(at.replace(second=0, microsecond=0), call.zone)


def sentence(amendment: Amendment, call: Call) -> str:
    """What a late ticket does, without the name of the organisation; what befalls the call."""
    if amendment.kind in FATES:
        source = _("Source: %(source)s") % {"source": amendment.source}
        return f"{FATE[amendment.kind]} {source}"
    if amendment.kind != Amendment.Kind.TICKET:
        return ""
    letters = amendment.letters
    return ngettext(
        "One organisation is admitted until %(until)s, for %(n)s letter.",
        "One organisation is admitted until %(until)s, for %(n)s letters.",
        letters,
    ) % {"until": zoned(amendment.until, call.zone), "n": letters}


def fate(call: Call) -> Entry | None:
    """Of a call that is suspended or cancelled: the entry of the log that says so."""
    if call.state not in {"suspended", "cancelled"}:
        return None
    return _amendment(call.amendments.filter(state="published", kind__in=FATES).last(), call)


def changes(amendment: Amendment, call: Call) -> list[Change]:
    """Field, before and after as people read them."""
    return [
        Change(FIELDS[change["field"]], *_words(call, **change)) for change in amendment.changes
    ]


def _words(call: Call, *, field: str, before: object, after: object) -> tuple[str, str]:
    if field == "keywords":
        return _differing(dict(before), dict(after), lambda _code, label: label)
    if field == "weights":
        return _differing(before, after, lambda code, weight: f"{code} {weight} %")
    return _value(call, field, before), _value(call, field, after)


def _value(call: Call, field: str, value: object) -> str:
    if value is None:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field in INSTANTS:
        return zoned(datetime.fromisoformat(value), call.zone)
    if field in DAYS:
        return date_format(date.fromisoformat(value), "j M Y")
    return str(value)


def _differing(before: dict, after: dict, said) -> tuple[str, str]:
    """Only what differs, of two tables of the same things."""
    old = [said(*item) for item in before.items() if item not in after.items()]
    new = [said(*item) for item in after.items() if item not in before.items()]
    return " · ".join(old) or "—", " · ".join(new) or "—"
