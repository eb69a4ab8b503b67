from datetime import datetime

from django.db import transaction

from portal import events, roles
from portal.events import CLOCK
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no
from proposals.models import Call, LetterOfIntent
from proposals.workflow import LOI
from reviews import queries
from reviews.models import Assignment, Matching, Pair
from reviews.services import locks, panels
from reviews.workflow import MATCHING


@transaction.atomic
def ask(
    call: Call,
    *,
    per_case: int,
    one_a_country: bool,
    every_keyword: bool = False,
    by: User,
    now: datetime,
) -> Matching:
    """Owe the call an assignment: a worker finds it."""
    matching = Matching(
        call=locks.call(call),
        per_case=per_case,
        one_a_country=one_a_country,
        every_keyword=every_keyword,
        asked_by=by,
        asked_at=now,
        due_at=now,
    )
    MATCHING.enter(matching, "ask", by=by, now=now)
    return matching


@transaction.atomic
def take_table(call: Call, *, pairs: list[tuple[str, str]], by: User, now: datetime) -> Matching:
    """An assignment somebody made elsewhere, (case key, reviewer key): proposed at once."""
    matching = Matching(
        call=locks.call(call),
        per_case=1,
        one_a_country=False,
        asked_by=by,
        asked_at=now,
        due_at=now,
        done_at=now,
        found={"pairs": [list(pair) for pair in pairs], "table": True},
    )
    MATCHING.enter(matching, "take_table", by=by, now=now)
    return matching


@transaction.atomic
def propose(matching: Matching, *, found: dict, now: datetime) -> Event:
    """Keep what the matcher found, for the secretary to read."""
    return MATCHING.move(
        locks.matching(matching), "propose", by=CLOCK, now=now, columns={"found": found}
    )


@transaction.atomic
def apply(
    matching: Matching,
    *,
    add: list[tuple[str, str]],
    drop: list[str],
    due_at: datetime | None,
    closes_at: datetime | None = None,
    presenters: bool = False,
    by: User,
    now: datetime,
) -> Event:
    """Invite and take off as chosen, all or nothing: pairs (case key, reviewer key), assignment keys.

    Each invitation passes the same guards as one given by hand: what has
    changed since the matcher looked is refused here.
    """
    matching = locks.matching(matching)
    event = MATCHING.move(
        matching,
        "apply",
        by=by,
        now=now,
        columns={"applied_at": now},
        added=len(add),
        dropped=len(drop),
    )
    cases = {loi.key: loi for loi in queries.open_cases(by, matching.call)}
    seatings = queries.seatings(cases.values(), on=now.date(), seen_by=by)
    active = {a.key: a for one in seatings for a in one.active}
    people = {member.user.key: member.user for member in queries.panel(matching.call)}
    gone = sum(one not in active for one in drop)
    gone += sum(case not in cases or person not in people for case, person in add)
    if gone:
        reason = say("Chosen and no longer possible: %(n)s. Load the page again.", n=gone)
        raise Refused(no("matching.stale", reason))
    for key in drop:
        why = str(say("Another assignment of the panel was applied."))
        panels.remove(active[key], reason=why, by=by, now=now)
    for case, person in add:
        panels.assign(
            cases[case], people[person], due_at=due_at, closes_at=closes_at, by=by, now=now
        )
    for loi in cases.values() if presenters else ():
        _propose_presenters(loi, by, now)
    return event


def _propose_presenters(loi: LetterOfIntent, by: User, now: datetime) -> None:
    """A primary and a secondary reviewer for a case that has neither."""
    on_it = loi.assignments.filter(state__in=queries.ACTIVE)
    on_it = list(on_it.exclude(seat=Assignment.Seat.ASSESSOR))
    if on_it and not any(one.seat in queries.PRESENTING for one in on_it):
        panels.present(loi, queries.presenters(loi, on_it, seen_by=by), by=by, now=now)


@transaction.atomic
def set_pair(loi: LetterOfIntent, person: User, *, together: bool, by: User, now: datetime) -> Pair:
    """Keep a reviewer on a case or off it; what was set of the two before is replaced."""
    loi = locks.case(loi)
    _may_pair(loi, by)
    pair, _ = Pair.objects.update_or_create(
        loi=loi, user=person, defaults={"together": together, "by": by, "at": now}
    )
    data = {"reviewer": person.key, "together": together}
    events.record("pair.set", loi, by=by, now=now, data=data)
    return pair


@transaction.atomic
def lift_pair(pair: Pair, *, by: User, now: datetime) -> Event:
    """Leave the two to the matcher again."""
    loi = locks.case(pair.loi)
    _may_pair(loi, by)
    pair.delete()
    data = {"reviewer": pair.user.key, "together": pair.together}
    return events.record("pair.lifted", loi, by=by, now=now, data=data)


def _may_pair(loi: LetterOfIntent, by: User) -> None:
    if roles.SECRETARY not in LOI.relation(by, loi):
        raise Refused(no("pair.who", say("Only the secretary sets pairs by hand."), who=True))


@transaction.atomic
def discard(matching: Matching, *, by: User, now: datetime) -> Event:
    return MATCHING.move(locks.matching(matching), "discard", by=by, now=now)
