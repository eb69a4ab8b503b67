"""Acts beside a running portal, each in a process of its own with the portal's settings.

    python -m tests.faults.scenario decided 50

Prints one line of JSON. Told at real instants: the portal's clock is the real one.
"""
# ruff: noqa: E402

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from math import ceil
from threading import Barrier

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from allauth.account.models import EmailAddress
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, connections, transaction

from portal import clock
from portal.models import Message, Organisation, User
from portal.verdict import Refused
from proposals.models import Allocation, Call, Decision, LetterOfIntent
from proposals.panel import CriterionResult, Finding, PanelResult
from proposals.services import (
    amendments,
    calls,
    decisions,
    evaluation,
    ledger,
    promotions,
    reaccommodations,
)
from tests import make
from tests.cast import Cast

DAY = timedelta(days=1)
PASSWORD = "a-password-of-the-tests"
OUTCOMES = ("selected", "reserve", "not_selected")
# As much as a real letter says: every criterion with what speaks for it and against.
RESULT = PanelResult(
    mean=Decimal("75.5"),
    sd=Decimal("4.2"),
    rank=1,
    criteria=tuple(
        CriterionResult(code, title, weight, Decimal(4), "good")
        for code, title, weight, _ in make.RUBRIC
    ),
    findings=tuple(
        Finding(code, strength, major, f"{title}: {make.WORDS}")
        for code, title, *_ in make.RUBRIC
        for strength, major in ((True, True), (False, False))
    ),
)


@transaction.atomic
def decided(number: str) -> dict:
    """A call with so many decisions approved: as many letters are owed."""
    cast, now = Cast(), clock.now()
    call, cases = _judged(cast, int(number), mass_cbe_kg="0.1")
    for place, loi in enumerate(cases):
        make.prepared(cast, loi, outcome=OUTCOMES[place % 3], result=RESULT, now=now - 9 * DAY)
    decisions.propose_decisions(call, by=cast.chair, now=now - 9 * DAY)
    today = now.astimezone(call.zoneinfo).date()
    decisions.approve_decisions(call, release_on=today, by=cast.approver, now=now)
    # The mail of the way here has gone.
    Message.objects.filter(done_at=None).update(done_at=now)
    return {"call": call.code}


def _judged(
    cast: Cast, number: int, *, mass_cbe_kg: str, **terms: object
) -> tuple[Call, list[LetterOfIntent]]:
    """A closed call with so many cases in final review, their receipts stored."""
    now = clock.now()
    filed_at, judged_at = now - 20 * DAY, now - 9 * DAY
    call = make.call(
        cast,
        opens_at=now - 40 * DAY,
        closes_at=now - 10 * DAY,
        reviewers_least=0,  # judged by nobody, which takes no time
        **terms,
    )
    cases = [
        make.filed(
            cast,
            call,
            now=filed_at,
            rival=bool(place % 2),
            title=f"Payload number {place + 1} of the call",
            mass_cbe_kg=mass_cbe_kg,
            team={"partners": []},  # whose shares would be more than the whole
        )
        for place in range(number)
    ]
    make.store_letters(call, now=filed_at)  # the receipts, of small bytes
    calls.close(call, now=make.again(call).closing_due_at)
    make.panel(cast, call)
    for loi in cases:
        evaluation.screen(loi, compliant=True, by=cast.secretary, now=judged_at)
        evaluation.begin_review(loi, facts=make.ENOUGH, by=cast.secretary, now=judged_at)
        evaluation.conclude_reviews(loi, facts=make.ENOUGH, by=cast.chair, now=judged_at)
        evaluation.conclude(loi, facts=make.ENOUGH, by=cast.chair, now=judged_at)
    return call, cases


@transaction.atomic
def in_final_review(number: str) -> dict:
    """So many cases of 10.5 kg each."""
    call, _ = _judged(Cast(), int(number), mass_cbe_kg="10")
    Message.objects.filter(done_at=None).update(done_at=clock.now())
    return {"call": call.code}


