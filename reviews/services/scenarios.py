from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max

from portal import canonical
from portal.events import CLOCK
from portal.models import Event, User
from portal.text import plain, say
from portal.verdict import Refused, Verdict, no
from proposals import queries as proposals
from proposals.models import Call, Decision, LetterOfIntent
from reviews import queries
from reviews.models import Scenario
from reviews.selection.check import used
from reviews.selection.inputs import choice_of
from reviews.services import locks
from reviews.services.conclusions import prepare_decision
from reviews.workflow import SCENARIO

SELECT, RESERVE, NOT = "select", "reserve", "not"


class Intent(NamedTuple):
    """What is to be prepared for one case; `instead_of` is the decision the page has shown."""

    outcome: str
    reason: str
    instead_of: str = ""
    waiver: str = ""


@transaction.atomic
def ask(
    call: Call,
    *,
    rules: Mapping,
    what_if: Mapping[str, Mapping],
    note: str = "",
    by: User,
    now: datetime,
) -> Scenario:
    """Owe the call the best set under these rules: a worker finds it."""
    call = locks.call(call)
    pool = queries.pool(by, call)
    scenario = _scenario(pool, queries.inputs(pool, rules, what_if), note, by, now)
    scenario.by_hand = False
    SCENARIO.enter(scenario, "ask", by=by, now=now, digest=scenario.digest)
    scenario.cases.set([one.loi for one in pool.ready])
    return scenario


@transaction.atomic
def keep(
    call: Call, *, places: Mapping[str, str], note: str = "", by: User, now: datetime
) -> Scenario:
    """Keep a set put together by hand: case key → select, reserve or not. Over-full is refused."""
    call = locks.call(call)
    pool = queries.pool(by, call)
    inputs = queries.inputs(pool, {}, {})
    named = {one.loi.reference: places.get(one.loi.key, NOT) for one in pool.ready}
    chosen = sorted(reference for reference, place in named.items() if place == SELECT)
    choice = choice_of(inputs)
    scenario = _scenario(pool, inputs, note, by, now)
    scenario.by_hand, scenario.done_at = True, now
    scenario.found = canonical.plain(
        {
            "chosen": chosen,
            "reserve": sorted(one for one, place in named.items() if place == RESERVE),
            "value": plain(sum(one.value for one in choice.items if one.key in chosen)),
            "used": {name: plain(amount) for name, amount in used(choice, chosen).items()},
        }
    )
    digests = {"digest": scenario.digest, "found": canonical.digest(scenario.found)}
    SCENARIO.enter(scenario, "keep", by=by, now=now, **digests)
    scenario.cases.set([one.loi for one in pool.ready])
    return scenario


def _scenario(pool: queries.Pool, inputs: dict, note: str, by: User, now: datetime) -> Scenario:
    last = Scenario.objects.filter(call=pool.call).aggregate(last=Max("number"))["last"]
    return Scenario(
        call=pool.call,
        number=(last or 0) + 1,
        note=note.strip(),
        by=by,
        at=now,
        due_at=now,
        inputs=inputs,
        digest=canonical.digest(inputs),
    )


@transaction.atomic
def begin(scenario: Scenario, *, now: datetime) -> Event:
    return SCENARIO.move(locks.scenario(scenario), "begin", by=CLOCK, now=now)


def tell(scenario: Scenario, *, done: int, steps: int, found: dict, until: datetime) -> bool:
    """Write how far a run has come and what it has found, and hold it on.

    False when it was cancelled, or lost to another worker.
    """
    held = Scenario.objects.filter(
        pk=scenario.pk, state="running", lease_token=scenario.lease_token
    )
    plain = canonical.plain(found)
    return bool(held.update(steps_done=done, steps=steps, found=plain, lease_until=until))


@transaction.atomic
def finish(scenario: Scenario, *, found: dict, now: datetime) -> Event:
    """Keep what was found, for good."""
    found = canonical.plain(found)
    return SCENARIO.move(
        locks.scenario(scenario),
        "finish",
        by=CLOCK,
        now=now,
        columns={"found": found, "done_at": now, "lease_until": None},
        found=canonical.digest(found),
    )


@transaction.atomic
def cancel(scenario: Scenario, *, by: User, now: datetime) -> Event:
    return SCENARIO.move(locks.scenario(scenario), "cancel", by=by, now=now)


@transaction.atomic
def apply(
    scenario: Scenario, *, intents: Mapping[str, Intent], by: User, now: datetime
) -> list[Decision]:
    """Prepare the decisions of a scenario, case key → intent: all of them, or none.

    What gives nothing comes first, so that what it held is free for the others.
    What a case is given is what its standing decision gives, else what it asks.
    """
    scenario = locks.scenario(scenario)
    SCENARIO.move(scenario, "apply", by=by, now=now, cases=len(intents))
    lois = queries.judged_by_others(by).filter(call=scenario.call, key__in=intents)
    lois = sorted(lois, key=lambda one: (_gives(intents[one.key]), one.pk))
    if len(lois) < len(intents):
        missing = len(intents) - len(lois)
        raise Refused(
            no("scenario.stale", say("Cases that are no longer yours to decide: %(n)s.", n=missing))
        )
    prepared, results = [], queries.results(scenario.call, seen_by=by)
    for loi in lois:
        intent = intents[loi.key]
        try:
            prepared.append(
                prepare_decision(
                    loi,
                    outcome=intent.outcome,
                    reason=intent.reason,
                    instead_of=intent.instead_of,
                    granted=_granted(loi, intent),
                    waiver=intent.waiver,
                    result=results.get(loi.pk),
                    by=by,
                    now=now,
                )
            )
        except Refused as refused:
            raise Refused(_of_case(loi.reference, refused.verdict)) from refused
    return prepared


def _gives(intent: Intent) -> bool:
    return intent.outcome == Decision.Outcome.SELECTED


def _granted(loi: LetterOfIntent, intent: Intent) -> dict[str, tuple[Decimal, str]]:
    """What it asks; less, with the reason, where the decision that stands gives less."""
    if not _gives(intent):
        return {}
    standing = loi.decisions.filter(key=intent.instead_of).first() if intent.instead_of else None
    if standing and standing.positive:
        grants = standing.grants.select_related("allocation")
        return {one.allocation.resource: (one.amount, one.reason) for one in grants}
    return {one.resource: (amount, "") for one, amount in proposals.demands(loi).items()}


def _of_case(reference: str, verdict: Verdict) -> Verdict:
    return no(
        verdict.rule,
        say("%(case)s: %(why)s", case=reference, why=verdict.reason),
        who=verdict.who,
        field=reference,
    )
