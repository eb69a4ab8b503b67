"""Decisions prepared and released at the same instant never take more than there is."""

from decimal import Decimal

import pytest

from tests.faults.conftest import PRODUCTION
from tests.live import Portal

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


def promote_at_one_instant(portal: Portal, number: int, power_w: int) -> None:
    """The mass would carry seventeen: it is the power that ends first."""
    portal.scene("on_reserve", number, power_w)
    fitting = power_w // 20
    assert portal.scene("promote_all_at_once") == {
        "prepared": fitting,
        "ledger.power": number - fitting,
        "approved": fitting,
        "released": fitting,
        "decision.release_one.from": fitting,
    }
    for resource, each in (("power", Decimal(20)), ("mass", EACH_KG)):
        lines = portal.ask(
            "SELECT l.number, kind, amount, held_after, committed_after "
            "FROM proposals_ledgerentry l JOIN proposals_allocation a ON a.id = l.allocation_id "
            f"WHERE a.resource = '{resource}' ORDER BY l.number"
        )
        assert [number for number, *_ in lines] == list(range(1, 2 * fitting + 1))
        assert [kind for _, kind, *_ in lines] == ["hold"] * fitting + ["commit"] * fitting
        assert {Decimal(str(amount)) for _, _, amount, *_ in lines} == {each}
        *_, held, committed = lines[-1]
        assert (held, Decimal(str(committed))) == (0, fitting * each)
    assert portal.count("proposals_letter", "kind = 'decision' AND state = 'issued'") == number
    assert portal.count("proposals_letter", "state = 'superseded'") == fitting
    assert "hold" in portal.manage("invariants")


@pytest.mark.slow
@pytest.mark.parametrize("portal", [PRODUCTION], indirect=True)
def test_eight_are_promoted_at_the_same_instant(portal):
    promote_at_one_instant(portal, number=8, power_w=90)


@pytest.mark.soak
@pytest.mark.parametrize("portal", [PRODUCTION], indirect=True)
def test_fifty_are_promoted_at_the_same_instant(portal):
    promote_at_one_instant(portal, number=50, power_w=299)
