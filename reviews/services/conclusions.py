from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal.models import Event, Organisation, User
from portal.text import say
from portal.verdict import no
from proposals.models import Call, Decision, LetterOfIntent, Project
from proposals.models.decisions import PREPARED
from proposals.panel import PanelResult
from proposals.services import decisions, drafts, evaluation, projects
from reviews import queries
from reviews.services import locks


@transaction.atomic
def conclude_reviews(loi: LetterOfIntent, *, by: User, now: datetime) -> Event:
    loi = locks.case(loi)
    return evaluation.conclude_reviews(loi, facts=queries.facts(loi), by=by, now=now)


@transaction.atomic
def conclude(loi: LetterOfIntent, *, by: User, now: datetime) -> Event:
    """Send a case to final review; a consensus that is due has been written down before."""
    loi = locks.case(loi)
    return evaluation.conclude(loi, facts=queries.facts(loi), by=by, now=now)


@transaction.atomic
def prepare_decision(
    loi: LetterOfIntent,
    *,
    outcome: str,
    reason: str,
    conditions: list[dict] | None = None,
    granted: dict[str, tuple[Decimal, str]] | None = None,
    waiver: str = "",
    instead_of: str | None = None,
    result: PanelResult | None = None,
    by: User,
    now: datetime,
) -> Decision:
    """The chair's private decision, with the panel's result as its basis.

    `instead_of` is the key of the decision a page has shown, or "": what was
    prepared since is not overwritten unseen, and a second click changes nothing.
    `result` is handed in by who has read those of many cases at once.
    """
    loi = locks.case(loi)
    standing = loi.decisions.filter(state__in=PREPARED).first()
    if instead_of is not None and (standing.key if standing else "") != instead_of:
        if standing and _decides(standing, by, outcome, reason, conditions, granted, waiver):
            return standing
        raise drafts.Stale(
            no(
                "decision.version",
                say(
                    "A decision on this case was prepared since this page was loaded. What you typed is below."
                ),
            )
        )
    return decisions.prepare(
        loi,
        outcome=outcome,
        reason=reason,
        result=result or queries.result(loi, seen_by=by),
        conditions=conditions,
        granted=granted,
        waiver=waiver,
        by=by,
        now=now,
    )


@transaction.atomic
def merge(
    call: Call,
    lois: list[LetterOfIntent],
    *,
    title: str,
    lead: Organisation,
    reason: str,
    granted: dict[str, tuple[Decimal, str]] | None = None,
    by: User,
    now: datetime,
) -> Project:
    """One project of several cases, each with what the panel found of it."""
    return projects.merge(
        call,
        lois,
        title=title,
        lead=lead,
        reason=reason,
        results={loi.pk: queries.result(loi, seen_by=by) for loi in lois},
        granted=granted,
        by=by,
        now=now,
    )


def _decides(decision, by, outcome, reason, conditions, granted, waiver) -> bool:
    stands = {
        grant.allocation.resource: (grant.amount, grant.reason)
        for grant in decision.grants.select_related("allocation")
    }
    asked = (by.pk, outcome, reason.strip(), conditions or [], waiver.strip())
    kept = (
        decision.prepared_by_id,
        decision.outcome,
        decision.reason,
        decision.conditions,
        decision.waiver,
    )
    return kept == asked and (not decision.positive or stands == (granted or {}))
