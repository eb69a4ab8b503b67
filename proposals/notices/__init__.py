from collections.abc import Callable, Iterable

from django.conf import settings
from django.urls import reverse

from portal import roles
from portal.deadline import zoned
from portal.models import User
from portal.notices import Notice, register
from portal.queries import seated
from proposals import agreements, course, gazette, lacking, queries, redress
from proposals.models import (
    Amendment,
    Call,
    Correction,
    Decision,
    Letter,
    LetterOfIntent,
    Naming,
    Project,
    Question,
    Share,
)
from proposals.models.agreements import OFFERED, Subject
from proposals.models.amendments import FATES
from proposals.models.lois import CANCELLABLE, RUNNING
from proposals.notices import conditions as conditions
from proposals.notices import viruses as viruses
from proposals.notices.audiences import ANSWERABLE, TEAM, both_sides, holders, members, office
from proposals.workflow import table_of


def _unfiled(loi: LetterOfIntent) -> bool:
    return loi.state in {"draft", "awaiting_signature"}


def _awaiting(loi: LetterOfIntent) -> bool:
    return loi.state == "awaiting_signature"


def _copied(loi: LetterOfIntent) -> bool:
    return loi.working_copy != LetterOfIntent.WorkingCopy.NONE


def _copy_awaiting(loi: LetterOfIntent) -> bool:
    return loi.working_copy == LetterOfIntent.WorkingCopy.SIGNED_OFF


def _in_force(loi: LetterOfIntent) -> dict:
    """Of a letter with a working copy: what counts meanwhile, and until when it may be replaced."""
    filed = zoned(loi.filing.arrived_at, loi.call.zone)
    return {**_loi(loi), "number": loi.filing.number, "next": loi.filing.number + 1, "filed": filed}


def _carried(loi: LetterOfIntent) -> dict:
    return {**_loi(loi), "code": queries.carrier(loi).code}


def _loi(loi: LetterOfIntent) -> dict:
    return {"closes": zoned(loi.closes_at, loi.call.zone)}


def _missing(loi: LetterOfIntent) -> dict:
    return {**_loi(loi), "lacking": lacking.of(loi), "contact": lacking.contact()}


def _asked(loi: LetterOfIntent) -> bool:
    return loi.state == "clarification"


def _offered(subject: Subject) -> bool:
    return subject.state in OFFERED


def _decided(loi: LetterOfIntent) -> dict:
    """A decision as its partner is told of it: with the conditions to be met, and by when.

    Of a merged case, what follows of its project.
    """
    if project := queries.project_of(loi):
        leads = loi.organisation_id == project.lead_id
        return {**_agreement(project), "project": project, "leads": leads}
    zone = loi.call.zone
    listed = [(one, zoned(one.due_at, zone)) for one in queries.conditions_of(loi)]
    return {**_agreement(loi), "conditions": listed}


def _agreement(subject: Subject) -> dict:
    """What a positive decision or a project is followed by; nothing after another decision."""
    agreement = queries.agreement_of(subject)
    here = settings.BASE_URL + reverse(table_of(subject).noun, args=[subject.key])
    if agreement is None:
        return {"agreement": None, "here": here}
    extension, zone = agreement.extensions.last(), subject.call.zone
    return {
        "agreement": agreement,
        "here": here,
        "accept_by": zoned(agreement.accept_by, zone),
        "until": zoned(extension.until, zone) if extension else "",
        "given": ", ".join(f"{one.label} {one.amount}" for one in agreements.given(agreement)),
        "aors": course.representatives(subject),
    }


def _review(loi: LetterOfIntent) -> dict:
    return {"review": redress.of(loi)[-1]}


def _clarification(loi: LetterOfIntent) -> dict:
    """The round that is being told of, with its answer where there is one."""
    asked = loi.clarifications.last()
    answer = getattr(asked, "answer", None)
    return {"asked": asked, "due": zoned(asked.answer_by, loi.call.zone), "answer": answer}


def _call(call: Call) -> dict:
    return {"closes": zoned(call.closes_at, call.zone)}


