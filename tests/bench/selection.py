"""python -m tests.bench.selection FILE [--instance K] [--seconds S] [--engine cbc|cp_sat]

FILE is of the OR-Library's multidimensional knapsacks: a `mknapcb` file of many
instances, or a single one. Prints JSON a line: objective, bound, status, chosen, seconds.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

from reviews.selection.engines import cbc, cp_sat
from reviews.selection.program import Program, Row

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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.selection")
    parser.add_argument("file", type=Path)
    parser.add_argument("--instance", type=int, help="counted from 1; all without it")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--engine", choices=sorted(ENGINES), default="cbc")
    given = parser.parse_args()
    found = [small(given.file)] if given.file.suffix == ".dat" else list(instances(given.file))
    for number, program in enumerate(found, 1):
        if given.instance in {None, number}:
            print(
                json.dumps(solve(program, engine=given.engine, seconds=given.seconds)), flush=True
            )


if __name__ == "__main__":
    main()