def prepare_all_at_once() -> dict:
    """Every case selected at the same instant."""
    _many_connections()
    chair = User.objects.get(email="chair@example.org")

    def prepare(loi: LetterOfIntent) -> str:
        decisions.prepare(
            loi,
            outcome="selected",
            reason=make.REASON,
            result=make.RESULT,
            by=chair,
            now=clock.now(),
        )
        return "prepared"

    return _at_once(prepare, list(LetterOfIntent.objects.filter(state="final_review")))


@transaction.atomic
def on_two_missions(number: str) -> dict:
    """On each of two missions so many cases of 10.5 kg are selected, and 21 kg are free."""
    cast, now = Cast(), clock.now()
    offered = Decimal("10.5") * (int(number) + 2)
    for code, slug in (("TEST27", "lander-one"), ("NEXT28", "lander-two")):
        terms = {"code": code, "mission": make.mission(slug), "offered": offered}
        call, cases = _judged(cast, int(number), mass_cbe_kg="10", held_back=0, cap=None, **terms)
        for loi in cases:
            make.prepared(cast, loi, now=now - 9 * DAY)
        decisions.propose_decisions(call, by=cast.chair, now=now - 9 * DAY)
        today = now.astimezone(call.zoneinfo).date()
        decisions.approve_decisions(call, release_on=today, by=cast.approver, now=now)
        make.store_letters(call, now=now)
        decisions.release(call, by=cast.secretary, now=now)
    Message.objects.filter(done_at=None).update(done_at=now)
    return {"offered": str(offered)}


def move_all_at_once() -> dict:
    """Every selected case to the other mission, both ways at the same instant."""
    _many_connections()
    chair = User.objects.get(email="chair@example.org")

    def move(loi: LetterOfIntent) -> str:
        onto = Call.objects.exclude(pk=loi.call_id).get()
        reaccommodations.reaccommodate(
            loi,
            onto=onto,
            platform=onto.mission.platforms.get(),
            outcome="selected",
            reason=make.REASON,
            by=chair,
            now=clock.now(),
        )
        return "prepared"

    return _at_once(move, list(LetterOfIntent.objects.order_by("reference")))


def release_moves_at_once() -> dict:
    """What was prepared is approved one after the other, and released at the same instant."""
    _many_connections()
    now = clock.now()
    with transaction.atomic():
        approver = User.objects.get(email="approver@example.org")
        for decision in Decision.objects.filter(state="prepared"):
            promotions.approve_one(decision, by=approver, now=now)
        for call in Call.objects.all():
            make.store_letters(call, now=now)
    secretary = User.objects.get(email="secretary@example.org")

    def release(decision: Decision) -> str:
        promotions.release_one(decision, by=secretary, now=now)
        return "released"

    return _at_once(release, list(Decision.objects.filter(state="approved")))


@transaction.atomic
def on_reserve(number: str, power_w: str) -> dict:
    """Results released, and so many cases of 10.5 kg and 20 W each on the reserve list."""
    cast, now = Cast(), clock.now()
    call, cases = _judged(cast, int(number), mass_cbe_kg="10", power_w=int(power_w))
    for loi in cases:
        make.prepared(cast, loi, outcome="reserve", now=now - 9 * DAY)
    decisions.propose_decisions(call, by=cast.chair, now=now - 9 * DAY)
    today = now.astimezone(call.zoneinfo).date()
    decisions.approve_decisions(call, release_on=today, by=cast.approver, now=now)
    make.store_letters(call, now=now)
    decisions.release(call, by=cast.secretary, now=now)
    Message.objects.filter(done_at=None).update(done_at=now)
    return {"call": call.code}


def promote_all_at_once() -> dict:
    """Everybody on the reserve list, each step at one instant; each release is asked for twice."""
    _many_connections()
    chair, approver, secretary = (
        User.objects.get(email=f"{who}@example.org") for who in ("chair", "approver", "secretary")
    )
    given = {"outcome": "selected", "reason": make.REASON, "result": make.RESULT, "by": chair}

    def prepare(loi: LetterOfIntent) -> str:
        decisions.prepare(loi, now=clock.now(), **given)
        return "prepared"

    def approve(decision: Decision) -> str:
        promotions.approve_one(decision, by=approver, now=clock.now())
        return "approved"

    def release(decision: Decision) -> str:
        promotions.release_one(decision, by=secretary, now=clock.now())
        return "released"

    found = _at_once(prepare, list(LetterOfIntent.objects.filter(state="reserve")))
    held = list(Decision.objects.filter(state="prepared"))
    found += _at_once(approve, held)
    make.store_letters(Call.objects.get(), now=clock.now())
    return found + _at_once(release, held * 2)


