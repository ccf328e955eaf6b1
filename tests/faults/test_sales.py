"""Sales that change under load: a new one typed over the old, a total typed higher and lower.

Nothing is broken here; what returns from an old sale must not come into the new one, and the
checker must follow epochs.
"""
import pytest


@pytest.mark.row("a sale typed anew, restocked")
def test_a_sale_typed_anew_under_load_keeps_old_units_out(make_rig, case):
    """Every second the article's line is typed again: old orders expire into no stock."""
    rig = make_rig().start(200, pay_window_ms=700)
    rig.buyers(rate=300)
    for _ in range(4):
        rig.wait_orders(150)
        with rig.fault("a new sale is typed"):
            rig.cluster.type_sale(200)
            rig.wait_orders(20)
    rig.heal()
    case(rig.settle(sold_within_s=2))


@pytest.mark.row("a sale typed anew, restocked")
def test_a_restock_under_load_is_sold_on_every_node(make_rig, case):
    """The total rises by 100 three times; all buyers say that they come for the first time."""
    rig = make_rig().start(100)
    rig.buyers(rate=300, first=1, twin=0, thief=0, abort=0)
    for total in (200, 300, 400):
        rig.wait_sold_out()
        rig.cluster.wait_left(0)  # every gate is closed
        rig.cluster.restock(total)
        rig.wait_orders(20)
    rig.heal()
    case(rig.settle(sold_within_s=2))
