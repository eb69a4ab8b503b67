from datetime import datetime

from django.db import transaction

from portal import events
from portal.models import User
from portal.text import say
from portal.verdict import Refused, no
from proposals import queries as proposals
from proposals.models import LetterOfIntent
from proposals.workflow import LOI
from reviews import queries
from reviews.models import TieChoice
from reviews.services import locks


@transaction.atomic
def choose_first(loi: LetterOfIntent, *, reason: str, by: User, now: datetime) -> TieChoice:
    """The chair puts a case before those it is tied with, and says why; refused where there is no tie."""
    locks.call(loi.call)
    loi = locks.case(loi)
    if "chair" not in LOI.relation(by, loi):
        raise Refused(no("tie.who", say("Only the chair chooses among equals."), who=True))
    if loi.call.state != "closed":
        raise Refused(no("tie.from", say("The decisions of the call are proposed already.")))
    if len(reason.strip()) < 5:
        raise Refused(no("tie.reason", say("Give a reason: it is kept and shown."), field="reason"))
    # The tie is the one on the chair's own page: of cases that a conflict hides nothing is told,
    # and a choice that leaves one of them out settles nothing where it is among the equal ones.
    seen = queries.judged_by_others(by).filter(pk__in=proposals.running(loi.call).values("pk"))
    standings = queries.ranking(seen, choices=False)
    places = {one.loi.key: one.place for one in standings if one.place}
    mine = places.get(loi.key)
    equal = [key for key, place in places.items() if mine and place.rank == mine.rank]
    others = sorted(key for key in equal if key != loi.key)
    if not others:
        raise Refused(
            no(
                "tie.none",
                say(
                    "%(case)s is tied with no other case: the rules have placed it.",
                    case=loi.reference,
                ),
            )
        )
    choice = TieChoice.objects.create(loi=loi, over=others, reason=reason.strip(), by=by, at=now)
    events.record(
        "tie.chosen",
        loi,
        by=by,
        now=now,
        data={"over": others, "reason": choice.reason},
    )
    return choice
