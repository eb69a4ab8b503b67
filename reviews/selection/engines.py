"""The two engines.

CP-SAT answers in the portal: one worker and a fixed seed, so that the same
program gives the same set. CBC is another engine by other people, for
checking the first and for large benchmarks.
"""

from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from reviews.selection.program import (
    FEASIBLE,
    IMPOSSIBLE,
    OPTIMAL,
    UNKNOWN,
    Engine,
    Program,
    Row,
    Solved,
)

SEED = 1


def cp_sat(program: Program, seconds: float) -> Solved:
    model = cp_model.CpModel()
    variables = [model.new_bool_var("") for _ in program.values]
    for row in program.rows:
        total = cp_model.LinearExpr.weighted_sum(
            [variables[place] for place, _ in row.terms], [by for _, by in row.terms]
        )
        low = cp_model.INT32_MIN * 2**20 if row.least is None else row.least
        high = cp_model.INT32_MAX * 2**20 if row.most is None else row.most
        model.add_linear_constraint(total, low, high)
    model.maximize(cp_model.LinearExpr.weighted_sum(variables, program.values))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Solved(IMPOSSIBLE if status == cp_model.INFEASIBLE else UNKNOWN)
    chosen = frozenset(place for place, one in enumerate(variables) if solver.value(one))
    value = sum(program.values[place] for place in chosen)
    if status == cp_model.OPTIMAL:
        return Solved(OPTIMAL, chosen, value, value)
    return Solved(FEASIBLE, chosen, value, int(solver.best_objective_bound + 1e-6))


def cbc(program: Program, seconds: float) -> Solved:
    solver = pywraplp.Solver.CreateSolver("CBC")
    solver.SetTimeLimit(int(seconds * 1000))
    variables = [solver.BoolVar("") for _ in program.values]
    infinity = solver.infinity()
    for row in program.rows:
        held = solver.Constraint(
            -infinity if row.least is None else row.least,
            infinity if row.most is None else row.most,
        )
        for place, by in row.terms:
            held.SetCoefficient(variables[place], by)
    goal = solver.Objective()
    for one, value in zip(variables, program.values, strict=True):
        goal.SetCoefficient(one, value)
    goal.SetMaximization()
    status = solver.Solve()
    if status not in {pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE}:
        return Solved(IMPOSSIBLE if status == pywraplp.Solver.INFEASIBLE else UNKNOWN)
    chosen = frozenset(p for p, one in enumerate(variables) if one.solution_value() > 0.5)
    value = sum(program.values[place] for place in chosen)
    if status == pywraplp.Solver.OPTIMAL:
        return Solved(OPTIMAL, chosen, value, value)
    return Solved(FEASIBLE, chosen, value, int(goal.BestBound() + 1e-6))


def clash(program: Program, seconds: float, engine: Engine = cp_sat) -> list[Row]:
    """Rows that cannot hold together, none of which can be left out (a deletion filter)."""
    rows = list(program.rows)
    nothing = (0,) * len(program.values)
    for row in program.rows:
        fewer = [one for one in rows if one is not row]
        if engine(Program(nothing, tuple(fewer)), seconds).status == IMPOSSIBLE:
            rows = fewer
    return rows
