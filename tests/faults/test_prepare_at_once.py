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
