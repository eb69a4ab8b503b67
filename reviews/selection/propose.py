"""The best set of cases under every limit, what binds it, and what lies next to it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np

from portal.text import plain, say
from reviews.selection.choice import Choice, Point, Price, Proposal
from reviews.selection.program import OPTIMAL, Engine, Program, Row, Solved, clash, cp_sat
from reviews.selection.rules import MILLI, down, ordered, program_of, up, values_of

SECONDS = 30.0
MOST_POINTS = 60


def propose(choice: Choice, *, seconds: float = SECONDS, engine: Engine = cp_sat) -> Proposal:
    """The set of the greatest value; of equal ones that which takes least of the first budget."""
    return _proposal(choice, _best(choice, program_of(choice), seconds, engine), seconds)


def runners_up(choice: Choice, number: int, *, seconds: float = SECONDS) -> list[Proposal]:
    """The next best sets, each other than all before it, the best left out."""
    program, found = program_of(choice), []
    for _turn in range(number + 1):
        solved = _best(choice, program, seconds, cp_sat)
        if not solved.found:
            break
        found.append(_proposal(choice, solved, seconds))
        program = program.under(_other_than(solved.chosen, len(choice.items)))
    return found[1:]


def prices(choice: Choice, best: Proposal, *, seconds: float = SECONDS) -> list[Price]:
    """For each budget, the least more of it that would admit a better set."""
    found = []
    items = ordered(choice)
    for budget in choice.budgets:
        wider = program_of(choice, without=budget.name)
        better = Row(tuple(enumerate(values_of(choice))), least=up(best.value) + 1)
        use = tuple((p, up(one.demand.get(budget.name, Decimal(0)))) for p, one in enumerate(items))
        wanted = replace(wider.under(better), values=tuple(-by for _, by in use))
        solved = cp_sat(wanted, seconds)
        if solved.status != OPTIMAL:
            continue
        taken = {items[place].key for place in solved.chosen}
        more = -solved.value - down(budget.capacity)
        if more > 0:
            found.append(
                Price(
                    budget.name,
                    more * MILLI,
                    tuple(sorted(taken - set(best.chosen))),
                    tuple(sorted(set(best.chosen) - taken)),
                    sum((one.value for one in items if one.key in taken), Decimal(0)),
                )
            )
    return found


def frontier(choice: Choice, budget: str, *, seconds: float = SECONDS) -> list[Point]:
    """Value against one budget, from the whole of it downwards: each point is proven."""
    found: list[Point] = []
    program, items = program_of(choice), ordered(choice)
    use = tuple((p, up(one.demand.get(budget, Decimal(0)))) for p, one in enumerate(items))
    while len(found) < MOST_POINTS:
        solved = _best(choice, program, seconds, cp_sat, first=budget)
        if not solved.found:
            break
        chosen = _keys(choice, solved)
        used = sum(
            (one.demand.get(budget, Decimal(0)) for one in items if one.key in chosen), Decimal(0)
        )
        value = sum((one.value for one in items if one.key in chosen), Decimal(0))
        found.append(Point(used, value, chosen))
        taken = sum(by for place, by in use if place in solved.chosen)
        if not taken:
            break
        program = program.under(Row(use, most=taken - 1))
    return found[::-1]


def stability(
    choice: Choice,
    sd: Mapping[str, float],
    *,
    draws: int = 200,
    seed: int = 1,
    seconds: float = SECONDS,
) -> dict[str, float]:
    """Key → share of draws in which the case is chosen, each value drawn with its own SD.

    The draws are the same for every choice of the same cases (common random
    numbers), so that two runs differ by what was asked and not by luck.
    """
    items, chance = ordered(choice), np.random.default_rng(seed)
    taken = dict.fromkeys((one.key for one in items), 0)
    for _draw in range(draws):
        noise = chance.normal(0.0, 1.0, len(items))
        drawn = tuple(
            replace(
                one, value=one.value + Decimal(float(by) * sd.get(one.key, 0.0)).quantize(MILLI)
            )
            for one, by in zip(items, noise, strict=True)
        )
        solved = cp_sat(program_of(replace(choice, items=drawn)), seconds)
        for place in solved.chosen:
            taken[items[place].key] += 1
    return {key: count / draws for key, count in taken.items()}


def _best(
    choice: Choice, program: Program, seconds: float, engine: Engine, first: str = ""
) -> Solved:
    """The best value, then the least use of the first budget at that value."""
    solved = engine(program, seconds)
    if solved.status != OPTIMAL or not choice.budgets:
        return solved
    name = first or choice.budgets[0].name
    use = tuple(up(one.demand.get(name, Decimal(0))) for one in ordered(choice))
    held = program.under(Row(tuple(enumerate(program.values)), least=solved.value))
    least = engine(replace(held, values=tuple(-by for by in use)), seconds)
    return replace(solved, chosen=least.chosen) if least.found else solved


def _proposal(choice: Choice, solved: Solved, seconds: float) -> Proposal:
    if not solved.found:
        rows = clash(program_of(choice), seconds)
        return Proposal(clash=tuple(row.why for row in rows))
    chosen = _keys(choice, solved)
    _check(choice, chosen)
    taken = [one for one in choice.items if one.key in chosen]
    used = {
        budget.name: sum((one.demand.get(budget.name, Decimal(0)) for one in taken), Decimal(0))
        for budget in choice.budgets
    }
    return Proposal(
        chosen=chosen,
        value=sum((one.value for one in taken), Decimal(0)),
        bound=solved.bound * MILLI
        if solved.status != OPTIMAL
        else sum((one.value for one in taken), Decimal(0)),
        used=used,
        binds=tuple(_binds(choice, chosen, used)),
    )


def _binds(choice: Choice, chosen: tuple[str, ...], used: Mapping[str, Decimal]) -> Iterable:
    """The limits that keep the next case out: a budget in which no case left over fits."""
    left = [one for one in choice.items if one.key not in chosen and one.key not in choice.outside]
    for budget in choice.budgets:
        free = budget.capacity - used[budget.name]
        too_much = [one.key for one in left if one.demand.get(budget.name, Decimal(0)) > free]
        if too_much:
            yield say(
                "%(free)s %(unit)s of %(name)s are left: too little for %(cases)s.",
                free=plain(free),
                unit=budget.unit,
                name=budget.name,
                cases=", ".join(sorted(too_much)),
            )


def _check(choice: Choice, chosen: tuple[str, ...]) -> None:
    """What the solver says is added up again, in exact numbers, before anybody sees it."""
    taken = [one for one in choice.items if one.key in chosen]
    for budget in choice.budgets:
        amounts = [one.demand.get(budget.name, Decimal(0)) for one in taken]
        if sum(amounts, Decimal(0)) > budget.capacity:
            raise ArithmeticError(f"the set is over {budget.name}")
        if budget.each is not None and max(amounts, default=Decimal(0)) > budget.each:
            raise ArithmeticError(f"a case of the set is over its cap of {budget.name}")
    for share in choice.shares:
        number = sum(share.group in one.groups for one in taken)
        if number < share.least or (share.most is not None and number > share.most):
            raise ArithmeticError(f"the set has {number} of {share.group}")
    held = set(chosen)
    if (
        any({one, other} <= held for one, other in choice.apart)
        or any(one in held and other not in held for one, other in choice.needs)
        or not choice.inside <= held
        or choice.outside & held
    ):
        raise ArithmeticError("the set breaks a rule on single cases")


def _keys(choice: Choice, solved: Solved) -> tuple[str, ...]:
    return tuple(one.key for place, one in enumerate(ordered(choice)) if place in solved.chosen)


def _other_than(chosen: frozenset[int], number: int) -> Row:
    terms = tuple((place, 1 if place in chosen else -1) for place in range(number))
    return Row(terms, most=len(chosen) - 1)
