from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from portal.events import CLOCK
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no
from proposals.models import LetterOfIntent
from proposals.workflow import LOI
from reviews import queries
from reviews.conflicts import KIND, Found
from reviews.models import Conflict, Ruling
from reviews.services import locks
from reviews.workflow import ASSIGNMENT, CONFLICT

MOST = 500
# To say that the evidence of a hard one is wrong takes more than a word.
WORDS = 20


def look(
    lois: Sequence[LetterOfIntent], *, users: Iterable[User] | None = None, now: datetime
) -> int:
    """Write down what the rules find on cases of one call and is not on record; how many.

    Reading comes first and without a lock: on most days nothing is new.
    """
    owed = queries.owed_findings(lois, users=users, on=now.date())
    for loi, user, found in owed:
        find(loi, user, found, now=now)
    return len(owed)


@transaction.atomic
def find(loi: LetterOfIntent, user: User, found: Found, *, now: datetime) -> Event | None:
    """Put on record what the rules found, or find anew on other evidence what was dismissed."""
    loi = locks.case(loi)
    words = {"reason": str(found.reason)[:MOST], "evidence": found.evidence, "at": now}
    told = {"case": loi.key, "person": user.key, "kind": found.kind}
    told |= {"words": words["reason"], "evidence": found.evidence}
    conflict = Conflict.objects.filter(loi=loi, user=user, kind=found.kind, declared=False).first()
    if conflict is None:
        conflict = Conflict(
            loi=loi, user=user, kind=found.kind, hard=found.hard, declared=False,
            secret=found.secret, **words,
        )  # fmt: skip
        return CONFLICT.enter(conflict, "find", by=CLOCK, now=now, **told)
    conflict.loi = loi
    if conflict.state == "confirmed" or conflict.evidence == found.evidence:
        return None  # another worker was faster
    return CONFLICT.move(
        conflict, "find", by=CLOCK, now=now, facts=found.evidence, columns=words, **told
    )


@transaction.atomic
def declare(loi: LetterOfIntent, kind: str, *, words: str, by: User, now: datetime) -> Event | None:
    """A person's own word of a conflict; of a kind that is confirmed already there is none to add."""
    loi = locks.case(loi)
    columns = {"reason": words.strip()[:MOST], "at": now}
    told = {"case": loi.key, "person": by.key, "kind": kind, "words": columns["reason"]}
    conflict = Conflict.objects.filter(loi=loi, user=by, kind=kind, declared=True).first()
    if conflict is None:
        conflict = Conflict(
            loi=loi, user=by, kind=kind, hard=KIND[kind].hard, declared=True, **columns
        )
        return CONFLICT.enter(conflict, "declare", by=by, now=now, **told)
    conflict.loi = loi
    if conflict.state == "confirmed":
        return None
    return CONFLICT.move(conflict, "declare", by=by, now=now, columns=columns, **told)


@transaction.atomic
def confirm(conflict: Conflict, *, reason: str, by: User, now: datetime) -> Event:
    """It is one: its person is shut out of the case, and taken off it where a review is unlocked.

    A locked review stays as it was written and is in no sum any more.
    """
    conflict = locks.conflict(conflict)
    event = _rule(conflict, "confirm", reason=reason, by=by, now=now)
    open_ones = conflict.loi.assignments.filter(
        reviewer=conflict.user, state__in=["invited", "accepted"]
    )
    for assignment in open_ones.select_related("reviewer"):
        assignment.loi = conflict.loi
        why = say("A conflict of interest was confirmed.") if conflict.secret else reason
        ASSIGNMENT.move(assignment, "exclude", by=by, now=now, reason=str(why))
    return event


@transaction.atomic
def dismiss(conflict: Conflict, *, reason: str, by: User, now: datetime) -> Event:
    """It is none, or none that matters: the person may judge the case until the evidence changes."""
    conflict = locks.conflict(conflict)
    if conflict.hard and len(reason.strip()) < WORDS:
        raise Refused(
            no(
                "conflict.words",
                say(
                    "Say why the evidence is wrong, in %(least)s characters or more: this one rules out.",
                    least=WORDS,
                ),
                field="reason",
            )
        )
    return _rule(conflict, "dismiss", reason=reason, by=by, now=now)


def _rule(conflict: Conflict, act: str, *, reason: str, by: User, now: datetime) -> Event:
    event = CONFLICT.move(
        conflict,
        act,
        by=by,
        now=now,
        reason=reason,
        case=conflict.loi.key,
        person=conflict.user.key,
        kind=conflict.kind,
        evidence=conflict.evidence,
    )
    Ruling.objects.create(
        conflict=conflict,
        confirmed=conflict.state == "confirmed",
        reason=reason.strip()[:MOST],
        words=conflict.reason,
        evidence=conflict.evidence,
        by=by,
        at=now,
    )
    return event


@transaction.atomic
def step_out(loi: LetterOfIntent, *, reason: str, by: User, now: datetime) -> Event:
    """The chair's own declaration of a hard conflict: the case is hidden from then on."""
    loi = locks.case(loi)
    if "chair" not in LOI.relation(by, loi):
        raise Refused(
            no("conflict.who", say("Only the panel's chair steps out of a case here."), who=True)
        )
    if len(reason.strip()) < 5:
        raise Refused(
            no("conflict.reason", say("Give a reason: it is kept and shown."), field="reason")
        )
    return declare(loi, "declared", words=reason, by=by, now=now)