def hold_all_at_once(amount: str, times: str) -> dict:
    """As many holds of the ledger at the same instant, without the lock of the call."""
    _many_connections()
    decision, allocation = Decision.objects.first(), Allocation.objects.get(resource="mass")

    def hold(kg: Decimal) -> str:
        with transaction.atomic():
            ledger.hold(decision, allocation, kg, by=decision.prepared_by, now=clock.now())
        return "held"

    return _at_once(hold, [Decimal(amount)] * int(times))


def _many_connections() -> None:
    """Before the first one is opened: the pool is made with it."""
    connection.settings_dict["OPTIONS"].get("pool", {})["max_size"] = 60


def _at_once(act: Callable[[object], str], each: list) -> Counter:
    """The act on each in a thread with a connection of its own: how many came to what."""
    together = Barrier(len(each))

    def alone(one: object) -> str:
        connections.close_all()
        list(Call.objects.all())  # connected
        together.wait(60)
        try:
            return act(one)
        except Refused as refusal:
            return refusal.verdict.rule
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(each)) as pool:
        return Counter(pool.map(alone, each))


def release() -> dict:
    call = Call.objects.get()
    secretary = User.objects.get(email="secretary@example.org")
    decisions.release(call, by=secretary, now=clock.now())
    return {"call": call.code}


@transaction.atomic
def awaiting(number: str, minutes: str = "60") -> dict:
    """An open call with so many letters signed off, each of an organisation of its own,
    and for each a session of the person who may file it."""
    cast, now = Cast(), clock.now()
    closes_at = now + timedelta(minutes=float(minutes))
    call = make.call(cast, opens_at=now - 20 * DAY, closes_at=closes_at, grace_s=300)
    password = make_password(PASSWORD)
    waiting = []
    for place in range(int(number)):
        cast.organisations["Institute A"] = Organisation.objects.create(
            name=f"Institute {place + 1}",
            kind="institute",
            country="CL",
            state="verified",
            verified_at=now,
        )
        cast.pi, cast.aor = (_member(cast, seat, place, password) for seat in ("pi", "aor"))
        loi = make.awaiting(cast, call, now=now - DAY, title=f"Payload number {place + 1}")
        waiting.append(
            {
                "key": loi.key,
                "version": loi.version,
                "email": cast.aor.email,
                "password": PASSWORD,
                "session": _session(cast.aor),
            }
        )
    Message.objects.filter(done_at=None).update(done_at=now)
    return {"call": call.code, "waiting": waiting}


@transaction.atomic
def close_in(seconds: str, code: str = "") -> dict:
    """A call, or the only one, closes on the first whole second after so many: as a number.

    Amended ten days ago, since a closing comes forward with a week's notice.
    """
    now, call = clock.now(), Call.objects.get(**{"code": code} if code else {})
    secretary, approver = (
        User.objects.get(email=f"{role}@example.org") for role in ("secretary", "approver")
    )
    at = now.replace(microsecond=0) + timedelta(seconds=ceil(float(seconds)) + 1)
    amendment = amendments.propose(
        call,
        kind="closing",
        reason="The deadline day of the tests.",
        after={"closes_at": at.isoformat()},
        by=secretary,
        now=now - 10 * DAY,
    )
    amendments.publish(amendment, by=approver, now=now - 10 * DAY)
    Message.objects.filter(done_at=None, notice__startswith="amendment").update(done_at=now)
    return {"closes_at": at.timestamp()}


def _member(cast: Cast, seat: str, place: int, password: str) -> User:
    person = User.objects.create(
        email=f"{seat}.{place + 1}@example.org", name=f"{seat} {place + 1}", password=password
    )
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    person.memberships.create(organisation=cast.institute, role=seat, joined_at=clock.now())
    return person


def _session(person: User) -> str:
    """Signed in without the form, which lets only so many in from one address."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session.session_key


if __name__ == "__main__":
    act, *given = sys.argv[1:]
    print(json.dumps(globals()[act](*given)))
