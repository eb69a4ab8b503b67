"""Fifty decisions prepared at the same instant never hold more than there is."""

from decimal import Decimal

import pytest

AVAILABLE_KG = Decimal(180)
EACH_KG = Decimal("10.5")


@pytest.mark.slow
def test_fifty_prepare_at_the_same_instant(portal):
    portal.scene("in_final_review", 50)
    answers = portal.scene("prepare_all_at_once")
    fitting = int(AVAILABLE_KG // EACH_KG)
    assert answers == {"prepared": fitting, "ledger.mass": 50 - fitting}
    ((held,),) = portal.ask("SELECT sum(amount) FROM proposals_ledgerentry WHERE kind = 'hold'")
    assert Decimal(str(held)) == fitting * EACH_KG
    assert portal.count("proposals_decision") == fitting
    assert "hold" in portal.manage("invariants")
    # 1.5 kg are free. The ledger's own lock is enough, should an act forget that of the call.
    assert portal.scene("hold_all_at_once", "0.2", 50) == {"held": 7, "ledger.mass": 43}
    lines = portal.ask("SELECT number, held_after FROM proposals_ledgerentry ORDER BY number")
    assert [number for number, _ in lines] == list(range(1, fitting + 8))
    assert Decimal(str(lines[-1][1])) <= AVAILABLE_KG
