from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.ledger import COMMIT, HOLD, RETURN, Balance, Entry, may_hold, positions, statement
from proposals.resources import MASS, POWER, SLOTS


def entries(*lines: str) -> list[Entry]:
    """`entries("hold a 10")`: kind, subject, amount."""
    return [
        Entry(kind, subject, Decimal(amount))
        for kind, subject, amount in (line.split() for line in lines)
    ]


def of(*lines: str, offered: str = "200", held_back: str = "20") -> Balance:
    return after(entries(*lines), offered, held_back)


def after(written: list[Entry], offered: str = "200", held_back: str = "20") -> Balance:
    return statement(Balance(MASS, Decimal(offered), Decimal(held_back)), written)[-1]


def test_nothing_taken_leaves_what_is_offered_less_what_is_held_back():
    assert of().available == of().free == 180


def test_a_hold_is_proposed_and_a_commit_makes_it_committed():
    held = of("hold a 33.6")
    assert (held.proposed, held.committed, held.free) == (Decimal("33.6"), 0, Decimal("146.4"))
    given_out = of("hold a 33.6", "commit a 33.6")
    assert (given_out.proposed, given_out.committed) == (0, Decimal("33.6"))
    assert given_out.free == held.free


def test_a_return_gives_back_a_commitment_before_a_hold():
    held, committed = positions(entries("hold a 10", "commit a 10", "hold a 4", "return a 10"))
    assert (held["a"], committed["a"]) == (4, 0)


def test_a_hold_may_be_returned():
    assert of("hold a 10", "return a 10").free == 180


@pytest.mark.parametrize(
    "lines",
    [
        ("commit a 1",),
        ("return a 1",),
        ("hold a 10", "commit a 10.001"),
        ("hold a 10", "commit b 10"),
        ("hold a 10", "commit a 10", "return a 11"),
        ("hold a 10", "return a 10", "return a 10"),
    ],
)
def test_more_than_is_there_cannot_be_taken(lines):
    with pytest.raises(ValueError, match="only"):
        positions(entries(*lines))


def test_the_refusal_is_the_whole_sum_in_one_sentence():
    verdict = may_hold(of("hold a 146.755", "commit a 146.755"), Decimal("33.6"))
    assert not verdict
    assert (verdict.rule, verdict.field) == ("ledger.mass", "granted")
    assert str(verdict.reason) == (
        "33.6 kg more would make 180.355 kg, over the 180 kg that can be given (200 kg "
        "offered, 20 kg held back): 146.755 kg are proposed or committed, 33.245 kg are free."
    )


def test_what_one_case_gives_back_another_may_have():
    before = ("hold a 146.755", "commit a 146.755")
    assert may_hold(of(*before, "return a 3.15"), Decimal("33.6"))


def test_the_last_gram_fits_and_the_next_does_not():
    assert may_hold(of("hold a 100"), Decimal(80))
    assert not may_hold(of("hold a 100"), Decimal("80.001"))


@pytest.mark.parametrize(
    "resource, amount, offered, said",
    [
        (POWER, "1000.5", 12, "1000.5 W"),
        (SLOTS, "13", 12, "13 slots"),
        (SLOTS, "1", 0, "1 slot"),
    ],
)
def test_every_resource_is_said_in_its_unit(resource, amount, offered, said):
    verdict = may_hold(Balance(resource, Decimal(offered), Decimal(0)), Decimal(amount))
    assert str(verdict.reason).startswith(f"{said} more")
    assert verdict.rule == f"ledger.{resource.code}"


amounts = st.decimals("0.001", "200", places=3)


@st.composite
def histories(draw) -> list[Entry]:
    """Acts as the services would enter them: never more than fits, never more than is there."""
    written: list[Entry] = []
    for _ in range(draw(st.integers(0, 25))):
        subject = draw(st.sampled_from("abcd"))
        held, committed = positions(written)
        kind = draw(st.sampled_from([HOLD, COMMIT, RETURN]))
        there = held if kind == COMMIT or not committed.get(subject) else committed
        if kind == HOLD:
            amount = draw(amounts)
            if not may_hold(after(written), amount):
                continue
        elif there.get(subject):
            amount = draw(st.decimals("0.001", there[subject], places=3))
        else:
            continue
        written.append(Entry(kind, subject, amount))
    return written


@given(histories())
def test_the_bar_always_adds_up(history):
    now = after(history)
    assert now.offered - now.held_back == now.proposed + now.committed + now.free
    assert min(now.proposed, now.committed, now.free) >= 0
    sums = {kind: sum(e.amount for e in history if e.kind == kind) for kind in (HOLD, RETURN)}
    assert now.taken == sums[HOLD] - sums[RETURN]


@given(histories(), amounts)
def test_a_hold_is_allowed_exactly_when_it_leaves_nothing_negative(history, amount):
    now = after(history)
    held = after([*history, Entry(HOLD, "e", amount)])
    assert bool(may_hold(now, amount)) == (held.free >= 0)


@given(histories())
def test_every_line_of_a_statement_is_what_its_entries_come_to(history):
    balances = statement(Balance(MASS, Decimal(200), Decimal(20)), history)
    assert len(balances) == len(history) + 1
    for place, told in enumerate(balances):
        held, committed = positions(history[:place])
        assert told.proposed == sum(held.values())
        assert told.committed == sum(committed.values())
        assert told.free >= 0
