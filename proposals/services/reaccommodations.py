"""A selected case is to be carried by another mission: the decision that moves its line there."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal.models import User
from portal.text import say
from portal.verdict import Refused, no, require
from portal.workflow import Act
from proposals import queries
from proposals.models import Call, Decision, LetterOfIntent, Platform
from proposals.models.decisions import PREPARED
from proposals.services import decisions, ledger, locks
from proposals.workflow import DECISION


@transaction.atomic
def reaccommodate(
    loi: LetterOfIntent,
    *,
    onto: Call,
    platform: Platform,
    outcome: str,
    reason: str,
    conditions: list[dict] | None = None,
    granted: dict[str, tuple[Decimal, str]] | None = None,
    instead_of: str | None = None,
    by: User,
    now: datetime,
) -> Decision:
    """Prepare in private that a platform of another call carries a selected case, and hold what it takes there.

    What the panel found of it stands, and so does a waiver of its risk. Until
    `promotions.release_one` nothing of what was told changes: then what the former
    decision gave is returned to its mission, and this one's is committed.
    `instead_of` is the key of the decision in preparation that a page has shown, or "".
    """
    loi = locks.case(loi, onto)
    onto = Call.objects.select_related("mission").get(pk=onto.pk)
    decision = Decision(
        loi=loi,
        onto=onto,
        outcome=outcome,
        reason=reason.strip(),
        conditions=conditions or [],
        prepared_by=by,
        prepared_at=now,
    )
    require(DECISION.verdict(decision, "reaccommodate", Act(by, now)))
    _check_shown(loi, instead_of)
    decisions.check_words(decision)
    needs = queries.demands_on(loi, platform, onto)
    _check_needs(needs, loi, onto)
    former = queries.in_force(loi)
    decision.basis, decision.waiver = former.basis, former.waiver
    decisions.void_of(loi, by=by, now=now)
    DECISION.enter(decision, "reaccommodate", by=by, now=now, outcome=outcome, onto=onto.code)
    for allocation, asked in needs.asked.items():
        amount, why = (granted or {}).get(allocation.resource, (asked, ""))
        decisions.grant(decision, allocation, asked, amount, why)
        ledger.hold(decision, allocation, amount, by=by, now=now)
    return decision


def _check_shown(loi: LetterOfIntent, instead_of: str | None) -> None:
    standing = loi.decisions.filter(state__in=PREPARED).first()
    if instead_of is not None and (standing.key if standing else "") != instead_of:
        raise Refused(
            no(
                "decision.version",
                say(
                    "A decision on this case was prepared since this page was loaded. What you typed is below."
                ),
            )
        )


def _check_needs(needs: queries.Needs, loi: LetterOfIntent, onto: Call) -> None:
    """Everything budgeted there has a figure; and something that it needs is budgeted there."""
    if needs.unstated:
        raise Refused(
            no(
                "demand_unknown",
                say(
                    "%(reference)s states no figure for: %(resources)s. %(mission)s budgets it, and what is unknown is not 0.",
                    reference=loi.reference,
                    resources=", ".join(str(one.label) for one in needs.unstated),
                    mission=onto.mission.name,
                ),
                field="onto",
            )
        )
    if needs.unbudgeted and not needs.asked:
        raise Refused(
            no(
                "nothing_offered",
                say(
                    "The call %(code)s offers nothing of what %(reference)s needs on that platform.",
                    code=onto.code,
                    reference=loi.reference,
                ),
                field="onto",
            )
        )
