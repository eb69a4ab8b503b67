"""python -m tests.bench.matching FILE --per-case 3 --load-max 4 [--load-min 2]

FILE is `scores.npy` (reviewers × cases) or an `.npz` with `similarity_matrix` and
`mask_matrix` (1 where the two may not meet). Prints JSON: total, worst_case,
worst_case_bound, seconds, assignment.

`--load-max` always holds. `--load-min` is what each reviewer should have, as far as no
case is served worse for it; `below_load_min` counts those who have fewer. Where there
are as many reviews as minima (MIDL: 177 × 2 = 118 × 3), a minimum that always held
would leave no choice of loads at all: with it the best total is 150.04 instead of 201.77.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from reviews.matching.fairness import fairest
from reviews.matching.flow import Graph

SCALE = 100_000  # affinities as whole numbers


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Affinities reviewers × cases, and where a pair is possible."""
    held = np.load(path)
    if path.suffix == ".npz":
        return held["similarity_matrix"], held["mask_matrix"] == 0
    return held, np.ones(held.shape, bool)


def solve(path: Path, *, per_case: int, load_max: int, load_min: int, seconds: float) -> dict:
    affinity, possible = read(path)
    least = min(0.0, float(affinity.min()))  # flows want costs of one sign
    whole = np.round((affinity - least) * SCALE).astype(np.int64)
    began = time.perf_counter()
    graph = Graph.dense(whole, possible, per_case, 0, load_max)
    answer = fairest(graph, wished=load_min, seconds=seconds)
    took = time.perf_counter() - began
    if answer is None:
        return {"error": "no assignment keeps these loads", "seconds": round(took, 3)}
    reviewer, case = graph.reviewer[answer.chosen], graph.case[answer.chosen]
    values = affinity[reviewer, case]
    served = np.bincount(case, weights=values, minlength=affinity.shape[1])
    return {
        "total": round(float(values.sum()), 4),
        "worst_case": round(float(served.min()), 6),
        "worst_case_bound": round(answer.bound / SCALE + least * per_case, 6),
        "exact": answer.exact,
        "below_load_min": int((np.bincount(reviewer, minlength=len(affinity)) < load_min).sum()),
        "seconds": round(took, 3),
        "assignment": [
            [int(one) for one in reviewer[case == place]] for place in range(affinity.shape[1])
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching")
    parser.add_argument("file", type=Path)
    parser.add_argument("--per-case", type=int, default=3)
    parser.add_argument("--load-max", type=int, required=True)
    parser.add_argument("--load-min", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30.0, help="limit of each stage")
    given = parser.parse_args()
    print(
        json.dumps(
            solve(
                given.file,
                per_case=given.per_case,
                load_max=given.load_max,
                load_min=given.load_min,
                seconds=given.seconds,
            )
        )
    )


if __name__ == "__main__":
    main()
