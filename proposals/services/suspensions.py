"""What the publication of a suspension, a resumption or a cancellation does, the call locked."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import F, Q

from portal.models import User
from portal.workflow import Act
from proposals import queries
from proposals.models import Agreement, Amendment, Call, Condition, Letter, LetterOfIntent
from proposals.models.agreements import OFFERED
from proposals.models.decisions import PREPARED
from proposals.models.lois import CANCELLABLE, RUNNING
from proposals.models.projects import COMMITTED
from proposals.services import copies, decisions, ledger, letters
from proposals.workflow import CALL, LOI, PROJECT

RESUMES = ("resume", "resume_evaluation", "resume_agreements")

# Terms that are kept elsewhere: each is given (resumption, began=, pause=, now=).
Carry = Callable[..., None]
CARRIES: list[Carry] = []


def carries(carry: Carry) -> Carry:
    """Register what gives terms of its own the time of a pause back."""
    CARRIES.append(carry)
    return carry


def suspend(amendment: Amendment, *, by: User, now: datetime) -> None:
    """The clocks of the call stop; every running case has it by letter."""
    call = amendment.call
    columns = {"suspended_from": call.state, "pauses": [*call.pauses, [now.isoformat(), None]]}
    CALL.move(call, "suspend", by=by, now=now, columns=columns, amendment=amendment.number)
    facts = {"reason": amendment.reason, "source": amendment.source}
    offered = {
        loi.pk for project in call.projects.filter(state__in=OFFERED) for loi in project.cases
    }
    for loi in _cases(call, (*RUNNING, *OFFERED, "merged")):
        if loi.state != "merged" or loi.pk in offered:
            letters.owe(loi, Letter.Kind.SUSPENDED, by=by, now=now, **facts)


def resume(amendment: Amendment, *, by: User, now: datetime) -> None:
    """The call goes on where it stood; whatever ran at the suspension has as much time as it had.

    What had passed by then stays passed.
    """
    call = amendment.call
    began = datetime.fromisoformat(call.pauses[-1][0])
    columns = {
        "suspended_from": "",
        "pauses": [*call.pauses[:-1], [call.pauses[-1][0], now.isoformat()]],
    }
    action = next(name for name in RESUMES if CALL.verdict(call, name, Act(by, now)))
    CALL.move(call, action, by=by, now=now, columns=columns, amendment=amendment.number)
    pause = _whole_days(now - began)
    carried = queries.carried(call)
    cases = Q(decision__loi__in=carried.filter(state__in=OFFERED), decision__state="released")
    merged = Q(project__call=call, project__state__in=OFFERED)
    offered = Agreement.objects.filter(cases | merged, accept_by__gt=began)
    offered.update(accept_by=F("accept_by") + pause)
    imposed = queries.running_conditions().filter(decision__loi__in=carried, due_at__gt=began)
    Condition.objects.filter(pk__in=imposed.values("pk")).update(due_at=F("due_at") + pause)
    tickets = call.amendments.filter(kind=Amendment.Kind.TICKET, state="published")
    tickets.filter(until__gt=began).update(until=F("until") + pause)
    for carry in CARRIES:
        carry(amendment, began=began, pause=pause, now=now)


def _whole_days(pause: timedelta) -> timedelta:
    """Rounded up: a term that ends with a day still does."""
    return timedelta(days=-(-pause // timedelta(days=1)))


def cancel(amendment: Amendment, *, by: User, now: datetime) -> None:
    """Every running case ends; what was held or committed is free, and each has it by letter."""
    call = amendment.call
    CALL.move(
        call, "cancel", by=by, now=now, columns={"suspended_from": ""}, amendment=amendment.number
    )
    for loi in _cases(call, ("draft", "awaiting_signature")):
        LOI.move(loi, "cancel_draft", by=by, now=now, reason=amendment.reason)
    formed = set()  # the cases of projects that still go on
    for project in call.projects.select_for_update().filter(state__in=COMMITTED):
        project.call = call
        formed |= {loi.pk for loi in project.cases}
        PROJECT.move(project, "cancel", by=by, now=now, reason=amendment.reason)
        ledger.give_back(project, by=by, now=now)
    for decision in call.moved_here.filter(state__in=PREPARED).select_related("loi__call"):
        decisions.void_of(decision.loi, by=by, now=now)
    facts = {"reason": amendment.reason, "source": amendment.source}
    for loi in _cases(call, CANCELLABLE):
        if loi.state == "merged" and loi.pk not in formed:
            continue
        returned = _give_back(loi, by, now)
        _without_copy(loi, by, now)
        LOI.move(loi, "cancel", by=by, now=now, reason=amendment.reason)
        letters.owe(loi, Letter.Kind.CANCELLED, by=by, now=now, returned=returned, **facts)


def _cases(call: Call, states: tuple[str, ...]) -> list[LetterOfIntent]:
    """Those that the mission of the call carries: guests of other calls, which are locked as well, among them."""
    cases = queries.carried(call).select_for_update(of=("self",)).filter(state__in=states)
    related = ("organisation", "ticket", "filing", "pi", "call__mission")
    found = list(cases.select_related(*related).order_by("pk"))
    calls = {call.pk: call}  # one object a call, which counts its letters
    for loi in found:
        loi.call = calls.setdefault(loi.call_id, loi.call)
    return found


def _give_back(loi: LetterOfIntent, by: User, now: datetime) -> dict:
    """Return what the case holds or has committed; by resource code, what had been committed."""
    decisions.void_of(loi, by=by, now=now)
    decision = queries.in_force(loi)
    if decision is None:
        return {}
    returned = {
        grant.allocation.resource: grant.amount
        for grant in decision.grants.select_related("allocation")
        if grant.amount
    }
    ledger.give_back(decision, by=by, now=now)
    return returned


def _without_copy(loi: LetterOfIntent, by: User, now: datetime) -> None:
    if loi.working_copy != LetterOfIntent.WorkingCopy.NONE:
        copies.restore(loi, by=by, now=now)
        loi.working_copy = LetterOfIntent.WorkingCopy.NONE
        loi.save(update_fields=["working_copy"])