for notice in (
    Notice("call_proposed", holders(roles.APPROVER), context=_call),
    Notice("call_sent_back", holders(roles.SECRETARY), context=_call),
    Notice("call_published", holders(roles.SECRETARY, roles.APPROVER), context=_call),
    Notice("call_closed", holders(roles.SECRETARY), context=_call),
    Notice("decisions_proposed", holders(roles.APPROVER), context=_call),
    Notice("decisions_reopened", holders(roles.SECRETARY, roles.APPROVER), context=_call),
    Notice("decisions_approved", holders(roles.SECRETARY), context=_call),
    Notice("release_moved", holders(roles.SECRETARY, roles.APPROVER), context=_call),
    Notice("call_released", holders(roles.SECRETARY, roles.APPROVER), context=_call),
):
    register(notice, Call)


def _concerned(amendment: Amendment) -> list[User]:
    """Everybody with a draft or a filed letter, or whose letter becomes a draft again.

    Whom a late ticket admits is told apart.
    """
    lois, states = amendment.call.lois.all(), {"draft", "awaiting_signature", *RUNNING}
    if amendment.kind in FATES:  # of whatever the call's mission carries
        lois, states = queries.carried(amendment.call), {*states, *CANCELLABLE}
    if amendment.kind == Amendment.Kind.CLOSING:
        states.add("not_submitted")
    lois = lois.filter(state__in=states)
    team = queries.team_of(lois, TEAM, without=amendment.organisation_id)
    return [*team, *queries.holders(roles.SECRETARY)]


def _admitted(ticket: Amendment) -> list[User]:
    return queries.members_of(ticket.organisation_id, *TEAM)


def _asker(question: Question) -> list[User]:
    asker = (question.corrects or question).asker
    return [asker] if asker else []


def _amendment(amendment: Amendment) -> dict:
    call = amendment.call
    return {
        "call": call,
        "until": zoned(amendment.until, call.zone) if amendment.until else "",
        "sentence": gazette.sentence(amendment, call),
        "changes": gazette.changes(amendment, call),
        "closes": zoned(amendment.instants.get("closes_at", call.closes_at), call.zone),
    }


for notice in (
    Notice("amendment_proposed", holders(roles.APPROVER), context=_amendment),
    Notice("amendment_published", _concerned, context=_amendment),
    Notice("amendment_taken_back", holders(roles.SECRETARY, roles.APPROVER), context=_amendment),
    Notice("ticket_granted", _admitted, context=_amendment),
):
    register(notice, Amendment)

for notice in (
    Notice("question_asked", holders(roles.SECRETARY)),
    Notice("question_answered", _asker),
    Notice("question_corrected", _asker),
):
    register(notice, Question)


for notice in (
    Notice("loi_signed_off", members(roles.AOR), still=_awaiting, context=_loi),
    Notice("loi_returned", members(roles.PI), context=_loi),
    Notice("loi_filed", members(*TEAM), context=_loi),
    Notice("loi_copy_signed_off", members(roles.AOR), still=_copy_awaiting, context=_in_force),
    Notice("loi_copy_returned", members(roles.PI), context=_in_force),
    Notice("loi_refiled", members(*TEAM), context=_in_force),
    Notice("loi_copy_discarded", members(*TEAM), context=_in_force),
    Notice("loi_copy_lapsed", members(*TEAM), context=_in_force),
    Notice("loi_copy_reminder", members(*TEAM), still=_copied, context=_in_force),
    Notice("receipt_ready", members(roles.PI, roles.AOR), context=_loi),
    Notice("loi_reminder", members(*TEAM), still=_unfiled, context=_missing),
    Notice("loi_not_submitted", members(*TEAM), context=_missing),
    Notice(
        "loi_withdrawn",
        lambda loi: [*queries.applicants_of(loi, *TEAM), *office(loi)],
        context=_loi,
    ),
    Notice("clarification_asked", members(*ANSWERABLE), still=_asked, context=_clarification),
    Notice("clarification_reminder", members(*ANSWERABLE), still=_asked, context=_clarification),
    Notice("clarification_answered", office, context=_clarification),
    Notice(
        "clarification_lapsed",
        lambda loi: [*queries.applicants_of(loi, *ANSWERABLE), *office(loi)],
        context=_clarification,
    ),
    Notice("loi_ineligible", members(*TEAM), context=_loi),
    Notice("ineligible_ready", members(*TEAM), context=_loi),
    Notice("loi_under_review", members(*TEAM), context=_loi),
    Notice("loi_decided", members(*TEAM), context=_decided),
    Notice("loi_promoted", members(*TEAM), context=_decided),
    Notice("loi_reaccommodated", both_sides(roles.LEGAL), context=_decided),
    Notice("loi_cancelled", members(*TEAM), context=_carried),
    Notice("review_requested", both_sides(roles.SECRETARY, roles.LEGAL), context=_review),
    Notice("review_answered", both_sides(roles.SECRETARY, roles.LEGAL), context=_review),
):
    register(notice, LetterOfIntent)


