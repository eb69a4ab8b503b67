"""Conflicts of interest that wait for a ruling, and offices that a conflict leaves empty."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import cards, roles
from portal.cards import Todo
from portal.models import User
from portal.text import say
from proposals import boards
from proposals import queries as proposals
from proposals.models import Call
from proposals.workflow import CALL
from reviews import policy, queries

RULERS = frozenset({"chair", roles.SECRETARY, roles.APPROVER})
JUDGING = ("published", "closed")
# Office, what a call lacks where all its holders are shut out of a case, and who can help.
EMPTY = (
    (
        "chair",
        say("No chair is left for %(n)s of the cases of %(code)s: a secretary seats another one."),
        roles.SECRETARY,
        "panel",
    ),
    (
        roles.SECRETARY,
        say("No secretary is left for %(n)s of the cases of %(code)s: an administrator names another one."),
        roles.ADMIN,
        "people",
    ),
    (
        roles.APPROVER,
        say("No approver is left for %(n)s of the cases of %(code)s: an administrator names another one."),
        roles.ADMIN,
        "people",
    ),
)  # fmt: skip


@cards.register
def rulings_owed(user: User, now: datetime) -> Iterator[Todo]:
    """What waits for this person's ruling, call by call."""
    chaired = {code for _call, code, role in policy.places(user) if role == roles.CHAIR}
    office = bool(user.roles() & RULERS)
    if not chaired and not office:
        return
    calls = proposals.visible_calls(user).filter(history=False, state__in=JUDGING)
    for call in calls.order_by("closes_at"):
        if office or call.code in chaired:
            yield from _owed(call, user, queries.offices(call))


def _owed(call: Call, user: User, offices: dict[int, str]) -> Iterator[Todo]:
    """Counted over what the reader may see and rule on; empty where that is nothing."""
    mine = CALL.relation(user, call)
    waiting = queries.waiting_conflicts(queries.visible_conflicts(user, call))
    number = sum(
        1
        for row in waiting
        if row.user_id != user.pk and queries.rulers(row, offices.get(row.user_id, "")) & mine
    )
    if number:
        sentence = ngettext(
            "%(n)s conflict of interest of %(code)s waits for your ruling.",
            "%(n)s conflicts of interest of %(code)s wait for your ruling.",
            number,
        )
        address = reverse("conflicts", kwargs={"code": call.code})
        yield Todo(sentence % {"n": number, "code": call.code}, address, _("Read and rule"))


def blockers(call: Call, user: User, now: datetime) -> Iterator[Todo]:
    """For the board: rulings that wait, and cases without a chair, a secretary or an approver."""
    if call.history or call.state not in JUDGING:
        return
    offices = queries.offices(call)
    yield from _owed(call, user, offices)
    mine = CALL.relation(user, call)
    cases = proposals.visible_lois(user).filter(call=call, state__in=queries.BEFORE_THE_PANEL)
    cases = list(cases.exclude(organisation__in=list(user.seats())))
    gone = queries.shut_out(cases)
    for office, sentence, helper, page in EMPTY:
        held = {pk for pk, what in offices.items() if what == office}
        number = sum(1 for loi in cases if held and all((loi.pk, pk) in gone for pk in held))
        if number:
            words = say(sentence.msgid, n=number, code=call.code)
            kwargs = {"code": call.code} if page == "panel" else None
            helps = helper in mine
            address = reverse(page, kwargs=kwargs) if helps else ""
            yield Todo(words, address, _("Name another") if helps else "", tone="cinnabar")


boards.BLOCKERS.append(blockers)
