from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import cards, roles
from portal.cards import Todo
from portal.models import User
from portal.workflow import Act
from proposals import queries as proposals
from proposals.models import Call
from proposals.models.decisions import PREPARED
from proposals.workflow import CALL
from reviews import policy
from reviews.cards.obstacles import obstacles


@cards.register
def judging_owed(user: User, now: datetime) -> Iterator[Todo]:
    """The secretary's and the chair's: of every closed call, what this person can clear."""
    chaired = {code for _call, code, role in policy.places(user) if role == roles.CHAIR}
    secretary = roles.SECRETARY in user.roles()
    if not chaired and not secretary:
        return
    for call in Call.objects.filter(code__in=chaired, state="released").order_by("closes_at"):
        yield from _reserves_owed(call, user)
    calls = proposals.visible_calls(user).filter(history=False, state="closed")
    for call in calls.order_by("closes_at"):
        if not secretary and call.code not in chaired:
            continue
        mine = CALL.relation(user, call)
        for obstacle in obstacles(call, user, now):
            if obstacle.who in mine:
                yield obstacle.todo
        if "chair" in mine:
            yield from _decisions_owed(call, user, now)


def _reserves_owed(call: Call, user: User) -> Iterator[Todo]:
    """Of a released call: the best of the reserve list that fits what has become free."""
    mine = proposals.visible_lois(user).filter(call=call)
    for loi in proposals.fitting_reserves(mine)[:1]:
        allocation, needs = next(iter(proposals.demands(loi).items()), (None, None))
        returned = allocation and proposals.last_return(allocation, user)
        facts = {
            "reference": loi.reference,
            "needs": allocation.kind.amount(needs) if allocation else _("nothing of the budget"),
            "free": allocation.kind.amount(allocation.balance.free) if allocation else "",
            "from": (returned.project or returned.decision.loi).reference if returned else "",
            "amount": allocation.kind.amount(returned.amount) if returned else "",
        }
        if returned:
            sentence = _(
                "%(from)s returned %(amount)s: %(free)s are free. On the reserve list, "
                "%(reference)s with %(needs)s fits."
            )
        else:
            sentence = _("On the reserve list, %(reference)s with %(needs)s fits what is free.")
        address = reverse("prepare_decision", kwargs={"key": loi.key})
        yield Todo(sentence % facts, address, _("Prepare its promotion"))


def _decisions_owed(call: Call, user: User, now: datetime) -> Iterator[Todo]:
    address = reverse("ranking", kwargs={"code": call.code})
    waiting = proposals.visible_lois(user).filter(call=call, state="final_review")
    number = waiting.exclude(decisions__state__in=PREPARED).count()
    if number:
        sentence = ngettext(
            "%(n)s case of %(code)s is in final review without a decision.",
            "%(n)s cases of %(code)s are in final review without a decision.",
            number,
        )
        yield Todo(sentence % {"n": number, "code": call.code}, address, _("Prepare"))
    elif CALL.verdict(call, "propose_decisions", Act(user, now)):
        sentence = _("Every decision of %(code)s is prepared: propose them.")
        yield Todo(sentence % {"code": call.code}, address, _("Read and propose"))
