"""What happened to a case, in sentences, as far as the reader may know it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from portal import events
from portal.deadline import said
from portal.models import Event, Membership, User
from portal.text import Text, say
from proposals import clarifications, course, queries
from proposals.models import LetterOfIntent, Project
from proposals.models.lois import RUNNING
from proposals.workflow import LOI, PROJECT

SENTENCES: dict[str, Text] = {
    "loi.begun": say("%(who)s began the letter."),
    "loi.signed_off": say("%(who)s signed off version %(version)s."),
    "loi.returned_to_draft": say("%(who)s returned it to the draft."),
    "loi.filed": say("%(who)s filed it as %(reference)s."),
    "loi.revised": say("%(who)s opened a working copy: version %(number)s is being drafted."),
    "loi.copy_signed_off": say("%(who)s signed off the working copy, revision %(version)s."),
    "loi.copy_returned": say("%(who)s returned the working copy."),
    "loi.refiled": say("%(who)s filed version %(number)s, which is in force since."),
    "loi.copy_discarded": say("%(who)s discarded the working copy; what is filed stands."),
    "loi.copy_lapsed": say(
        "The call closed; the working copy had not been filed and is discarded. What is filed stands."
    ),
    "loi.withdrawn": say("%(who)s withdrew it."),
    "loi.lapsed": say("The call closed; it had not been filed."),
    "loi.screening_begun": say("The call closed; the screening began."),
    "loi.clarification_asked": say("%(who)s asked a question, to be answered before %(due)s."),
    "loi.clarification_answered": say("%(who)s answered the question of the screening."),
    "loi.clarification_lapsed": say(
        "No answer came in time; the screening goes on with what is on file."
    ),
    "loi.readmitted": say("It was opened again, by amendment %(amendment)s of the call."),
    "loi.resumed": say("The call was opened again; what is filed stays in force."),
    "loi.declared_ineligible": say("%(who)s declared it ineligible."),
    "loi.review_begun": say("%(who)s sent it to review."),
    "loi.reviews_concluded": say("%(who)s concluded the reviews."),
    "loi.promoted": say("What it needs has become free: it is selected from the reserve list."),
    "loi.promoted_conditionally": say(
        "What it needs has become free: it is selected from the reserve list, with conditions."
    ),
    "loi.reaccommodated": say(
        "It is moved: %(mission)s carries it from now on. It is offered anew, to accept or decline."
    ),
    "loi.reaccommodated_conditionally": say(
        "It is moved: %(mission)s carries it from now on, on conditions. It is offered anew, to accept or decline."
    ),
    "loi.concluded": say("%(who)s sent it to final review."),
    "loi.draft_cancelled": say("The call was cancelled; it had not been filed."),
    "loi.cancelled": say("The call was cancelled, and the case ended with it."),
    "loi.review_requested": say("%(who)s asked for a review of the procedure."),
    "loi.upheld": say("%(who)s answered the review: what was decided stands."),
    "loi.reopened": say("%(who)s granted the review: the committee decides again."),
    "loi.screened_again": say("%(who)s granted the review: it is screened again."),
    "condition.answered": say("%(who)s answered condition %(number)s."),
    "condition.extended": say("%(who)s extended condition %(number)s: it is due before %(due)s."),
    "condition.sent_back": say("%(who)s sent the answer to condition %(number)s back."),
    "condition.met": say("%(who)s marked condition %(number)s as met."),
    "project.merged": say("%(who)s merged the cases into the project."),
    "project.approved": say("%(who)s approved it with the decisions of the call."),
    "project.unapproved": say("%(who)s reopened the decisions of the call."),
    "project.dissolved": say("%(who)s dissolved it."),
    "project.fallen_apart": say("A case of it ended, and it fell apart."),
    "project.released": say("The results were released: the project is formed of its cases."),
    "project.cancelled": say("The call was cancelled, and the project ended with it."),
    "project.ended": say("%(who)s ended the project."),
}
# What follows a release, alike for a case and a project.
SENTENCES |= {
    f"{noun}.{past}": sentence
    for noun in ("loi", "project")
    for past, sentence in {
        "accepted": say("%(who)s accepted the selection."),
        "declined": say("%(who)s declined the selection."),
        "let_lapse_unaccepted": say("It was not accepted in time: the selection lapsed."),
        "extension_proposed": say("%(who)s proposed more time to accept, until %(until)s."),
        "extension_granted": say("%(who)s granted more time to accept, until %(until)s."),
        "agreement_signed": say("%(who)s put the signed agreement %(reference)s on file."),
        "terminated": say("%(who)s terminated the agreement."),
    }.items()
}
# Steps inside the evaluation: applicants read one label over them.
INSIDE = {"loi.reviews_concluded", "loi.extension_proposed", "project.extension_proposed"}
# How a project came about, until its release: for those who decide.
PRIVATE = {"project.merged", "project.approved", "project.unapproved"}
OFFICE = {
    "loi.declared_ineligible",
    "loi.review_begun",
    "loi.clarification_asked",
    "loi.extension_proposed",
    "loi.extension_granted",
    "condition.extended",
    "condition.sent_back",
    "condition.met",
    "project.approved",
    "project.extension_proposed",
    "project.extension_granted",
}
PANEL = {
    "loi.reviews_concluded",
    "loi.concluded",
    "project.merged",
    "project.unapproved",
    "project.dissolved",
}
LEGAL = {
    "loi.agreement_signed",
    "loi.terminated",
    "project.agreement_signed",
    "project.terminated",
    "project.ended",
    "loi.upheld",
    "loi.reopened",
    "loi.screened_again",
}
# What an organisation writes beside what it filed is its own affair.
OWN = {
    "loi.revised",
    "loi.copy_signed_off",
    "loi.copy_returned",
    "loi.copy_discarded",
    "loi.copy_lapsed",
}
# What a partner reads beside the version in force.
PARTNERS = {
    "loi.filed",
    "loi.refiled",
    "loi.withdrawn",
    "loi.screening_begun",
    "loi.review_begun",
}


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    zone_text: str
    sentence: str
    reason: str = ""


DECIDERS = frozenset({"chair", "secretary", "approver", "auditor"})
# What `reviews` adds for those who run the case: conflicts of interest, found and ruled on.
MORE: list[Callable[[LetterOfIntent, User], Iterable[Entry]]] = []


def of(loi: LetterOfIntent, reader: User) -> list[Entry]:
    """The case's own events, the newest last; nothing of its decision or its reviews."""
    hidden = INSIDE if course.applicant(reader, loi) else set()
    if not course.member(reader, loi):
        hidden = hidden | OWN
    partner = course.partner(reader, loi)
    found = [
        event
        for event in events.about(loi)
        if event.verb.startswith("loi.")
        and event.verb not in hidden
        and (event.verb in PARTNERS or not partner)
    ]
    found += _of_conditions(loi, reader)
    names = _names(reader, found, [loi], own=course.applicant(reader, loi))
    rounds = clarifications.texts(loi)
    own = [
        Entry(
            event.at,
            said(event.at, loi.call.zone),
            _sentence(event, names, loi.call.zone),
            event.data.get("reason") or rounds.get((event.verb, event.data.get("round")), ""),
        )
        for event in found
    ]
    more = [entry for source in MORE for entry in source(loi, reader)]
    return sorted([*own, *more], key=lambda entry: entry.at)


