"""The quick table answers as moto does, call by call, to all that payments asks of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from linli.aws import client
from linli.dynamodb import Store
from tests.integration import quick_table
from tests.integration.conftest import STAGE, Service, app_of
from tests.integration.quick_table import QuickTable
from tests.integration.test_payments_machine import PAYERS, PROVIDERS, Payments

TABLE = f"linli-{STAGE}-payments"
ASKED: list[str] = []


class Both(QuickTable):
    """Asks moto too, and compares what both say."""

    moto: Callable[[str, dict[str, Any]], Any]

    def _make_api_call(self, operation: str, kwargs: dict[str, Any]) -> Any:
        ASKED.append(operation)
        return self.fault(operation, lambda: self._compared(operation, kwargs))

    def _compared(self, operation: str, kwargs: dict[str, Any]) -> Any:
        quiet = QuickTable()
        quiet.items = self.items
        ours = _said(lambda: quiet._make_api_call(operation, kwargs))
        theirs = _said(lambda: self.moto(operation, kwargs))
        assert _told(ours) == _told(theirs), (operation, kwargs)
        if isinstance(ours, ClientError):
            raise ours
        return ours


def _said(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ClientError as error:
        return error


def _told(said: Any) -> Any:
    """What PynamoDB and we look at."""
    if isinstance(said, ClientError):
        reasons = [
            (reason["Code"], reason.get("Item")) for reason in said.response.get("CancellationReasons", [])
        ]
        return said.response["Error"]["Code"], reasons
    found = [item for items in said.get("Responses", {}).values() for item in items]
    return _sorted(said.get("Items", [])), said.get("Attributes"), _sorted(found)


def _sorted(items: list[Any]) -> list[Any]:
    return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


@pytest.fixture
def both(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Payments]]:
    service("payments")
    monkeypatch.setenv("LINLI_SERVICE", "payments")
    real = client("dynamodb")

    class Empty(Both):
        moto = staticmethod(real._make_api_call)

        def __init__(self) -> None:
            super().__init__()
            for item in real.scan(TableName=TABLE)["Items"]:
                real.delete_item(TableName=TABLE, Key={name: item[name] for name in ("pk", "sk")})

    monkeypatch.setattr(quick_table, "QuickTable", Empty)
    Payments.callbacks = app_of("payments-callback")
    before = Store.client
    yield Payments
    assert Store.client is before


def test_both_answer_the_same_to_any_steps(both: type[Payments]) -> None:
    run_state_machine_as_test(
        both,
        settings=settings(
            max_examples=4,
            stateful_step_count=30,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_both_answer_the_same_to_two_payments_of_a_bill(both: type[Payments]) -> None:
    ASKED.clear()
    machine = both()
    machine.furnish()
    for number, provider in enumerate(PROVIDERS):
        machine.order(bill="bill-1", payer=PAYERS[number], provider=provider, fault=("none", 0))
        assert machine.truth.pay(f"id-{number:04}")
    for fault in (("lost", 1), ("none", 0)):
        for number in (0, 1, 0):
            with machine.step(fault):
                machine.callback(number)
    machine.tick(minutes=20, silent=False, fault=("none", 0))
    machine.the_books_hold()
    machine.teardown()
    assert {"BatchGetItem", "Query", "TransactWriteItems", "UpdateItem"} <= set(ASKED)
