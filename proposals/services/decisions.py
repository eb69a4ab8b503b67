from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from portal import canonical
from portal.events import CLOCK
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no, require
from portal.workflow import Act
from proposals import queries
from proposals.models import Allocation, Call, Decision, Grant, Letter, LetterOfIntent, Project
from proposals.models.decisions import PREPARED
from proposals.panel import PanelResult
from proposals.services import conditions, ledger, letters, locks, offers
from proposals.workflow import (
    CALL,
    DECISION,
    LOI,
    OUTCOME_ACTION,
    PROJECT,
)

NOT_APPROVED = {"approved_by": None, "approved_at": None}


@transaction.atomic
def prepare(
    loi: LetterOfIntent,
    *,
    outcome: str,
    reason: str,
    result: PanelResult,
    conditions: list[dict] | None = None,
    granted: dict[str, tuple[Decimal, str]] | None = None,
    waiver: str = "",
    by: User,
    now: datetime,
) -> Decision:
    """Write down privately what is to become of a case, and hold what it would be given.

    `granted` gives, by resource code, an amount with its reason where it is
    less than what is asked. A risk that anybody rates high is accepted in
    writing, by a `waiver` which the approver reads. A decision prepared before is void and its hold
    returned, in the same transaction: if the new one does not fit, the old stays.
    """
    loi = locks.case(loi)
    decision = Decision(
        loi=loi,
        outcome=outcome,
        reason=reason.strip(),
        conditions=conditions or [],
        basis=canonical.plain(asdict(result)),
        waiver=waiver.strip(),
        prepared_by=by,
        prepared_at=now,
    )
    action = "prepare"
    if loi.state == "reserve":  # as the panel found it when it was decided with the others
        action, decision.basis = "promote", queries.in_force(loi).basis
    require(DECISION.verdict(decision, action, Act(by, now)))
    check_words(decision)
    _check_risk(decision, result)
    void_of(loi, by=by, now=now)
    DECISION.enter(decision, action, by=by, now=now, outcome=outcome)
    if decision.positive:
        for allocation, asked in queries.demands(loi).items():
            amount, why = (granted or {}).get(allocation.resource, (asked, ""))
            grant(decision, allocation, asked, amount, why)
            ledger.hold(decision, allocation, amount, by=by, now=now)
    return decision


def check_words(decision: Decision) -> None:
    if decision.outcome not in set(Decision.Outcome.values) - {Decision.Outcome.MERGED}:
        raise Refused(
            no(
                "decision.outcome",
                say("“%(outcome)s” is not an outcome.", outcome=decision.outcome),
                field="outcome",
            )
        )
    if len(decision.reason) < 20:
        raise Refused(
            no(
                "decision.reason",
                say(
                    "The reason has %(n)s characters; the letter needs at least 20.",
                    n=len(decision.reason),
                ),
                field="reason",
            )
        )
    if (decision.outcome == Decision.Outcome.CONDITIONAL) != bool(decision.conditions):
        raise Refused(
            no(
                "decision.conditions",
                say("Conditions belong to “selected with conditions”, which needs at least one."),
                field="conditions",
            )
        )
    call = decision.loi.call
    conditions.check_days(decision, decision.prepared_at.astimezone(call.zoneinfo).date())


def _check_risk(decision: Decision, result: PanelResult) -> None:
    high = sum(risk == "high" for risk in result.risks)
    if decision.positive and high and len(decision.waiver) < 20:
        raise Refused(
            no(
                "decision.risk",
                say(
                    "%(high)s of %(all)s rate the risk high. Selecting it needs a waiver in writing of at least 20 characters; this one has %(n)s.",
                    high=high,
                    all=len(result.risks),
                    n=len(decision.waiver),
                ),
                field="waiver",
            )
        )


def grant(
    subject: Decision | Project, allocation: Allocation, asked: Decimal, amount: Decimal, why: str
) -> None:
    """Write down what is given: what is asked or less with a reason, and never over a cap."""
    unit, limit = allocation.kind, allocation.limit
    if not 0 <= amount <= asked:
        raise Refused(
            no(
                "grant.range",
                say(
                    "%(amount)s granted is not between 0 and the %(asked)s asked.",
                    amount=unit.amount(amount),
                    asked=unit.amount(asked),
                ),
                field="granted",
            )
        )
    if asked and not amount:
        raise Refused(
            no(
                "grant.nothing",
                say(
                    "%(asked)s are asked and nothing is granted: who is selected is given some of it.",
                    asked=unit.amount(asked),
                ),
                field="granted",
            )
        )
    if amount < asked and len(why.strip()) < 10:
        raise Refused(
            no(
                "grant.reason",
                say(
                    "%(amount)s is less than the %(asked)s asked: give the reason in at least 10 characters.",
                    amount=unit.amount(amount),
                    asked=unit.amount(asked),
                ),
                field="grant_reason",
            )
        )
    if amount > limit.most:
        raise Refused(
            no(
                "grant.cap",
                say(
                    "%(amount)s is over the %(most)s one module may have.",
                    amount=unit.amount(amount),
                    most=unit.amount(limit.most),
                ),
                field="granted",
            )
        )
    Grant.objects.create(
        **{subject._meta.model_name: subject},
        allocation=allocation,
        amount=amount,
        asked=asked,
        reason=why.strip(),
    )


