"""Ten thousand steps of the payments' machine, and ten thousand callbacks through a failing store."""

from collections.abc import Callable

from chalice.app import Chalice

from tests.integration.payment_world import Providers
from tests.integration.quick_table import QuickTable
from tests.integration.test_payments_machine import Payments, machine, steps  # noqa: F401  the fixture
from tests.integration.test_payments_many import (  # noqa: F401  fixtures
    callbacks,
    deliver_through_a_failing_store,
    table,
    truth,
)
from tests.soak.conftest import DID


def test_the_books_hold_over_ten_thousand_steps(
    machine: type[Payments],  # noqa: F811
    record_property: Callable[[str, object], None],
) -> None:
    done = steps(machine, examples=280)
    record_property(DID, f"{done} steps of the payments' machine")
    assert done >= 10_000


def test_each_of_ten_thousand_deliveries_is_settled_once(
    table: QuickTable,  # noqa: F811
    truth: Providers,  # noqa: F811
    callbacks: Chalice,  # noqa: F811
) -> None:
    deliver_through_a_failing_store(table, truth, callbacks, payments=500)
