"""Who is late, at which second and by which road: a table, judged by the services and over HTTP.

    +  done
    -  refused with its reason, and nothing is changed

t is the instant that closes for the letter: the call's own, as published or as extended, or
the end of a late ticket. An answer to the screening has its own. From the end of the grace on
the clock may have come already or be dead: no answer depends on it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import cards, workflow
from portal.models import Event, User
from portal.verdict import Refused
from portal.workflow import CLOCK
from proposals import queries, tasks
from proposals import shares as document
from proposals.models import Filing, LetterOfIntent, Share
from proposals.services import calls, clarifications, copies, filings, shares
from proposals.workflow import LOI
from tests import make
from tests.make import CLOSED, CLOSES, DURING, GRACE_S, SECOND

PARTNER = {"name": "Institute B", "country": "KE", "role": "Builds the detector head."}
PASSWORD = "the moon is a harsh place"
HOUR, MICRO = timedelta(hours=1), timedelta(microseconds=1)
LATER = CLOSES + timedelta(days=2)
GRACE = timedelta(seconds=GRACE_S)
INSTANTS = (-SECOND, 0 * SECOND, SECOND, GRACE, GRACE + SECOND)

MATRIX = """
                     t-1s  t  t+1s  grace  grace+1s
file                 +     -  -     -      -
sign_off             +     -  -     -      -
return_to_draft      +     -  -     -      -
revise               +     -  -     -      -
sign_off_copy        +     -  -     -      -
return_copy          +     -  -     -      -
refile               +     -  -     -      -
withdraw             +     +  +     +      +
countersign          +     -  -     -      -
answer_clarification +     -  -     -      -
"""
OTHERS = """
                     t-1s  t  t+1s  grace  grace+1s
