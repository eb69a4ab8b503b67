from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no
from proposals.models import (
    Assessment,
    Letter,
    LetterOfIntent,
    Screening,
)
from proposals.models.lois import RUNNING
from proposals.panel import PanelFacts
from proposals.services import letters, locks
from proposals.workflow import LOI


@transaction.atomic
def screen(
    loi: LetterOfIntent,
    *,
    compliant: bool,
    rule: str = "",
    note: str = "",
    assessed: dict[str, tuple[Decimal, str]] | None = None,
    by: User,
    now: datetime,
) -> Screening:
    """Record one look at completeness and eligibility; the case stays in screening.

    `assessed` gives, by resource code, the screening's own figure with its
    reason where it differs from what was filed.
    """
    loi = locks.case(loi)
    if "secretary" not in LOI.relation(by, loi):
        raise Refused(no("loi.screen.who", say("Only the secretary screens."), who=True))
    if loi.state != "screening":
        raise Refused(
            no(
                "loi.screen.from",
                say(
                    "The letter is “%(state)s”, not in screening.", state=LOI.state(loi.state).label
                ),
            )
        )
    for code, (amount, reason) in (assessed or {}).items():
        demand = loi.filing.demands.get(allocation__resource=code)
        Assessment.objects.create(demand=demand, amount=amount, reason=reason, by=by, at=now)
    return Screening.objects.create(
        loi=loi, compliant=compliant, rule=rule, note=note, by=by, at=now
    )


@transaction.atomic
def declare_ineligible(loi: LetterOfIntent, *, by: User, now: datetime) -> Event:
    loi = locks.case(loi)
    event = LOI.move(loi, "declare_ineligible", by=by, now=now)
    letters.owe(loi, Letter.Kind.INELIGIBLE, by=by, now=now)
    return event


@transaction.atomic
def begin_review(loi: LetterOfIntent, *, facts: PanelFacts, by: User, now: datetime) -> Event:
    return LOI.move(locks.case(loi), "begin_review", by=by, now=now, facts=facts)


@transaction.atomic
def conclude_reviews(loi: LetterOfIntent, *, facts: PanelFacts, by: User, now: datetime) -> Event:
    return LOI.move(locks.case(loi), "conclude_reviews", by=by, now=now, facts=facts)


@transaction.atomic
def conclude(loi: LetterOfIntent, *, facts: PanelFacts, by: User, now: datetime) -> Event:
    """Send a case to final review; the last one of its call ends the preliminary selection."""
    loi = locks.case(loi)
    event = LOI.move(loi, "conclude", by=by, now=now, facts=facts)
    if not loi.call.lois.filter(state__in=RUNNING).exclude(state="final_review").exists():
        loi.call.happened("preliminary", now)
    return event
