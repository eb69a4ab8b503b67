"""Cases moved between two missions both ways at the same instant: no sum is exceeded, nobody waits for ever."""

from decimal import Decimal

import pytest


@pytest.mark.soak
def test_six_move_both_ways_at_the_same_instant(portal):
    portal.scene("on_two_missions", 3)
    assert portal.scene("move_all_at_once") == {"prepared": 4, "ledger.mass": 2}
    balances = "SELECT held, committed, capacity FROM proposals_allocation ORDER BY id"
    for held, committed, capacity in portal.ask(balances):
        assert (
            Decimal(str(held)) + Decimal(str(committed))
            == Decimal(str(capacity))
            == Decimal("52.5")
        )
    assert portal.scene("release_moves_at_once") == {"released": 4}
    for held, committed, _ in portal.ask(balances):
        assert (Decimal(str(held)), Decimal(str(committed))) == (0, Decimal("31.5"))
    assert portal.count("proposals_ledgerentry") == 2 * (3 + 3) + 4 * 3
    assert "hold" in portal.manage("invariants")
