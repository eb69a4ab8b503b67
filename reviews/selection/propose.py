"""The best set of cases under every limit, what binds it, and what each limit costs."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from portal.text import Text, say
from reviews.selection.check import faults, used
from reviews.selection.choice import Choice, Cost, Price, Proposal
from reviews.selection.engines import clash, cp_sat
from reviews.selection.program import IMPOSSIBLE, OPTIMAL, Engine, Program, Row, Solved
from reviews.selection.rules import MILLI, down, ordered, program_of, up, use_of

SECONDS = 30.0


def propose(choice: Choice, *, seconds: float = SECONDS, engine: Engine = cp_sat) -> Proposal:
    """The set of the greatest value; of equal ones that which takes least of the first budget."""
    return answer(choice, best(choice, program_of(choice), seconds, engine), seconds)


def runners_up(choice: Choice, number: int, *, seconds: float = SECONDS) -> list[Proposal]:
    """The next best sets; each has a case that every set before it lacks one of.

    A set that only leaves something out of a better one is none: it is worth less for nothing.
    """
    program, found = program_of(choice), []
    for _turn in range(number + 1):
        solved = best(choice, program, seconds, cp_sat)
        if not solved.found:
            break
        found.append(answer(choice, solved, seconds))
        left = [place for place in range(len(choice.items)) if place not in solved.chosen]
        program = program.under(Row(tuple((place, 1) for place in left), least=1))
    return found[1:]


def prices(choice: Choice, standing: Proposal, *, seconds: float = SECONDS) -> list[Price]:
    """For each budget, the least more of it that would admit a better set, and the best of those.

    The most one case may take stays what it is.
    """
    found, program, items = [], program_of(choice), ordered(choice)
    better = Row(tuple(enumerate(program.values)), least=up(standing.value) + 1)
    for budget in choice.budgets:
        (limit,) = (row for row in program.rows if row.budget == budget.name)
        wider, use = program.without(limit).under(better), use_of(choice, budget.name)
        least = cp_sat(wider.worth(*(-by for by in use)), seconds)
        more = -least.value - down(budget.capacity)
        if least.status != OPTIMAL or more <= 0:
            continue
        solved = cp_sat(wider.under(Row(tuple(enumerate(use)), most=-least.value)).worth(*program.values), seconds)  # fmt: skip
        taken = {items[place].key for place in (solved if solved.found else least).chosen}
        found.append(
            Price(
                budget.name,
                more * MILLI,
                *_change(standing, taken),
                sum((one.value for one in items if one.key in taken), Decimal(0)),
            )
        )
    return found


def costs(choice: Choice, standing: Proposal, *, seconds: float = SECONDS) -> Iterator[Cost]:
    """Rule by rule, what the best set would be worth without it, where that is more."""
    program = program_of(choice)
    for row in program.rows:
        if row.budget:
            continue
        solved = best(choice, program.without(row), seconds, cp_sat)
        if solved.status == OPTIMAL and (gain := solved.value * MILLI - standing.value) > 0:
            yield Cost(row.why, gain, *_change(standing, set(keys(choice, solved))))


def _change(standing: Proposal, taken: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(what comes in, what goes out) against the best set."""
    before = set(standing.chosen)
    return tuple(sorted(taken - before)), tuple(sorted(before - taken))


def best(
    choice: Choice, program: Program, seconds: float, engine: Engine, first: str = ""
) -> Solved:
    """The best value, then the least use of the first budget (or of that named) at that value."""
    solved = engine(program, seconds)
    if solved.status != OPTIMAL or not choice.budgets:
        return solved
    use = use_of(choice, first or choice.budgets[0].name)
    held = program.under(Row(tuple(enumerate(program.values)), least=solved.value))
    least = engine(held.worth(*(-by for by in use)), seconds)
    return replace(solved, chosen=least.chosen) if least.found else solved


def answer(choice: Choice, solved: Solved, seconds: float) -> Proposal:
    """What the solver says, in the words of the choice, added up again before anybody sees it."""
    if solved.status == IMPOSSIBLE:
        rows = clash(program_of(choice), seconds)
        return Proposal(clash=tuple(row.why for row in rows))
    if not solved.found:
        return Proposal(known=False)
    chosen = keys(choice, solved)
    if wrong := faults(choice, chosen):
        raise ArithmeticError(" ".join(map(str, wrong)))
    value = sum((one.value for one in choice.items if one.key in chosen), Decimal(0))
    sums = used(choice, chosen)
    return Proposal(
        chosen=chosen,
        value=value,
        bound=value if solved.status == OPTIMAL else solved.bound * MILLI,
        used=sums,
        binds=tuple(_binds(choice, chosen, sums)),
    )


def _binds(choice: Choice, chosen: tuple[str, ...], sums: dict[str, Decimal]) -> Iterator[Text]:
    """The limits that keep the next case out: a budget in which one left over does not fit."""
    left = [one for one in choice.items if one.key not in chosen and one.key not in choice.outside]
    for budget in choice.budgets:
        free = budget.capacity - sums[budget.name]
        too_much = [one.key for one in left if one.demand.get(budget.name, Decimal(0)) > free]
        if too_much:
            yield say(
                "%(name)s: %(free)s left, too little for %(cases)s.",
                name=budget.name,
                free=budget.amount(free),
                cases=", ".join(sorted(too_much)),
            )


def keys(choice: Choice, solved: Solved) -> tuple[str, ...]:
    return tuple(one.key for place, one in enumerate(ordered(choice)) if place in solved.chosen)
