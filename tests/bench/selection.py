"""python -m tests.bench.selection FILE [--instance K] [--seconds S] [--engine cbc|cp_sat]
python -m tests.bench.selection --cases N [--seconds S]

FILE is of the OR-Library's multidimensional knapsacks: a `mknapcb` file of many
instances, or a single one. Prints JSON a line: objective, bound, status, chosen, seconds.
With --cases, made-up calls of so many cases, six resources and every kind of rule, by the
proposer of the portal: twelve of them, one seed each.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from reviews.selection.choice import Budget, Choice, Item, Share
from reviews.selection.engines import cbc, cp_sat
from reviews.selection.program import Program, Row
from reviews.selection.propose import propose

ENGINES = {"cbc": cbc, "cp_sat": cp_sat}


def instances(path: Path) -> Iterator[Program]:
    """Every instance of a `mknapcb` file: count, then n, m, optimum, profits, weights, capacities."""
    numbers = iter(int(float(word)) for word in path.read_text().split())
    for _instance in range(next(numbers)):
        n, m, _optimum = next(numbers), next(numbers), next(numbers)
        values = tuple(next(numbers) for _ in range(n))
        weights = [[next(numbers) for _ in range(n)] for _ in range(m)]
        yield Program(
            values,
            tuple(Row(tuple(enumerate(row)), most=next(numbers)) for row in weights),
        )


def small(path: Path) -> Program:
    """A single instance: m, n, profits, capacities, weights by row, optimum."""
    words = [int(float(word)) for word in path.read_text().split()]
    m, n, rest = words[0], words[1], iter(words[2:])
    values = tuple(next(rest) for _ in range(n))
    most = [next(rest) for _ in range(m)]
    return Program(
        values,
        tuple(Row(tuple((j, next(rest)) for j in range(n)), most=cap) for cap in most),
    )


def solve(program: Program, *, engine: str = "cbc", seconds: float = 60.0) -> dict:
    began = time.perf_counter()
    solved = ENGINES[engine](program, seconds)
    return {
        "objective": solved.value,
        "bound": solved.bound,
        "status": solved.status,
        "chosen": sorted(solved.chosen),
        "seconds": round(time.perf_counter() - began, 3),
    }


def made_up(number: int, seed: int) -> Choice:
    """A call as ours are, and larger: masses from 1 to 60 kg, evenly by their logarithm, and what
    a module needs besides in rough proportion; 180 kg, five more budgets, and every kind of rule.
    """
    chance = random.Random(seed)
    items = tuple(_made_up(place, chance) for place in range(number))
    keys = [one.key for one in items]
    budgets = (
        Budget("mass", "kg", Decimal(180), Decimal(100)),
        Budget("power", "W", Decimal(450)),
        Budget("data", "Mbit/day", Decimal(5500)),
        Budget("volume", "l", Decimal(340)),
        Budget("energy", "Wh", Decimal(5000)),
        Budget("slots", "", Decimal(40)),
    )
    return Choice(
        items,
        budgets,
        shares=(
            *(Share(f"theme {n}", 1) for n in range(9)),
            *(Share(f"country {n}", 0, 2) for n in range(25)),
            Share("level 0", 3),
        ),
        apart=frozenset(tuple(sorted(chance.sample(keys, 2))) for _ in range(20)),
        needs=frozenset(tuple(chance.sample(keys, 2)) for _ in range(10)),
        inside=frozenset({min(items, key=lambda one: one.demand["mass"]).key}),
    )


def _made_up(place: int, chance: random.Random) -> Item:
    mass = math.exp(chance.uniform(0, math.log(60)))
    power = mass * chance.uniform(0.3, 5)
    amounts = {
        "mass": mass,
        "power": power,
        "data": mass * chance.uniform(1, 60),
        "volume": mass * chance.uniform(0.8, 3),
        "energy": power * chance.uniform(2, 20),
        "slots": 1,
    }
    return Item(
        f"C{place:03d}",
        Decimal(chance.randrange(4500, 9500)) / 100,
        {name: Decimal(round(1000 * amount)) / 1000 for name, amount in amounts.items()},
        frozenset(
            {
                f"theme {chance.randrange(9)}",
                f"country {place % 25}",
                f"level {chance.randrange(3)}",
            }
        ),
    )


def proposed(choice: Choice, *, seconds: float = 60.0) -> dict:
    began = time.perf_counter()
    found = propose(choice, seconds=seconds)
    return {
        "objective": str(found.value),
        "bound": str(found.bound),
        "status": "optimal" if found.proven else "feasible" if found.possible else "impossible",
        "chosen": list(found.chosen),
        "seconds": round(time.perf_counter() - began, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.selection")
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--instance", type=int, help="counted from 1; all without it")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--engine", choices=sorted(ENGINES), default="cbc")
    parser.add_argument("--cases", type=int, help="made-up calls of so many cases instead")
    given = parser.parse_args()
    if given.cases:
        for seed in range(1, 13):
            print(
                json.dumps(proposed(made_up(given.cases, seed), seconds=given.seconds)), flush=True
            )
        return
    if given.file is None:
        parser.error("name a file, or a number of --cases")
    found = [small(given.file)] if given.file.suffix == ".dat" else list(instances(given.file))
    for number, program in enumerate(found, 1):
        if given.instance in {None, number}:
            print(
                json.dumps(solve(program, engine=given.engine, seconds=given.seconds)), flush=True
            )


if __name__ == "__main__":
    main()