def _of_conditions(loi: LetterOfIntent, reader: User) -> list[Event]:
    """What became of its conditions, those of former decisions included; the letters impose them."""
    if loi.state in (*queries.UNFILED, *RUNNING):
        return []
    known = queries.visible_conditions(reader).filter(decision__loi=loi)
    moved = Event.objects.filter(subject_type="condition", subject_key__in=known.values("key"))
    return list(moved.exclude(verb="condition.imposed").order_by("seq"))


def of_project(project: Project, reader: User) -> list[Entry]:
    """The project's own events, the newest last; to its partners and legal, from the release on."""
    own, zone = queries.belongs(reader, project), project.call.zone
    hidden = INSIDE if own else set()
    if own or not PROJECT.relation(reader, project) & DECIDERS:
        hidden = hidden | PRIVATE
    found = [event for event in events.about(project) if event.verb not in hidden]
    names = _names(reader, found, project.cases, own=own)
    return [
        Entry(
            event.at,
            said(event.at, zone),
            _sentence(event, names, zone),
            event.data.get("reason", ""),
        )
        for event in found
    ]


def _names(
    reader: User, found: list[Event], cases: list[LetterOfIntent], *, own: bool
) -> dict[str, str]:
    """Actor's key → how this reader may know them: a name, or only whose office it was."""
    people = User.objects.filter(key__in={event.actor for event in found})
    teams = Membership.objects.filter(organisation__in={loi.organisation_id for loi in cases})
    team = set(teams.values_list("user", flat=True))
    staff = not own and reader.roles() & queries.READERS
    return {person.key: person.name for person in people if staff or person.pk in team}


def _sentence(event: Event, names: dict[str, str], zone: str) -> str:
    data = {"version": "", "reference": "", "number": "", "amendment": "", **event.data}
    if "due_at" in data:
        data["due"] = said(datetime.fromisoformat(data["due_at"]), zone)
    if "until" in data:
        data["until"] = said(datetime.fromisoformat(data["until"]), zone)
    data["who"] = names.get(event.actor) or _office(event.verb)
    known = SENTENCES.get(event.verb)
    if known is None:
        state = LOI.state(event.data["to"])
        return _("The results were released: %(state)s.") % {
            "state": state.applicant_label or state.label
        }
    return str(say(known.msgid, **data))


def _office(verb: str) -> str:
    if verb in PANEL:
        return _("The panel")
    if verb in OFFICE:
        return _("The secretariat")
    if verb in LEGAL:
        return _("The legal office")
    return _("A former member")
