"""What is owed after a release: an acceptance, more time, a condition, a signature, an answer."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import cards, roles
from portal.deadline import Deadline
from portal.models import User
from portal.workflow import Act
from proposals import queries
from proposals.models import Extension, LetterOfIntent, Project
from proposals.models.agreements import OFFERED, Subject
from proposals.workflow import CONDITION, LOI, table_of


@cards.register
def accepting(user: User, now: datetime) -> Iterator[cards.Todo]:
    """A selection to be accepted: the representative acts, the others of the keys see that it is."""
    for subject in _offered(user):
        seats, agreement = table_of(subject).relation(user, subject), queries.agreement_of(subject)
        if not seats & {"aor", "pi", "owner"} or now >= agreement.accept_by:
            continue
        said = {"case": subject.reference, "title": subject.title}
        sentence = _("%(case)s “%(title)s” is selected, and not yet accepted.") % said
        act = _("Look")
        if "aor" in seats:
            sentence = _(
                "[Action required] Accept or decline the selection of %(case)s “%(title)s”."
            )
            sentence, act = sentence % said, _("Read and accept")  # fmt: skip
        deadline = Deadline(agreement.accept_by, subject.call.zone, now)
        due = f"{deadline.zone_text} — {deadline.left_text}"
        yield cards.Todo(sentence, _here(subject), act, agreement.accept_by, due, deadline.tone)


@cards.register
def extensions(user: User, now: datetime) -> Iterator[cards.Todo]:
    """For the approver: more time that another has proposed."""
    if roles.APPROVER not in user.roles():
        return
    waiting = Extension.objects.filter(granted_at=None)
    for one in waiting.select_related("agreement__decision__loi", "agreement__project"):
        subject = one.agreement.subject
        seen = queries.visible(user, type(subject)).filter(pk=subject.pk, state__in=OFFERED)
        if seen and table_of(subject).verdict(subject, "grant_extension", Act(user, now)):
            sentence = _("More time to accept %(case)s is proposed.")
            said = {"case": subject.reference}
            yield cards.Todo(sentence % said, _here(subject), _("Look and grant"))


@cards.register
def conditions(user: User, now: datetime) -> Iterator[cards.Todo]:
    """For whoever answers them: the conditions of a selection, the next due first."""
    own = queries.running_conditions().filter(
        state="open", decision__loi__organisation__in=list(user.seats())
    )
    own = own.exclude(decision__loi__in=queries.paused())
    for condition in own.order_by("due_at", "number"):
        if not CONDITION.verdict(condition, "answer", Act(user, now)):
            continue
        loi = condition.loi
        sentence = _("[Action required] Answer condition %(number)s of %(case)s “%(title)s”.")
        said = {"number": condition.number, "case": loi.reference, "title": loi.title}
        deadline = Deadline(condition.due_at, loi.call.zone, now)
        due = f"{deadline.zone_text} — {deadline.left_text}"
        address = reverse("answer_condition", args=[condition.key])
        yield cards.Todo(
            sentence % said, address, _("Read and answer"), condition.due_at, due, deadline.tone
        )


@cards.register
def legal(user: User, now: datetime) -> Iterator[cards.Todo]:
    """For legal: agreements to have signed, and reviews of a procedure to answer."""
    if roles.LEGAL not in user.roles():
        return
    for kind in (LetterOfIntent, Project):
        accepted = queries.visible(user, kind).filter(state="agreement_pending")
        for subject in accepted.order_by("reference"):
            sentence = _("%(case)s “%(title)s” is accepted: its agreement is to be signed.")
            said = {"case": subject.reference, "title": subject.title}
            sentence = " ".join(filter(None, [sentence % said, _unmet(subject, now)]))
            yield cards.Todo(sentence, _here(subject), _("Look"))
    lois = queries.visible_lois(user)
    for loi in lois.filter(state="review_requested").order_by("reference"):
        if LOI.verdict(loi, "uphold", Act(user, now, "?")):
            sentence = _("A review of the procedure is asked for: %(case)s “%(title)s”.")
            said = {"case": loi.reference, "title": loi.title}
            address = reverse("uphold_loi", args=[loi.key])
            yield cards.Todo(sentence % said, address, _("Read and answer"))


def _unmet(subject: Subject, now: datetime) -> str:
    """What stands in the way of a signing today."""
    call = subject.call
    number = len(queries.unmet(subject, by=call.end_of(now.astimezone(call.zoneinfo).date())))
    said = ngettext(
        "%(n)s condition due by today is not met.",
        "%(n)s conditions due by today are not met.",
        number,
    )
    return said % {"n": number} if number else ""


def _offered(user: User) -> Iterator[Subject]:
    """What the person's organisations may accept: their cases, and the projects they lead."""
    if own := list(user.seats()):
        cases = queries.visible_lois(user).filter(organisation__in=own)
        yield from cases.filter(state__in=OFFERED)
        yield from queries.visible_projects(user).filter(lead__in=own, state__in=OFFERED)


def _here(subject: Subject) -> str:
    return reverse(table_of(subject).noun, args=[subject.key])
