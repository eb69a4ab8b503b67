"""A scenario worked out step by step, the best set first: what a worker does, and keeps.

{"solver", "chosen", "value", "bound", "proven", "known", "used": {budget: amount},
 "binds", "clash": [sentence],
 "others":  [{"chosen", "value", "adds", "lacks"}],
 "prices":  [{"budget", "unit", "more", "admits", "drops", "gain"}],
 "costs":   [{"rule", "admits", "drops", "gain"}],
 "frontier": [{"used", "value", "chosen"}] along the first budget,
 "draws": number, "drawn": {reference: number}}
"""

from collections.abc import Iterator, Mapping
from importlib.metadata import version

from portal.text import plain
from reviews.selection.choice import Choice
from reviews.selection.inputs import changed, choice_of, errors_of
from reviews.selection.outlook import draws, frontier
from reviews.selection.propose import costs, prices, propose, runners_up

SOLVER = f"CP-SAT, OR-Tools {version('ortools')}"
RUNNERS_UP = 3
DRAWS, SEED = 200, 1
# The steps before the draws, and the draws by twenties.
STEPS, EACH = 5, 20


def work(inputs: Mapping) -> Iterator[tuple[int, int, dict]]:
    """(steps done, steps in all, what is found so far), after each step; the last is complete."""
    choice, whole = choice_of(inputs), STEPS + DRAWS // EACH
    standing = propose(choice)
    found = {
        "solver": SOLVER,
        "chosen": standing.chosen,
        "value": plain(standing.value),
        "bound": plain(standing.bound),
        "proven": standing.proven,
        "known": standing.known,
        "used": {name: plain(amount) for name, amount in standing.used.items()},
        "binds": [str(one) for one in standing.binds],
        "clash": [str(one) for one in standing.clash],
    }
    yield 1, whole, dict(found)
    if not standing.possible:
        return
    found["others"] = [
        {
            "chosen": one.chosen,
            "value": plain(one.value),
            **dict(zip(("adds", "lacks"), changed(one.chosen, standing.chosen), strict=True)),
        }
        for one in runners_up(choice, RUNNERS_UP)
    ]
    yield 2, whole, dict(found)
    units = {budget.name: budget.unit for budget in choice.budgets}
    found["prices"] = [
        {
            "budget": one.budget,
            "unit": units[one.budget],
            "more": plain(one.more),
            "admits": one.admits,
            "drops": one.drops,
            "gain": plain(one.value - standing.value),
        }
        for one in prices(choice, standing)
    ]
    yield 3, whole, dict(found)
    found["costs"] = [
        {"rule": str(one.rule), "admits": one.admits, "drops": one.drops, "gain": plain(one.gain)}
        for one in costs(choice, standing)
    ]
    yield 4, whole, dict(found)
    if choice.budgets:
        first = choice.budgets[0].name
        found["frontier"] = [
            {"used": plain(one.used), "value": plain(one.value), "chosen": one.chosen}
            for one in frontier(choice, first)
        ]
    yield 5, whole, dict(found)
    yield from _drawn(choice, inputs, found, whole)


def _drawn(
    choice: Choice, inputs: Mapping, found: dict, whole: int
) -> Iterator[tuple[int, int, dict]]:
    """How often each case is chosen, as the scores scatter by their own standard error."""
    taken = dict.fromkeys((one.key for one in choice.items), 0)
    for number, chosen in enumerate(draws(choice, errors_of(inputs), number=DRAWS, seed=SEED), 1):
        for key in chosen:
            taken[key] += 1
        if number % EACH == 0:
            yield STEPS + number // EACH, whole, {**found, "draws": number, "drawn": dict(taken)}
