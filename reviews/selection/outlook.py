"""How a best set lies in its surroundings: along one budget, and under the noise of the scores."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import numpy as np

from reviews.selection.check import used
from reviews.selection.choice import Choice, Point
from reviews.selection.engines import cp_sat
from reviews.selection.program import Row
from reviews.selection.propose import SECONDS, best, keys
from reviews.selection.rules import ordered, program_of, use_of, values_of

MOST_POINTS = 60
FEW = 20  # cases, up to which every point is found


def frontier(choice: Choice, budget: str, *, seconds: float = SECONDS) -> Iterator[Point]:
    """Value against one budget, from the whole of it downwards: no set takes less for the value.

    Of few cases every point up to `MOST_POINTS`; of many, points at least a fortieth apart.
    """
    program, use = program_of(choice), use_of(choice, budget)
    step = 1
    for number in range(MOST_POINTS):
        solved = best(choice, program, seconds, cp_sat, first=budget)
        if not solved.found:
            return
        chosen = keys(choice, solved)
        value = sum((one.value for one in choice.items if one.key in chosen), Decimal(0))
        yield Point(used(choice, chosen)[budget], value, chosen)
        taken = sum(by for place, by in enumerate(use) if place in solved.chosen)
        if not taken:
            return
        if not number and len(choice.items) > FEW:
            step = max(taken // 40, 1)
        program = program.under(Row(tuple(enumerate(use)), most=max(taken - step, 0)))


def draws(
    choice: Choice,
    sd: Mapping[str, Decimal],
    *,
    number: int,
    seed: int = 1,
    seconds: float = SECONDS,
) -> Iterator[tuple[str, ...]]:
    """The best set of each of so many worlds, in which every value is drawn with its own SD.

    A case has the same luck whatever else is asked (common random numbers), so
    that two runs differ by what was asked and not by the draw.
    """
    program, items, values = program_of(choice), ordered(choice), values_of(choice)
    luck = [np.random.default_rng([seed, *one.key.encode()]).normal(size=number) for one in items]
    spread = [int(sd.get(one.key, Decimal(0)) * 1000) for one in items]
    for turn in range(number):
        drawn = (
            value + round(float(by[turn]) * wide)
            for value, by, wide in zip(values, luck, spread, strict=True)
        )
        yield keys(choice, cp_sat(program.worth(*drawn), seconds))


def stability(
    choice: Choice, sd: Mapping[str, Decimal], *, number: int = 200, seed: int = 1
) -> dict[str, float]:
    """Key → the share of draws in which the case is chosen."""
    taken = dict.fromkeys((one.key for one in ordered(choice)), 0)
    for chosen in draws(choice, sd, number=number, seed=seed):
        for key in chosen:
            taken[key] += 1
    return {key: count / number for key, count in taken.items()}
