"""The greatest total affinity, by minimum-cost flow; and, where none is possible, what stands in the way."""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import max_flow, min_cost_flow


@dataclass(frozen=True)
class Graph:
    """Possible pairs as arrays: reviewer and case are indices, affinity a whole number ≥ 0.

    `needed` has one entry a case; `least` and `most` one a reviewer.
    """

    reviewer: np.ndarray
    case: np.ndarray
    affinity: np.ndarray
    needed: np.ndarray
    least: np.ndarray
    most: np.ndarray

    @classmethod
    def dense(cls, affinity: np.ndarray, possible: np.ndarray, needed: int, least: int, most: int):
        """From a matrix reviewers × cases."""
        reviewers, cases = affinity.shape
        reviewer, case = np.nonzero(possible)
        return cls(
            reviewer,
            case,
            affinity[reviewer, case],
            np.full(cases, needed),
            np.full(reviewers, least),
            np.full(reviewers, most),
        )

    def sums(self, chosen: np.ndarray) -> np.ndarray:
        """The affinity each case gets, from a mask over the pairs."""
        return np.bincount(
            self.case[chosen], weights=self.affinity[chosen], minlength=len(self.needed)
        ).astype(np.int64)


def greatest_total(graph: Graph) -> np.ndarray | None:
    """The assignment of the greatest total, as a mask over the pairs; None where none is possible.

    Every minimum is one arc with a reward above any affinity, so that the one
    flow fills the minima first and loses nothing by it: filling them in a flow
    of their own commits reviewers before the total is known.
    """
    reviewers, cases = len(graph.most), len(graph.needed)
    source, sink, node = reviewers + cases, reviewers + cases + 1, np.arange(reviewers)
    reward = 2 * int(graph.affinity.max(initial=0)) * max(int(graph.needed.max(initial=1)), 1) + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    add = flow.add_arcs_with_capacity_and_unit_cost
    minima = add(np.full(reviewers, source), node, graph.least, np.full(reviewers, -reward))
    add(np.full(reviewers, source), node, graph.most - graph.least, np.zeros(reviewers, int))
    pairs = add(
        graph.reviewer,
        reviewers + graph.case,
        np.ones(len(graph.case), int),
        -graph.affinity.astype(np.int64),
    )
    wanted = reviewers + np.arange(cases)
    add(wanted, np.full(cases, sink), graph.needed, np.zeros(cases, int))
    all_needed = int(graph.needed.sum())
    flow.set_node_supply(source, all_needed)
    flow.set_node_supply(sink, -all_needed)
    if flow.solve() != flow.OPTIMAL or (flow.flows(minima) < graph.least).any():
        return None
    return flow.flows(pairs).astype(bool)


def bottleneck(graph: Graph) -> tuple[np.ndarray, np.ndarray] | None:
    """Cases that need more reviews than the reviewers who could do them have room for.

    The two index arrays are those cases and these reviewers (Hall's condition,
    read from a minimum cut); None where every case can be served.
    """
    reviewers, cases = len(graph.most), len(graph.needed)
    source, sink = reviewers + cases, reviewers + cases + 1
    flow = max_flow.SimpleMaxFlow()
    add = flow.add_arcs_with_capacity
    add(np.full(cases, source), reviewers + np.arange(cases), graph.needed)
    add(reviewers + graph.case, graph.reviewer, np.ones(len(graph.case), int))
    add(np.arange(reviewers), np.full(reviewers, sink), graph.most)
    flow.solve(source, sink)
    if flow.optimal_flow() == graph.needed.sum():
        return None
    side = set(flow.get_source_side_min_cut())
    held = np.array(sorted(node - reviewers for node in side if reviewers <= node < source), int)
    free = np.isin(graph.case, held)
    return held, np.unique(graph.reviewer[free])
