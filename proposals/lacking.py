"""A letter that is not filed: what is missing, and whose key is the next."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal import events
from proposals import queries
from proposals.checks import check
from proposals.models import LetterOfIntent

# The events after which the first key is turned, or not turned any more.
TURNED = ("loi.signed_off", "loi.returned_to_draft", "loi.readmitted")


@dataclass(frozen=True, slots=True)
class Lacking:
    """`missing` are sentences; `holders` are those who turn the next key, by name."""

    signed_off: bool
    missing: list[str]
    holders: str

    @property
    def first(self) -> list[str]:
        return self.missing[:5]

    @property
    def more(self) -> int:
        return len(self.missing) - len(self.first)


def of(loi: LetterOfIntent) -> Lacking:
    """As it stands; of a letter that lapsed, as it stood when the call closed."""
    problems = check(loi.content, loi.call.terms(), files=loi.file_kinds, lead=loi.lead_names)
    missing = [str(problem.sentence) for problem in problems if problem.hard]
    if loi.organisation.verified_at is None:
        name = loi.organisation.name
        missing.append(
            _("%(name)s is not yet verified by the secretariat: write to them today.")
            % {"name": name}
        )
    turned = events.about(loi).filter(verb__in=TURNED).last()
    signed_off = turned is not None and turned.verb == "loi.signed_off"
    people = queries.applicants_of(loi, "aor" if signed_off else "pi")
    return Lacking(signed_off, missing, ", ".join(person.name for person in people))


def contact() -> str:
    """The secretariat's address for questions, or nothing where nobody holds the office."""
    people = queries.holders("secretary")
    return people[0].email if people else ""
