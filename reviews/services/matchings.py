from datetime import datetime

from django.db import transaction

from portal.events import CLOCK
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no
from proposals.models import Call
from reviews import queries
from reviews.models import Matching
from reviews.services import locks, panels
from reviews.workflow import MATCHING


@transaction.atomic
def ask(call: Call, *, per_case: int, one_a_country: bool, by: User, now: datetime) -> Matching:
    """Owe the call an assignment: a worker finds it."""
    matching = Matching(
        call=locks.call(call),
        per_case=per_case,
        one_a_country=one_a_country,
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
    active = {
        a.key: a for one in queries.seatings(cases.values(), on=now.date()) for a in one.active
    }
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
        panels.assign(cases[case], people[person], due_at=due_at, by=by, now=now)
    return event


@transaction.atomic
def discard(matching: Matching, *, by: User, now: datetime) -> Event:
    return MATCHING.move(locks.matching(matching), "discard", by=by, now=now)
