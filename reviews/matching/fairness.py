"""The assignment whose worst-served case is served as well as possible, by integer programming.

In order: as few rules of the panel given up as possible; the worst-served case
as high as it can be, proven by the bound of the relaxation; the greatest total
at that height; the least change; the most even loads. After the leximin idea of FairFlow (Kobren,
Saha and McCallum, KDD 2019), solved exactly by bisection from the bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from ortools.math_opt.python import mathopt

from reviews.matching.flow import Graph, greatest_total

SEED = 1
MOST_PROBES = 40
TIE_SECONDS = 5  # for a choice among equally good answers
MOST_PAIRS = 100_000  # above it the flow answers alone: the greatest total, the floor unproven


@dataclass(frozen=True)
class Rule:
    """A soft rule: of these pairs (indices) at least or at most so many are taken."""

    pairs: np.ndarray
    least: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Answer:
    """A mask over the pairs, the broken rules, and how well the worst-served case is proven."""

    chosen: np.ndarray
    broken: tuple[int, ...]
    worst: int
    bound: int
    exact: bool


class Program:
    """The integer program, with its stages laid on one after the other."""

    def __init__(self, graph: Graph, rules: Sequence[Rule], fixed: np.ndarray, seconds: float):
        self.graph, self.rules, self.seconds = graph, rules, seconds
        model = self.model = mathopt.Model()
        self.pairs = [
            model.add_variable(lb=1.0 if held else 0.0, ub=1.0, is_integer=True) for held in fixed
        ]
        by_reviewer: list[list] = [[] for _ in graph.most]
        by_case: list[list] = [[] for _ in graph.needed]
        self.served: list[list] = [[] for _ in graph.needed]
        rows = zip(graph.reviewer, graph.case, graph.affinity, self.pairs, strict=True)
        for reviewer, case, affinity, pair in rows:
            by_reviewer[reviewer].append(pair)
            by_case[case].append(pair)
            self.served[case].append(int(affinity) * pair)
        self.loads = [mathopt.fast_sum(taken) for taken in by_reviewer]
        for load, least, most in zip(self.loads, graph.least, graph.most, strict=True):
            model.add_linear_constraint(lb=float(least), ub=float(most), expr=load)
        for taken, needed in zip(by_case, graph.needed, strict=True):
            model.add_linear_constraint(mathopt.fast_sum(taken) == float(needed))
        self.slack = [model.add_variable(lb=0.0, is_integer=True) for _ in rules]
        for rule, slack in zip(rules, self.slack, strict=True):
            taken = mathopt.fast_sum([self.pairs[place] for place in rule.pairs])
            if rule.least:
                model.add_linear_constraint(taken + slack >= float(rule.least))
            if rule.most is not None:
                model.add_linear_constraint(taken - slack <= float(rule.most))
        self.total = mathopt.fast_sum([one for case in self.served for one in case])
        # Every case's sum lies on or above one floor, which each stage moves.
        self.floor = model.add_variable(lb=0.0)
        for case in self.served:
            if case:
                model.add_linear_constraint(mathopt.fast_sum(case) >= self.floor)

    def solve(self, seconds: float | None = None) -> mathopt.SolveResult:
        parameters = mathopt.SolveParameters(
            time_limit=timedelta(seconds=seconds or self.seconds),
            random_seed=SEED,
            relative_gap_tolerance=0.0,
            absolute_gap_tolerance=0.99,  # of whole numbers
        )
        return mathopt.solve(self.model, mathopt.SolverType.HIGHS, params=parameters)

    def mask(self, result: mathopt.SolveResult) -> np.ndarray:
        return np.array(result.variable_values(self.pairs)) > 0.5

    def bound(self) -> int:
        """The most the worst-served case could get, from the relaxation."""
        self._whole(False)
        self.model.maximize(self.floor)
        result = self.solve()
        self._whole(True)
        self.floor.lower_bound = 0.0
        return int(np.floor(result.objective_value() + 1e-6))

    def _whole(self, whole: bool) -> None:
        for variable in (*self.pairs, *self.slack):
            variable.integer = whole

    def least_broken(self) -> int:
        if not self.rules:
            return 0
        self.model.minimize(mathopt.fast_sum(self.slack))
        result = self.solve()
        broken = round(result.objective_value())
        self.model.add_linear_constraint(mathopt.fast_sum(self.slack) <= float(broken))
        return broken

    def missing(self, wished: int) -> mathopt.LinearSum:
        """How many cases the reviewers have together below what was wished for each."""
        short = [self.model.add_variable(lb=0.0) for _ in self.loads]
        for load, gap in zip(self.loads, short, strict=True):
            self.model.add_linear_constraint(load + gap >= float(wished))
        return mathopt.fast_sum(short)

    def again(self, chosen: np.ndarray, aim: mathopt.LinearSum) -> np.ndarray:
        """The best by one more aim among those of the same total; `chosen` where none is found."""
        total = int(self.graph.affinity[chosen].sum())
        self.model.add_linear_constraint(self.total >= float(total))
        self.model.maximize(aim)
        result = self.solve(min(self.seconds, TIE_SECONDS))
        if not result.has_primal_feasible_solution():
            return chosen
        self.model.add_linear_constraint(aim >= float(round(result.objective_value())))
        return self.mask(result)

    def at(self, worst: int, seconds: float) -> mathopt.SolveResult:
        """The greatest total with every case at `worst` or above."""
        self.floor.lower_bound = float(worst)
        self.model.maximize(self.total)
        return self.solve(seconds)


def fairest(
    graph: Graph,
    *,
    rules: Sequence[Rule] = (),
    fixed: np.ndarray | None = None,
    published: np.ndarray | None = None,
    wished: int = 0,
    seconds: float = 30.0,
) -> Answer | None:
    """See the module. Masks are over the graph's pairs; None where no assignment is possible.

    `graph.least` always holds; `wished` cases a reviewer are reached as far as
    it takes nothing from the rest. `seconds` limits each stage. What a limit
    cut short is not `exact`.
    """
    nothing = np.zeros(len(graph.case), bool)
    fixed = nothing if fixed is None else fixed
    start = greatest_total(graph)
    if start is None:
        return None
    if len(graph.case) > MOST_PAIRS and not fixed.any():
        worst = int(graph.sums(start).min())
        return Answer(start, _broken(rules, start), worst, _ceiling(graph), exact=True)
    program = Program(graph, rules, fixed, seconds)
    program.least_broken()
    bound = program.bound()
    result, worst, proven = _highest(program, bound, seconds)
    if result is None:
        return None
    chosen = program.mask(result)
    exact = proven and result.termination.reason == mathopt.TerminationReason.OPTIMAL
    if published is not None and published.any():
        kept = [program.pairs[place] for place in np.flatnonzero(published)]
        chosen = program.again(chosen, mathopt.fast_sum(kept))
    if wished:
        chosen = program.again(chosen, -program.missing(wished))
    return Answer(
        chosen,
        _broken(rules, chosen),
        int(graph.sums(chosen).min()),
        bound if not proven else worst,
        exact,
    )


def _ceiling(graph: Graph) -> int:
    """No case gets more than the sum of its own best pairs."""
    order = np.lexsort((-graph.affinity, graph.case))
    first = np.searchsorted(graph.case[order], np.arange(len(graph.needed)))
    rank = np.arange(len(order)) - first[graph.case[order]]
    best = order[rank < graph.needed[graph.case[order]]]
    return int(graph.sums(best).min())


def _highest(program: Program, bound: int, seconds: float):
    """The highest floor that can be held: the bound itself first, else by bisection below it."""
    result = program.at(bound, seconds)
    if result.has_primal_feasible_solution():
        return result, bound, True
    low, high, best, proven = 0, bound, None, True
    if result.termination.reason != mathopt.TerminationReason.INFEASIBLE:
        proven = False
    for _probe in range(MOST_PROBES):
        if best is not None and high - low <= 1:
            break
        middle = low if best is None else (low + high) // 2
        result = program.at(middle, seconds)
        if result.has_primal_feasible_solution():
            sums = program.graph.sums(program.mask(result))
            low, best = max(middle, int(sums.min())), result
        else:
            if best is None:
                return None, 0, False
            if result.termination.reason != mathopt.TerminationReason.INFEASIBLE:
                proven = False
            high = middle
    return best, low, proven


def _broken(rules: Sequence[Rule], chosen: np.ndarray) -> tuple[int, ...]:
    found = []
    for place, rule in enumerate(rules):
        taken = int(chosen[rule.pairs].sum())
        if taken < rule.least or (rule.most is not None and taken > rule.most):
            found.append(place)
    return tuple(found)
