"""The course of a case: where it is, what comes next, and what is expected of whom."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.deadline import said
from portal.models import User
from portal.workflow import State
from proposals import queries
from proposals.models import LetterOfIntent, Project
from proposals.models.agreements import Subject
from proposals.models.lois import COMMITTED, DECIDED, GIVEN_BACK, OFFERED, REDRESS
from proposals.models.projects import COMMITTED as GOING_ON
from proposals.policy import SEATS
from proposals.workflow import LOI, PROJECT

# Every state's place on the way; where a case may end early, the step it ended at.
PLACES = {
    "draft": 0,
    "awaiting_signature": 1,
    "filed": 2,
    "screening": 3,
    "clarification": 3,
    "under_review": 4,
    "consensus": 4,
    "final_review": 5,
    **dict.fromkeys(DECIDED, 6),
    **dict.fromkeys((*COMMITTED, *GIVEN_BACK), 7),
}
ENDED = {"call_cancelled": 2, "not_submitted": 1, "withdrawn": 2, "ineligible": 3}


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    status: str
    note: str = ""
    url: str = ""
    missing: int = 0
    sign: str = ""  # stands for the label where there is no room


def member(user: User, loi: LetterOfIntent) -> bool:
    """Does this person read the case as a member of its organisation?"""
    return bool(LOI.relation(user, loi) & set(SEATS.values()))


def applicant(user: User, loi: LetterOfIntent) -> bool:
    """Does this person read it from the applicants' side, its partners included?"""
    return member(user, loi) or partner(user, loi)


def partner(user: User, loi: LetterOfIntent) -> bool:
    """Does this person read it only because their organisation has countersigned its share?"""
    return not member(user, loi) and queries.partnered(user).filter(loi=loi).exists()


def representatives(subject: Subject) -> str:
    """Those who can file it, or accept it, by name."""
    names = ", ".join(person.name for person in queries.applicants_of(subject, "aor"))
    return names or _("The authorised representative (nobody holds that seat yet)")


def state(user: User, loi: LetterOfIntent) -> State:
    """The case's state as this person may read it."""
    found = LOI.state(loi.state)
    if applicant(user, loi) and found.applicant_label:
        return State(found.name, found.applicant_label, tone=found.tone, final=found.final)
    return found


def steps(user: User, loi: LetterOfIntent) -> list[Step]:
    labels = [
        _("Draft"),
        _("Signed off"),
        _("Filed"),
        _("Screening"),
        _("Review"),
        _("Final review"),
        _("Decision"),
    ]
    place = ENDED.get(loi.state, PLACES.get(loi.state, 0))
    if loi.state in (*COMMITTED, *GIVEN_BACK):
        labels.append(_("Agreement"))
    if loi.state in REDRESS and queries.in_force(loi) is None:
        place = PLACES["screening"]  # of an ineligibility
    reached = _reached(loi)
    found = []
    for number, label in enumerate(labels):
        status, note = "done" if number < place else "todo", ""
        if number == place:
            status = reached
            note = str(state(user, loi).label) if loi.state in (*ENDED, *DECIDED) else ""
        found.append(Step(label, status, note))
    return found


def _reached(loi: LetterOfIntent) -> str:
    """How the step the case has come to looks."""
    if loi.state in ENDED or loi.state in GIVEN_BACK:
        return "problem"
    waits = loi.state in (*OFFERED, "agreement_pending", "review_requested")
    return "done" if loi.state in DECIDED and not waits else "current"


