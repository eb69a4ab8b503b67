"""How long an answer takes tells nothing either: the same two worlds, by the clock of the processor."""

import time
from dataclasses import replace

import numpy as np
import pytest
from django.db import transaction
from django.urls import reverse

from proposals.models import Call
from tests import routes as routes_of
from tests.twins.test_worlds import DECIDED, HIDDEN, call, cast
from tests.twins.worlds import PHASES, Secrets, World

__all__ = ["call", "cast"]

ROUNDS, ASKED = 6, 8
# Of samples of 48 two alike ones differ by 0.4 once in a thousand; a database asked once more, by 0.9.
MOST = 0.7
SLOWER = 0.25


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The two-sample Kolmogorov–Smirnov statistic: the greatest distance of the two distributions."""
    every = np.concatenate([one, other])
    shares = (
        np.searchsorted(np.sort(some), every, side="right") / len(some) for some in (one, other)
    )
    first, second = shares
    return float(np.abs(first - second).max())


def test_the_statistic_tells_alike_from_different():
    draw = np.random.default_rng(7).normal
    assert apart(draw(10, 1, 48), draw(10, 1, 48)) < 0.4
    assert apart(draw(10, 1, 48), draw(14, 1, 48)) > 0.9


@pytest.mark.soak
@pytest.mark.parametrize(
    ("name", "barred", "differ", "routes"),
    [
        (
            "pi",
            False,
            {**DECIDED, "prepared": False},
            ("loi", "judging", "scores", "decisions", "day"),
        ),
        ("chair", True, HIDDEN, ("ranking", "scores", "board", "judging", "loi")),
        (
            "legal",
            False,
            {**DECIDED, "prepared": False},
            ("loi", "cases", "calls", "call", "messages"),
        ),
    ],
    ids=["pi", "chair", "legal"],
)
def test_an_answer_takes_as_long_in_either_world(
    cast, visit, clock_at, name, barred, differ, routes
):
    """In turns, so that what slows the machine slows both; a tail of slow answers is left aside."""
    clock_at(PHASES["final"])
    secrets = (Secrets(), replace(Secrets(), **differ))
    taken = {(where, world): [] for where in routes for world in (0, 1)}
    for turn in range(2 * ROUNDS):
        with transaction.atomic():
            which = secrets[turn % 2]
            world = World(cast, Call.objects.get(), "final", which, name if barred else None)
            browser = visit(cast.again(name), at=PHASES["final"])
            at = {where: _address(where, world) for where in routes}
            for address in at.values():
                browser.get(address)  # what is loaded once a process is loaded
            for where in routes * ASKED:
                begun = time.thread_time()
                browser.get(at[where])
                taken[where, turn % 2].append(time.thread_time() - begun)
            transaction.set_rollback(True)
    told = {where: _compared(*(np.array(taken[where, one]) for one in (0, 1))) for where in routes}
    assert [where for where, (d, slower) in told.items() if d > MOST and slower > SLOWER] == [], (
        told
    )


def _address(where: str, world: World) -> str:
    """Of the first case, or of the call."""
    names = {one.name: routes_of.arguments(path) for one, path in routes_of.patterns()}[where]
    given = {"key": world.first.key, "code": world.call.code}
    return reverse(where, kwargs={name: given[name] for name in names})


def _compared(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """How far apart they are, and by what share the slower one's median is slower."""
    low, high = sorted((np.median(one), np.median(other)))
    return apart(one, other), float(high / low - 1)
