from datetime import datetime

from django.db import transaction

from portal import canonical
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no, require
from portal.workflow import Act
from proposals import queries
from proposals.models import LetterOfIntent, Redress, Ruling
from proposals.services import letters, locks
from proposals.workflow import DECISION, LOI

LEAST_CHARACTERS = 50


@transaction.atomic
def request_review(
    loi: LetterOfIntent, *, ground: str, text: str, by: User, now: datetime
) -> Event:
    """Ask for a review of the procedure. `now` is when the request arrived, and judges the window."""
    loi = locks.case(loi)
    require(LOI.verdict(loi, "request_review", Act(by, now)))
    text = text.strip()
    if len(text) < LEAST_CHARACTERS:
        raise Refused(
            no(
                "loi.request_review.text",
                say(
                    "The request has %(n)s characters; at least %(least)s are needed to be judged.",
                    n=len(text),
                    least=LEAST_CHARACTERS,
                ),
                field="text",
            )
        )
    Redress.objects.create(
        loi=loi,
        decision=queries.in_force(loi),
        ground=ground,
        text=text,
        by=by,
        at=now,
    )
    facts = {"ground": ground, "sha256": canonical.digest(text)}
    return LOI.move(loi, "request_review", by=by, now=now, **facts)


@transaction.atomic
def uphold(loi: LetterOfIntent, *, by: User, now: datetime, reason: str) -> Event:
    """The procedure was kept: what the letter says stands, and the matter is closed."""
    loi = locks.case(loi)
    event = LOI.move(loi, "uphold", by=by, now=now, reason=reason)
    _rule(loi, granted=False, text=reason, by=by, now=now)
    return event


@transaction.atomic
def reopen(loi: LetterOfIntent, *, by: User, now: datetime, reason: str) -> Event:
    """The committee decides the case again: its decision and its letter are superseded."""
    loi = locks.case(loi)
    require(LOI.verdict(loi, "reopen", Act(by, now, reason)))
    decision = queries.in_force(loi)
    event = LOI.move(loi, "reopen", by=by, now=now, reason=reason)
    _rule(loi, granted=True, text=reason, by=by, now=now)
    decision.loi = loi
    DECISION.move(decision, "supersede", by=by, now=now)
    letters.fall(loi, by=by, now=now)
    return event


@transaction.atomic
def screen_again(loi: LetterOfIntent, *, by: User, now: datetime, reason: str) -> Event:
    """The screening looks at the case again: the finding that it is ineligible falls, and its letter."""
    loi = locks.case(loi)
    event = LOI.move(loi, "screen_again", by=by, now=now, reason=reason)
    _rule(loi, granted=True, text=reason, by=by, now=now)
    letters.fall(loi, by=by, now=now)
    return event


def _rule(loi: LetterOfIntent, *, granted: bool, text: str, by: User, now: datetime) -> None:
    asked = loi.redresses.last()
    Ruling.objects.create(redress=asked, granted=granted, text=text.strip(), by=by, at=now)