def expected(user: User, loi: LetterOfIntent, missing: int) -> str:
    """One sentence: what is expected of this person, else of whom."""
    seats = LOI.relation(user, loi)
    closes = said(loi.closes_at, loi.call.zone)
    match loi.state:
        case "draft" if missing:
            sentence = _("Complete the draft, sign it off and file it before %(closes)s.")
        case "draft" if "pi" in seats:
            sentence = _("Nothing is missing: sign it off, so that it can be filed by %(closes)s.")
        case "draft":
            sentence = _("Nothing is missing: a principal investigator signs it off next.")
        case "awaiting_signature" if "aor" in seats:
            sentence = _("You file it: the second key is yours. The call closes on %(closes)s.")
        case "awaiting_signature":
            sentence = _("It is not filed. %(aors)s must file it before %(closes)s.")
        case "filed" if loi.working_copy and member(user, loi):
            sentence = _working_copy(seats, loi, missing)
        case "filed":
            sentence = _(
                "Nothing is owed. Screening begins when the call has closed, on %(closes)s."
            )
        case "not_submitted":
            sentence = _("The call closed on %(closes)s; this letter had not been filed.")
        case "screening":
            sentence = _("The secretariat checks that it is complete and eligible.")
        case "clarification" if seats & {"pi", "aor"}:
            sentence = _("Answer the question of the screening before %(due)s.")
        case "clarification":
            sentence = _(
                "The screening waits for an answer of the principal investigator or %(aors)s, before %(due)s."
            )
        case "under_review" | "consensus":
            sentence = _("Reviewers score it. You are told when a decision is released.")
        case "final_review":
            sentence = _("The committee decides. All decisions of the call are released together.")
        case "withdrawn":
            sentence = _("It was withdrawn and is not judged.")
        case "call_cancelled":
            sentence = _("The call was cancelled, and the case ended with it.")
        case "ineligible":
            sentence = _(
                "It does not go to review. The letter says which rule and what can be done."
            )
        case "merged" if project := queries.project_shown(user, loi):
            sentence = (
                _("It goes on in the project %(reference)s.")
                if project.state in GOING_ON
                else _("It was merged into the project %(reference)s.")
            )
            told = sentence % {"reference": project.reference}
            return f"{told} {expected_of_project(user, project)}"
        case _:
            return _after(seats, loi)
    asked = loi.clarifications.last() if loi.state == "clarification" else None
    due = said(asked.answer_by, loi.call.zone) if asked else ""
    return sentence % {"closes": closes, "aors": representatives(loi), "due": due}


def expected_of_project(user: User, project: Project) -> str:
    """One sentence: what is expected of this person, else of whom."""
    return _after(PROJECT.relation(user, project), project)


def _after(seats: set[str], subject: Subject) -> str:
    """After the decision on a case or the merge of several: what is expected of whom."""
    agreement, zone = queries.agreement_of(subject), subject.call.zone
    due = said(agreement.accept_by, zone) if agreement else ""
    states = {one.state for one in queries.conditions_of(subject)} if agreement else set()
    match subject.state:
        case "prepared" | "approved":
            sentence = _("Private until the release, as the decisions of its cases are.")
        case "void":
            sentence = _("It was dissolved, and each of its cases is decided by itself.")
        case "released" if "aor" in seats:
            sentence = _("Accept it for all its partners, or decline it, before %(due)s.")
        case "released":
            sentence = _(
                "%(aors)s of %(lead)s accepts it for all its partners, or declines it, before %(due)s."
            )
        case "call_cancelled":
            sentence = _("The call was cancelled, and the project ended with it.")
        case "selected" | "selected_conditional" if "aor" in seats:
            sentence = _("It is selected: accept or decline before %(due)s.")
        case "selected" | "selected_conditional":
            sentence = _("It is selected. %(aors)s accepts or declines before %(due)s.")
        case "agreement_pending" if states & {"open"} and seats & {"pi", "aor"}:
            sentence = _(
                "It is accepted. Answer its conditions: the agreement is signed once those are met that are due by then."
            )
        case "agreement_pending" if states - {"met"}:
            sentence = _(
                "It is accepted. Legal has the agreement signed by both sides, once the conditions are met that are due by then."
            )
        case "agreement_pending":
            sentence = _("It is accepted. Legal has the agreement signed by both sides.")
        case "agreement_signed":
            sentence = _("The agreement is signed.")
        case "declined":
            sentence = _("The partner declined. What was given is free for others.")
        case "lapsed":
            sentence = _("It was not accepted before %(due)s. What was given is free for others.")
        case "terminated":
            sentence = _("The agreement was terminated. What was given is free for others.")
        case "review_requested":
            sentence = _("A legal officer who had no part in the case answers the request.")
        case "upheld":
            sentence = _("The review is answered: what was decided stands.")
        case _:
            sentence = _("Decided: the decision letter says what follows.")
    lead = subject.organisation.name
    return sentence % {"due": due, "aors": representatives(subject), "lead": lead}


def _working_copy(seats: set[str], loi: LetterOfIntent, missing: int) -> str:
    if loi.working_copy == loi.WorkingCopy.SIGNED_OFF and "aor" in seats:
        return _("You file it: the second key is yours. The call closes on %(closes)s.")
    if loi.working_copy == loi.WorkingCopy.SIGNED_OFF:
        return _("%(aors)s must file the working copy before %(closes)s, or it is discarded.")
    if missing:
        return _("Complete the working copy, sign it off and file it before %(closes)s.")
    if "pi" in seats:
        return _("Sign off the working copy, so that it can be filed by %(closes)s.")
    return _("A principal investigator signs off the working copy next.")