def void_of(loi: LetterOfIntent, *, by: User, now: datetime) -> None:
    """Void the decision in preparation, if there is one: return its hold, void its letter."""
    decision = loi.decisions.filter(state__in=PREPARED).first()
    if decision is None:
        return
    if decision.project:  # withdrawn: the other cases are to be decided again
        part(decision.project, "fall_apart", by=CLOCK, now=now)
        return
    decision.loi = loi
    _void(decision, by=by, now=now)


def _void(decision: Decision, *, by: User | str, now: datetime) -> None:
    letters.void_of(decision, by=by, now=now)
    ledger.give_back(decision, by=by, now=now)
    DECISION.move(decision, "void", by=by, now=now)


def part(
    project: Project, action: str, *, by: User | str, now: datetime, reason: str = ""
) -> Event:
    """Undo a project that is not yet released, by the row `action`: each case stands alone again."""
    merged = list(project.decisions.filter(state__in=PREPARED).select_related("loi__call"))
    event = PROJECT.move(project, action, by=by, now=now, reason=reason)
    for decision in merged:
        _void(decision, by=CLOCK, now=now)
    ledger.give_back(project, by=by, now=now)
    return event


def take_effect(decision: Decision, action: str, *, by: User, now: datetime, **facts: str) -> None:
    ledger.commit(decision, by=by, now=now)
    letters.issue(decision.letters.get(state="stored"), by=by, now=now)
    if decision.positive:
        offers.offer(decision, now=now)
        conditions.impose(decision, by=by, now=now)
    LOI.move(decision.loi, action, by=by, now=now, **facts)


@transaction.atomic
def propose_decisions(call: Call, *, by: User, now: datetime) -> Event:
    return CALL.move(
        locks.call(call),
        "propose_decisions",
        by=by,
        now=now,
        columns={"decisions_proposed_by": by},
    )


@transaction.atomic
def reopen_decisions(call: Call, *, by: User, now: datetime, reason: str) -> Event:
    call = locks.call(call)
    event = CALL.move(
        call,
        "reopen_decisions",
        by=by,
        now=now,
        reason=reason,
        columns={"decisions_approved_by": None, "release_on": None},
    )
    for decision in _of(call, "approved"):
        letters.void_of(decision, by=by, now=now)
        DECISION.move(decision, "unapprove", by=by, now=now, columns=NOT_APPROVED)
    for project in call.projects.filter(state="approved"):
        PROJECT.move(project, "unapprove", by=by, now=now, columns=NOT_APPROVED)
    return event


@transaction.atomic
def approve_decisions(call: Call, *, release_on: date, by: User, now: datetime) -> Event:
    """The second person's yes to every decision of the call; their letters are owed from now on."""
    call = locks.call(call)
    _not_past(call, release_on, now)
    event = CALL.move(
        call,
        "approve_decisions",
        by=by,
        now=now,
        columns={"decisions_approved_by": by, "release_on": release_on},
        release_on=release_on.isoformat(),
    )
    approved = {"approved_by": by, "approved_at": now}
    for project in call.projects.filter(state="prepared"):
        PROJECT.move(project, "approve", by=by, now=now, columns=approved)
    for decision in _of(call, "prepared"):
        DECISION.move(decision, "approve", by=by, now=now, columns=approved)
        letters.owe(
            decision.loi,
            Letter.Kind.DECISION,
            decision=decision,
            dated=call.release_on,
            by=by,
            now=now,
        )
    return event


@transaction.atomic
def move_release(call: Call, *, release_on: date, by: User, now: datetime) -> Event:
    """Another day for the release: every letter is dated and rendered again."""
    call = locks.call(call)
    _not_past(call, release_on, now)
    event = CALL.move(
        call,
        "move_release",
        by=by,
        now=now,
        columns={"release_on": release_on},
        release_on=release_on.isoformat(),
    )
    for decision in _of(call, "approved"):
        letters.redate(decision, dated=release_on, by=by, now=now)
    return event


@transaction.atomic
def release(call: Call, *, by: User, now: datetime) -> Event:
    """Issue every decision of the call in one sitting: states, ledger, letters, messages.

    One transaction: everybody is told or nobody is. The guards on the call
    have seen that each letter is stored; each case's own row looks again.
    """
    call = locks.call(call)
    decisions = _of(call, "approved")
    event = CALL.move(call, "release", by=by, now=now)
    # First, so that what its cases are told says by when it is accepted.
    for project in call.projects.filter(state="approved"):
        PROJECT.move(project, "release", by=by, now=now, columns={"released_at": now})
        ledger.commit(project, by=by, now=now)
        offers.offer(project, now=now)
    for decision in decisions:
        DECISION.move(decision, "release", by=by, now=now, columns={"released_at": now})
        take_effect(decision, OUTCOME_ACTION[decision.outcome], by=by, now=now)
    for kind in ("final", "result"):
        call.milestones.filter(kind=kind, actual=None).update(actual=call.release_on)
    return event


def _of(call: Call, state: str) -> list[Decision]:
    found = list(
        Decision.objects.filter(loi__call=call, state=state)
        .select_related("loi__organisation", "loi__filing")
        .order_by("loi_id")
    )
    for decision in found:
        decision.loi.call = call
    return found


def _not_past(call: Call, release_on: date, now: datetime) -> None:
    today = now.astimezone(call.zoneinfo).date()
    if release_on < today:
        raise Refused(
            no(
                "release_on.past",
                say(
                    "The release cannot be planned for %(day)s: that day has passed.",
                    day=release_on,
                ),
                field="release_on",
            )
        )
