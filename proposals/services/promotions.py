"""One decision after the release of the others: of a reserve case that fits, of a reopened one,
or of a selected one that another mission is to carry."""

from datetime import datetime

from django.db import transaction

from portal.models import Event, User
from portal.verdict import require
from portal.workflow import Act
from proposals import queries
from proposals.models import Decision, Letter
from proposals.services import decisions, ledger, letters, locks
from proposals.workflow import (
    DECISION,
    OUTCOME_ACTION,
    PROMOTION_ACTION,
    REACCOMMODATION_ACTION,
)


@transaction.atomic
def approve_one(decision: Decision, *, by: User, now: datetime) -> Event:
    """The second person's yes to one decision after the release of the others: its letter is owed."""
    decision = _locked(decision)
    event = DECISION.move(
        decision, "approve_one", by=by, now=now, columns={"approved_by": by, "approved_at": now}
    )
    letters.owe(decision.loi, Letter.Kind.DECISION, decision=decision, by=by, now=now)
    return event


@transaction.atomic
def date_anew(decision: Decision, *, by: User, now: datetime) -> Event:
    """Its letter is to carry today's date, and is rendered again."""
    decision = _locked(decision)
    event = DECISION.move(decision, "date_anew", by=by, now=now)
    dated = now.astimezone(decision.loi.call.zoneinfo).date()
    letters.redate(decision, dated=dated, by=by, now=now)
    return event


@transaction.atomic
def release_one(decision: Decision, *, by: User, now: datetime) -> Event:
    """Issue one decision in place of what was told of its case before: state, ledger, letter."""
    decision = _locked(decision)
    loi = decision.loi
    require(DECISION.verdict(decision, "release_one", Act(by, now)))
    if former := queries.in_force(loi):
        former.loi = loi
        DECISION.move(former, "supersede", by=by, now=now)
        letters.void_of(former, by=by, now=now)  # a correction on its way
        ledger.give_back(former, by=by, now=now)  # what it gave of the mission before
    columns = {"released_at": now}
    event = DECISION.move(decision, "release_one", by=by, now=now, columns=columns)
    actions, facts = OUTCOME_ACTION, {}
    if decision.onto:
        actions, facts = REACCOMMODATION_ACTION, {"mission": decision.onto.mission.name}
    elif loi.state == "reserve":
        actions = PROMOTION_ACTION
    decisions.take_effect(decision, actions[decision.outcome], by=by, now=now, **facts)
    return event


@transaction.atomic
def take_back(decision: Decision, *, by: User, now: datetime, reason: str) -> Event:
    """What was prepared after the release does not come about: its hold is returned."""
    decision = _locked(decision)
    event = DECISION.move(decision, "take_back", by=by, now=now, reason=reason)
    letters.void_of(decision, by=by, now=now)
    ledger.give_back(decision, by=by, now=now)
    return event


def _locked(of: Decision) -> Decision:
    """The decision as it stands under the lock of its case."""
    loi = locks.case(of.loi)
    found = Decision.objects.select_for_update(of=("self",)).select_related("onto__mission")
    decision = found.get(pk=of.pk)
    decision.loi = loi
    return decision