for notice in (
    Notice("acceptance_reminder", members(*ANSWERABLE), still=_offered, context=_agreement),
    Notice("selection_accepted", both_sides(roles.SECRETARY, roles.LEGAL), context=_agreement),
    Notice("selection_declined", both_sides(roles.SECRETARY, roles.LEGAL), context=_agreement),
    Notice("selection_lapsed", both_sides(roles.SECRETARY), context=_agreement),
    Notice("extension_proposed", lambda of: office(of, roles.APPROVER), context=_agreement),
    Notice("extension_granted", both_sides(roles.SECRETARY), context=_agreement),
    Notice("agreement_signed", both_sides(roles.SECRETARY, roles.LEGAL), context=_agreement),
    Notice("agreement_terminated", both_sides(roles.SECRETARY, roles.LEGAL), context=_agreement),
):
    register(notice, LetterOfIntent)
    register(notice, Project)


def _readers(role: str) -> Callable[[Decision], Iterable[User]]:
    """The holders of a role who may read the decision while it is private."""
    return lambda decision: [
        person
        for person in queries.holders(role)
        if queries.visible_decisions(person).filter(pk=decision.pk).exists()
    ]


for notice in (
    Notice("decision_prepared", _readers(roles.APPROVER), still=lambda d: d.state == "prepared"),
    Notice("decision_approved", _readers(roles.SECRETARY), still=lambda d: d.state == "approved"),
):
    register(notice, Decision)


for notice in (
    Notice("letter_revoked", lambda letter: queries.applicants_of(letter.loi, *TEAM)),
    Notice("letter_corrected", lambda letter: queries.applicants_of(letter.loi, *TEAM)),
):
    register(notice, Letter)


def _approvers(correction: Correction) -> list[User]:
    """Those who may read the letter and what is wrong with it."""
    return [
        person
        for person in queries.holders(roles.APPROVER)
        if queries.visible_corrections(person).filter(pk=correction.pk).exists()
    ]


register(
    Notice(
        "correction_proposed",
        _approvers,
        still=lambda correction: correction.state == "proposed",
    ),
    Correction,
)


def _rejected(naming: Naming) -> list[User]:
    """The team; of a filed letter the second key and the secretariat as well."""
    loi = naming.loi
    if loi.filing_id is None:
        return queries.applicants_of(loi, roles.PI, roles.OWNER, roles.EDITOR)
    return [*queries.applicants_of(loi, *TEAM), *office(loi)]


for notice in (
    # Told to an address, whether anybody has an account with it or not.
    Notice("naming_asked", lambda n: (), still=lambda n: n.state == "asked"),
    Notice("naming_rejected", _rejected),
):
    register(notice, Naming)


def _partners(share: Share) -> list[User]:
    return seated(share.organisation, roles.AOR)


def _leads(share: Share) -> list[User]:
    return queries.applicants_of(share.loi, *ANSWERABLE)


def _asked(share: Share) -> bool:
    return share.state == "asked"


def _share(share: Share) -> dict:
    loi = share.loi
    return {**_loi(loi), "loi": loi, "name": share.words["name"], "title": loi.title}


for notice in (
    Notice("share_asked", _partners, still=_asked, context=_share),
    Notice("share_countersigned", _leads, context=_share),
    Notice("share_declined", _leads, context=_share),
    Notice("share_taken_back", _partners, context=_share),
):
    register(notice, Share)
