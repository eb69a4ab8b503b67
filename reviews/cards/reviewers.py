from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import cards, roles
from portal.cards import NavItem, Todo
from portal.deadline import Deadline, zoned
from portal.models import User
from reviews import policy, queries
from reviews.models import Assignment


@cards.register_nav
def places(user: User) -> Iterator[NavItem]:
    held = policy.places(user)
    if any(role in queries.SEATS for _call, _code, role in held):
        yield NavItem(_("Reviews"), reverse("inbox"), reverse("inbox"))
    chaired = [code for _call, code, role in held if role == roles.CHAIR]
    for code in chaired:
        label = _("Ranking") if len(chaired) == 1 else _("Ranking %(code)s") % {"code": code}
        address = reverse("ranking", kwargs={"code": code})
        yield NavItem(label, address, address)


@cards.register
def places_offered(user: User, now: datetime) -> Iterator[Todo]:
    """To whom a place on a panel is offered: to accept or decline it."""
    for place in queries.places_offered(user):
        sentence = _("You are invited to the panel of %(code)s. Role: %(role)s.")
        told = {"code": place.call.code, "role": place.get_role_display()}
        yield Todo(sentence % told, reverse("place", kwargs={"key": place.key}), _("Answer"))


@cards.register
def reviews_owed(user: User, now: datetime) -> Iterator[Todo]:
    """A reviewer's own: to declare, to score, to lock."""
    for assignment in queries.inbox(user):
        reference = assignment.loi.reference
        if assignment.state == "invited":
            sentence = _("%(case)s: declare whether you have a conflict of interest.")
            yield _due(assignment, sentence % {"case": reference}, "declare", _("Declare"), now)
        elif assignment.state == "accepted" and assignment.loi.state == "under_review":
            sentence, act = _written(assignment)
            yield _due(assignment, sentence % {"case": reference}, "review", act, now)


def _written(assignment: Assignment) -> tuple[str, str]:
    done = queries.progress(assignment)
    if not done.owed:
        return _("%(case)s: the review is complete; lock it."), _("Lock")
    scored = _("%(scored)s of %(criteria)s criteria") % {
        "scored": done.scored,
        "criteria": done.criteria,
    }
    findings = ngettext("%(n)s finding owed", "%(n)s findings owed", done.findings) % {
        "n": done.findings
    }
    words = f"{scored}, {findings}" if done.findings else scored
    return "%(case)s: " + words.replace("%", "%%") + ".", _("Score")


def _due(assignment: Assignment, sentence: str, page: str, act: str, now: datetime) -> Todo:
    address = reverse(page, kwargs={"key": assignment.key})
    if assignment.due_at is None:
        return Todo(sentence, address, act)
    zone = assignment.loi.call.zone
    deadline = Deadline(assignment.due_at, zone, now)
    text = f"{zoned(assignment.due_at, zone)}, {deadline.left_text}"
    return Todo(sentence, address, act, assignment.due_at, text, deadline.tone)
