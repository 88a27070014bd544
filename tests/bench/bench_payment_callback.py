"""Payment callback: our logic against the one RSA verification that nobody can do without, and what it costs.

The store is the quick table of the tests; what it takes itself is measured and left out of `logic`, which
holds PynamoDB, Chalice and the log lines. Times are processor time. Round trips and capacity units are
counted at the same calls, by the sizes of the rows.
"""

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chalice.app import Chalice
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pynamodb.connection import Connection

from linli.vocabulary.payments import Provider
from tests.bench.table import show
from tests.integration.conftest import cloud, store  # noqa: F401  the fixtures
from tests.integration.payment_world import Providers
from tests.integration.quick_table import QuickTable
from tests.integration.test_payments_many import (  # noqa: F401  the fixtures
    NOW,
    answered,
    callbacks,
    event_of,
    order,
    table,
    truth,
)
from tests.unit.payments import shop

CALLS = 300
READ_BYTES, WRITE_BYTES = 4096, 1024
INDEXES = ("shelf", "standing", "due_shard")
BUDGET = "logic without the store < 2 ms; 3 round trips"


class Clock:
    """How long PynamoDB and the store take, so that it can be left out."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.calls = 0

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            started = time.thread_time()
            try:
                return call(*args, **kwargs)
            finally:
                self.spent += time.thread_time() - started
                self.calls += 1

        return timed


@pytest.fixture
def store_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(Connection, "_make_api_call", clock.around(Connection._make_api_call))
    return clock


def bare_verify() -> Callable[[], None]:
    """One RSA-2048 verification by `cryptography`."""
    key: Any = load_pem_private_key(shop.key("alipay").encode(), None)
    message = shop.notified().body
    signature = key.sign(message, PKCS1v15(), SHA256())
    public: RSAPublicKey = key.public_key()
    return lambda: public.verify(signature, message, PKCS1v15(), SHA256())


def timed_ms(call: Callable[[], Any]) -> float:
    started = time.thread_time()
    call()
    return (time.thread_time() - started) * 1000


@pytest.mark.parametrize("provider", ["alipay", "wechat"])
def test_logic(
    table: QuickTable,  # noqa: F811
    truth: Providers,  # noqa: F811
    callbacks: Chalice,  # noqa: F811
    store_time: Clock,
    provider: Provider,
) -> None:
    verify = bare_verify()
    for number in range(CALLS):
        truth.pay(order(number, provider))
    events = [event_of(callbacks, *truth.delivery(number, NOW)) for number in range(CALLS)]
    bare, whole, logic, trips = [], [], [], []
    for event in events:
        bare.append(timed_ms(verify))
        store_time.spent, store_time.calls = 0.0, 0
        whole.append(timed_ms(lambda: answered(callbacks, event)))  # noqa: B023  runs now
        logic.append(whole[-1] - store_time.spent * 1000)
        trips.append(store_time.calls)
    assert set(trips) == {3}
    rows = [
        ("one RSA verification, bare", bare),
        ("logic without the store", logic),
        ("with the store in memory", whole),
    ]
    show(f"payment callback that settles, {provider}", "ms", rows, BUDGET)
    again = [timed_ms(lambda: answered(callbacks, event)) for event in events]  # noqa: B023  runs now
    forged = [event | {"body": event["body"].replace("0", "1", 1)} for event in events]
    refused = [timed_ms(lambda: answered(callbacks, event)) for event in forged]  # noqa: B023  runs now
    show(
        f"the same again, and forged, {provider}",
        "ms",
        [("one RSA verification, bare", bare), ("delivered again", again), ("forged", refused)],
        "a forgery costs one write",
    )
    assert table.items


@pytest.mark.parametrize("provider", ["alipay", "wechat"])
def test_capacity(
    table: QuickTable,  # noqa: F811
    truth: Providers,  # noqa: F811
    callbacks: Chalice,  # noqa: F811
    provider: Provider,
) -> None:
    for number in range(CALLS):
        truth.pay(order(number, provider))
    spent: list[dict[str, float]] = []

    def counted(operation: str, call: Callable[[], Any]) -> Any:
        before = dict(table.items)
        answer = call()
        units = spent[-1]
        if operation == "BatchGetItem":
            ((_, found),) = answer["Responses"].items()
            units["RCU"] += sum(math.ceil(_size(item) / READ_BYTES) for item in found)
            return answer
        for key in table.items.keys() | before.keys():
            old, new = before.get(key), table.items.get(key)
            if old is not new:
                size = max(_size(each) for each in (old, new) if each)
                twice = 2 if operation == "TransactWriteItems" else 1
                units["WCU"] += twice * math.ceil(size / WRITE_BYTES)
                units["WCU of indexes"] += _index_writes(old or {}, new or {})
        return answer

    table.fault = counted
    for number in range(CALLS):
        spent.append({"RCU": 0, "WCU": 0, "WCU of indexes": 0})
        assert answered(callbacks, event_of(callbacks, *truth.delivery(number, NOW)))
    one = [1.0] * CALLS
    rows = [("one unit", one), *((name, [each[name] for each in spent]) for name in spent[0])]
    show(f"capacity of a callback that settles, {provider}", "units", rows, "independent of the table's size")
    first, last = spent[0], spent[-1]
    assert first == last, "the table's size makes no difference"


def _size(item: dict[str, dict[str, Any]]) -> int:
    """Bytes of an item, as DynamoDB counts them: names and values."""
    return sum(len(name) + len(next(iter(value.values()))) for name, value in item.items())


def _index_writes(old: dict[str, Any], new: dict[str, Any]) -> int:
    """Rows of the indexes that are written or deleted; each is under a kilobyte."""
    writes = 0
    for name in INDEXES:
        if name in old and old.get(name) != new.get(name):
            writes += 1
        if name in new and (old.get(name) != new.get(name) or name != "due_shard"):
            writes += 1
    return writes