file                 -     -  -     -      -
sign_off             -     -  -     -      -
return_to_draft      -     -  -     -      -
withdraw             +     +  +     +      +
countersign          -     -  -     -      -
"""


@dataclass(frozen=True)
class Act:
    """One verb by its service and by its address, on the letter that is ready for it."""

    letter: str
    person: str
    service: Callable[[LetterOfIntent, User, datetime], object]
    fields: Callable[[LetterOfIntent], dict]


# fmt: off
ACTS = {
    "file": Act("signed", "aor", lambda loi, by, now: filings.file(loi, version=loi.version, by=by, now=now),
        lambda loi: {"version": loi.version, "password": PASSWORD}),
    "sign_off": Act("drafted", "pi", lambda loi, by, now: filings.sign_off(loi, version=loi.version, by=by, now=now),
        lambda loi: {"version": loi.version}),
    "return_to_draft": Act("signed", "pi", lambda loi, by, now: filings.return_to_draft(loi, by=by, now=now, reason="A slip."),
        lambda loi: {"reason": "A slip."}),
    "revise": Act("in_force", "pi", lambda loi, by, now: copies.revise(loi, by=by, now=now),
        lambda loi: {}),
    "sign_off_copy": Act("copied", "pi", lambda loi, by, now: filings.sign_off_copy(loi, version=loi.version, by=by, now=now),
        lambda loi: {"version": loi.version}),
    "return_copy": Act("copy_signed", "aor", lambda loi, by, now: filings.return_copy(loi, by=by, now=now, reason="A slip."),
        lambda loi: {"reason": "A slip."}),
    "refile": Act("copy_signed", "aor", lambda loi, by, now: filings.refile(loi, version=loi.version, by=by, now=now),
        lambda loi: {"version": loi.version, "password": PASSWORD}),
    "withdraw": Act("filed", "aor", lambda loi, by, now: filings.withdraw(loi, by=by, now=now, reason="No longer."),
        lambda loi: {"reason": "No longer."}),
    "countersign": Act("asked_to_sign", "rival_aor", lambda share, by, now: shares.countersign(share, digest=share.digest, by=by, now=now),
        lambda share: {"digest": share.digest, "password": PASSWORD}),
    "answer_clarification": Act("asked", "pi", lambda loi, by, now: clarifications.answer_clarification(loi, answer="It is.", by=by, now=now),
        lambda loi: {"answer": "It is."}),
}
# fmt: on


@pytest.fixture(scope="module")
def scene(stage):
    """The call with a letter ready for each act; every schedule begins from it."""
    for person in (stage.aor, stage.rival_aor):
        person.set_password(PASSWORD)
        person.save()
    call = make.call(stage)
    shared = make.draft(stage, call, team={"partners": [PARTNER]})
    ((_, words),) = document.partners(shared.content)
    shares.ask(shared, words=words, organisation=stage.rival, by=stage.pi, now=DURING)
    return {
        "call": call,
        "drafted": make.draft(stage, call),
        "signed": make.awaiting(stage, call),
        "filed": make.filed(stage, call),
        "shared": shared,
    }


@pytest.fixture
def cast(stage, scene, db):
    return stage


def as_published(cast, call) -> datetime:
    return CLOSES


def extended_before(cast, call) -> datetime:
    make.extended(cast, call, LATER)
    return LATER


def extended_after(cast, call) -> datetime:
    make.close(call)
    make.extended(cast, call, LATER, now=CLOSED + HOUR)
    return LATER


def brought_forward(cast, call) -> datetime:
    make.extended(cast, call, CLOSES - timedelta(days=5))
    return CLOSES - timedelta(days=5)


def late_ticket(cast, call) -> datetime:
    make.close(call)
    make.late_ticket(cast, call, LATER, letters=2)
    return LATER


def ticket_and_shorter_extension(cast, call) -> datetime:
    make.close(call)
    make.late_ticket(cast, call, LATER, letters=2)
    make.extended(cast, call, LATER - timedelta(days=1), now=CLOSED + HOUR)
    return LATER


def ticket_of_another(cast, call) -> datetime:
    make.close(call)
    make.late_ticket(cast, call, LATER, organisation=cast.rival)
    return LATER


def clarification(cast, call) -> datetime:
    make.close(call)
    filed = call.lois.get(state="screening")
    make.asked(cast, filed)
    return filed.clarifications.get().due_at


SCHEDULES = {
    as_published: MATRIX,
    extended_before: MATRIX,
    extended_after: MATRIX,
    brought_forward: MATRIX,
    late_ticket: MATRIX,
    ticket_and_shorter_extension: MATRIX,
    ticket_of_another: OTHERS,
    clarification: MATRIX,
}


def ready(cast, which: str, lois: dict, at: datetime) -> LetterOfIntent | Share:
    """What an act begins from: the letter; a working copy of one that is in force and still open."""
    if which == "asked_to_sign":
        return asked_to_sign(cast, make.again(lois["shared"]), at)
    if which in lois:
        return make.again(lois[which])
    loi = make.again(lois["filed"])
    if not (loi.state == "filed" and loi.open_at(at)):  # only what the ticket admits is open
        loi = make.again(lois["signed"])
        filings.file(loi, version=loi.version, by=cast.aor, now=at)
    if which != "in_force":
        copies.revise(make.again(loi), by=cast.pi, now=at)
    if which == "copy_signed":
        loi = make.again(loi)
        filings.sign_off_copy(loi, version=loi.version, by=cast.pi, now=at)
    return make.again(loi)


def asked_to_sign(cast, loi: LetterOfIntent, at: datetime) -> Share:
    """What a partner is asked to countersign; what lapsed is asked anew if its letter is open."""
    share = loi.shares.latest("pk")
    if share.state == "lapsed" and loi.open_at(at):
        asked = {"words": share.words, "organisation": cast.rival, "by": cast.pi}
        share = shares.ask(loi, now=at, **asked)
    return make.again(share)


def read(table: str) -> dict[str, list[str]]:
    _, *lines = table.strip("\n").splitlines()
    return {verb: marks for verb, *marks in map(str.split, lines)}


def by_service(visit, act: Act, action: str, loi, person: User, now: datetime) -> str:
    try:
        with transaction.atomic():
            act.service(loi, person, now)
    except Refused as refused:
        assert str(refused.verdict.reason)
        return "-"
    return "+"


def over_http(visit, act: Act, action: str, loi, person: User, now: datetime) -> str:
    """The page is stamped with its arrival at the edge, whenever it is worked off."""
    noun = "shares" if isinstance(loi, Share) else "lois"
    path = f"/{noun}/{loi.key}/{action.replace('_', '-')}/"
    answer = visit(person, at=now).post(path, act.fields(loi))
    assert answer.status_code in {302, 409}, answer.status_code
    if answer.status_code == 409:
        assert 'class="refusal"' in answer.content.decode()
    return "-" if answer.status_code == 409 else "+"


def clocks(after: timedelta) -> tuple[bool, ...]:
    """Has the clock come before the request is worked off? Both from the end of the grace on."""
    return (False, True) if after >= GRACE else (False,)


def trace(loi) -> tuple:
    it = make.again(loi)
    return it.state, getattr(it, "working_copy", ""), Event.objects.count(), Filing.objects.count()


WAYS = [(schedule, by_service) for schedule in SCHEDULES] + [
    (schedule, over_http) for schedule in (as_published, late_ticket, clarification)
]
BY_HAND = {"file", "sign_off", "refile", "withdraw", "countersign", "answer_clarification"}
COPIES = {"revise", "sign_off_copy", "return_copy", "refile"}
COPIED = {as_published, extended_after, late_ticket}


def asked_of(schedule, road) -> dict[str, list[str]]:
    """The rows of the table this schedule and this road are asked: those that they can change."""
    rows = read(SCHEDULES[schedule])
    if schedule is clarification:
        return {"answer_clarification": rows["answer_clarification"]}
    rows.pop("answer_clarification", None)
    left_out = set() if schedule in COPIED else COPIES
    left_out |= rows.keys() - BY_HAND if road is over_http else set()
    return {action: marks for action, marks in rows.items() if action not in left_out}


@pytest.mark.parametrize("schedule, road", WAYS, ids=lambda part: part.__name__)
def test_the_matrix(cast, scene, visit, clock_at, schedule, road):
    call = make.again(scene["call"])
    closes = schedule(cast, call)
    lois = {name: make.again(scene[name]) for name in ("drafted", "signed", "filed", "shared")}
    lois["asked"] = lois["filed"]
    if lois["signed"].state == "draft":  # it had lapsed and was brought back
        signed = lois["signed"]
        filings.sign_off(signed, version=signed.version, by=cast.pi, now=CLOSED + 2 * HOUR)
    for action, marks in asked_of(schedule, road).items():
        act = ACTS[action]
        person = getattr(cast, act.person)
        cells = zip(INSTANTS, marks, strict=True)
        with transaction.atomic():
            first = ready(cast, act.letter, lois, closes - HOUR)
            for after, mark, ticking in ((*cell, t) for cell in cells for t in clocks(cell[0])):
                with transaction.atomic():
                    loi = make.again(first)  # as its page was loaded, before the clock has come
                    if ticking:
                        clock_at(closes + after)
                        tasks.keep_deadlines()
                    before = trace(loi)
                    done = road(visit, act, action, loi, person, closes + after)
                    where = (schedule.__name__, action, after, ticking)
                    assert done == mark, where
                    assert (trace(loi) == before) == (mark == "-"), where
                    transaction.set_rollback(True)
            transaction.set_rollback(True)


STEPS = st.lists(
    st.tuples(st.sampled_from(["extend", "close", "ticket"]), st.integers(1, 30)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=settings().max_examples // 4)
@given(steps=STEPS)
def test_whatever_the_schedule_guard_page_card_and_clock_agree(cast, scene, visit, steps):
    """Extensions and late tickets in any order: a microsecond before, at and after the closing."""
    with transaction.atomic():
        loi, now = make.again(scene["signed"]), DURING
        for step, hours in steps:
            now = _play(cast, make.again(loi).call, step, timedelta(hours=hours), now)
        loi = make.again(loi)
        if loi.state == "draft":
            filings.sign_off(loi, version=loi.version, by=cast.pi, now=now)
        for instant in (loi.closes_at - MICRO, loi.closes_at, loi.closes_at + MICRO):
            _agree(cast, visit, make.again(loi), instant)
        transaction.set_rollback(True)


def _play(cast, call, step: str, hours: timedelta, now: datetime) -> datetime:
    """One step of a schedule, where the law allows it; the instant after it."""
    if step == "close" and call.state == "published":
        now = max(now, call.closing_due_at)
        calls.close(call, now=now)
    elif step == "close":
        ends = [t.until for t in call.amendments.filter(kind="ticket")]
        now = max([now, *(end + GRACE for end in ends)])
        calls.end_tickets(call, now=now)
    elif step == "extend":
        make.extended(cast, call, max(now, call.closes_at) + hours, now=now)
    elif call.state == "closed" and not queries.running_ticket(call, cast.institute.pk, now):
        make.late_ticket(cast, call, now + hours, now=now)
    return now


def _agree(cast, visit, loi: LetterOfIntent, instant: datetime) -> None:
    guard = LOI.verdict(loi, "file", workflow.Act(cast.aor, instant))
    waiting = loi.state == "awaiting_signature"
    assert bool(guard) == (waiting and loi.open_at(instant)), guard.reason
    assert (instant < loi.closes_at) == loi.open_at(instant) or not waiting
    assert bool(LOI.verdict(loi, "lapse", workflow.Act(CLOCK, instant + GRACE))) == (
        waiting and instant >= loi.closes_at
    )
    page = visit(cast.aor, at=instant).get(f"/lois/{loi.key}/").content.decode()
    assert (f'data-instant="{loi.closes_at.isoformat()}"' in page) == waiting
    over = '<div class="deadline-left">passed</div>' in page
    assert over == (waiting and instant >= loi.closes_at)
    todos, _ = cards.for_user(cast.again("aor"), instant)
    assert any(f"/lois/{loi.key}/file/" in todo.url for todo in todos) == bool(guard)


def test_a_request_in_time_may_be_worked_off_until_the_clock_has_come(cast, scene, clock_at):
    """The stamp decides, not the commit; but what the closing act has lapsed stays lapsed."""
    loi = make.again(scene["signed"])
    arrived = CLOSES - MICRO
    clock_at(CLOSED - SECOND)
    tasks.keep_deadlines()
    with transaction.atomic():
        assert filings.file(loi, version=loi.version, by=cast.aor, now=arrived).arrived_at < CLOSES
        transaction.set_rollback(True)
    clock_at(CLOSED)
    tasks.keep_deadlines()
    with pytest.raises(Refused) as refused:
        filings.file(make.again(loi), version=loi.version, by=cast.aor, now=arrived)
    assert refused.value.verdict.rule == "loi.file.from"


def test_a_page_loaded_before_an_amendment_is_judged_by_what_stands_at_its_arrival(cast, scene):
    """Brought forward while the form lies open: what arrives after the new closing is late."""
    loi, stale = make.again(scene["signed"]), make.again(scene["signed"])
    closes = brought_forward(cast, loi.call)
    with pytest.raises(Refused) as refused:
        filings.file(stale, version=stale.version, by=cast.aor, now=closes)
    assert refused.value.verdict.rule == "call_closed"
    assert DURING < closes < CLOSES
