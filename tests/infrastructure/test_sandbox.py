"""The sandbox's providers and our own modules understand each other, over real HTTP."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

import pytest

from functions.payments.callbacks.store import verified
from functions.payments.providers import client as providers
from functions.payments.providers.merchants import store as merchants
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import Delivery, Order, RefundOrder
from functions.payments.providers.protocol.notices import Notice
from functions.payments.providers.protocol.statement_files import CHINA
from functions.payments.providers.registry import PROVIDERS
from linli import outbound
from linli.errors import Conflict, NotFound, Unavailable
from linli.ids import new_id
from linli.vocabulary.payments import Provider
from linli_cli.errors import Refused
from linli_cli.local.sandbox import Sandbox
from localstack.sandbox.signing import new_key

COMMUNITY = "willow"
DEADLINE_S = 10
BOTH = pytest.mark.parametrize("provider", ["alipay", "wechat"])
Found = TypeVar("Found")


@dataclass
class Door:
    """Where callbacks come in; it refuses the first `refusals` of them, in the provider's own form."""

    url: str = ""
    refusals: int = 0
    came: list[Delivery] = field(default_factory=list)

    def answer(self, delivery: Delivery, provider: Provider) -> Any:
        self.came.append(delivery)
        refused = len(self.came) <= self.refusals
        return PROVIDERS[provider].reply(Unavailable() if refused else None)


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()

    class Conversation(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reply = made.answer(Delivery(dict(self.headers), body, datetime.now(UTC)), self.path[1:])  # type: ignore[arg-type]  its URL
            self.send_response(reply.status)
            self.end_headers()
            self.wfile.write(reply.body.encode())

        def log_message(self, *_about: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Conversation)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    made = Sandbox(tmp_path_factory.mktemp("a home") / "with spaces")
    made.start()
    made.wait()
    yield made
    outbound.session(providers.RETRIES, providers.BUSY).close()
    outbound.session.cache_clear()
    made.stop()


@dataclass
class Shop:
    """A merchant with an account at the sandbox, which its secret tells of."""

    sandbox: Sandbox
    door: Door
    provider: Provider
    merchant: Merchant

    def ordered(self, fen: int = 3580, minutes: float = 15, payer: str = "o-1") -> Any:
        now = datetime.now(UTC)
        order = Order(new_id(now), fen, "水费, 2025-12", now + timedelta(minutes=minutes), payer)
        return order, providers.order(self.merchant, order)

    def pays(self, parameters: dict[str, str], **how: Any) -> Any:
        wanted = {"provider": self.provider, "parameters": parameters, **how}
        return self.sandbox.ask("POST", "/payments/pay", wanted)

    def told(self, count: int = 1) -> list[Notice]:
        """What callbacks say once so many came, each of them verified."""
        deliveries = eventually(lambda: self.door.came[:count] if len(self.door.came) >= count else None)
        for each in deliveries:
            PROVIDERS[self.provider].verify(each, self.merchant)
        return [PROVIDERS[self.provider].parse(each, self.merchant) for each in deliveries]


@pytest.fixture
def shop(sandbox: Sandbox, door: Door, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Shop:
    def secret(name: str, **_fresh: bool) -> str | None:
        kind, community, of = name.split("/")
        notify = {"notify_url": f"{door.url}/{of}"}
        account = sandbox.ask("PUT", f"/payments/merchants/{community}/{of}", notify)
        return {"merchants": json.dumps(account["merchant"]), "signing-keys": account["signing_key"]}[kind]

    monkeypatch.setattr(merchants, "secret_if_any", secret)
    monkeypatch.setattr(merchants, "_refreshed_at", {})
    return Shop(sandbox, door, provider, merchants.merchant(COMMUNITY, provider))


def eventually(look: Callable[[], Found | None]) -> Found:
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.01)
    pytest.fail("did not happen in time")


@BOTH
def test_an_order_is_paid_and_told_of(shop: Shop) -> None:
    order, parameters = shop.ordered()
    shop.pays(parameters)
    (notice,) = shop.told()
    assert (notice.said, notice.order, notice.amount_fen) == ("paid", order.id, 3580)
    assert (notice.seller, notice.app) == (shop.merchant.seller, shop.merchant.app)
    assert notice.currency == "CNY"
    asked = providers.query(shop.merchant, order.id)
    assert (asked.said, asked.amount_fen, asked.trade, asked.at) == ("paid", 3580, notice.trade, notice.at)
    with pytest.raises(Refused, match="the order is paid"):
        shop.pays(parameters)


@BOTH
def test_a_silent_order_is_found_by_asking(shop: Shop) -> None:
    order, parameters = shop.ordered()
    assert providers.query(shop.merchant, order.id).said == "waiting"
    shop.pays(parameters, silent=True)
    assert providers.query(shop.merchant, order.id).said == "paid"
    assert providers.close(shop.merchant, order.id).said == "paid", "too late to close it"
    assert shop.door.came == []


@BOTH
def test_a_callback_that_was_refused_comes_again(shop: Shop) -> None:
    shop.door.refusals = 1
    _, parameters = shop.ordered()
    shop.pays(parameters)
    first, second = shop.told(2)
    assert first == second


@BOTH
def test_a_callback_may_come_more_than_once(shop: Shop) -> None:
    _, parameters = shop.ordered()
    shop.pays(parameters, times=3)
    assert len(set(map(str, shop.told(3)))) == 1


@BOTH
def test_nobody_pays_an_order_that_is_closed_or_expired(shop: Shop) -> None:
    order, parameters = shop.ordered()
    assert providers.close(shop.merchant, order.id).said == "closed"
    with pytest.raises(Refused, match="the order is closed"):
        shop.pays(parameters)
    with pytest.raises(Conflict):
        providers.order(shop.merchant, order)


@pytest.mark.parametrize("provider", ["alipay"])
def test_a_mobile_app_pays_an_order_that_alipay_hears_of_then(shop: Shop) -> None:
    order, parameters = shop.ordered(payer="")
    assert providers.query(shop.merchant, order.id).said == "unknown"
    assert providers.close(shop.merchant, order.id).said == "unknown"
    shop.pays(parameters)
    assert shop.told()[0].said == "paid"
    late, parameters = shop.ordered(minutes=-1, payer="")
    with pytest.raises(Refused, match="the order is closed"):
        shop.pays(parameters)
    assert providers.query(shop.merchant, late.id).said == "closed"


@BOTH
def test_the_cashier_takes_only_what_we_signed(shop: Shop) -> None:
    _, parameters = shop.ordered(payer="" if shop.provider == "alipay" else "o-1")
    if shop.provider == "alipay":
        fields = dict(parse_qsl(parameters["orderStr"]))
        cheaper = fields["biz_content"].replace("35.80", "0.01")
        parameters = {"orderStr": urlencode(fields | {"biz_content": cheaper})}
    else:
        parameters = parameters | {"timeStamp": "1"}
    with pytest.raises(Refused, match="not signed"):
        shop.pays(parameters)


@BOTH
def test_money_goes_back_in_parts_and_never_more_than_came(shop: Shop) -> None:
    order, parameters = shop.ordered()
    shop.pays(parameters, silent=True)
    part, rest, more = (
        RefundOrder(new_id(datetime.now(UTC)), order.id, fen, order.amount_fen) for fen in (1000, 2580, 1)
    )
    assert providers.query_refund(shop.merchant, part).said == "unknown"
    for number, refund in enumerate((part, rest), 1):
        at_once = providers.refund(shop.merchant, refund)
        assert at_once.said == {"alipay": "refunded", "wechat": "waiting"}[shop.provider]
        again = providers.refund(shop.merchant, refund)
        assert again.said in {"waiting", "refunded"}, "asking twice moves no more money"
        notice = shop.told(number)[-1]
        assert (notice.said, notice.order, notice.refund) == ("refunded", order.id, refund.id)
        assert notice.refund_fen == {"alipay": None, "wechat": refund.amount_fen}[shop.provider]
        done = providers.query_refund(shop.merchant, refund)
        assert (done.said, done.refund_fen) == ("refunded", refund.amount_fen)
    assert providers.refund(shop.merchant, more).said == "refund_failed"
    paid = {"alipay": "closed", "wechat": "paid_and_back"}  # Alipay closes what went back whole
    assert providers.query(shop.merchant, order.id).said == paid[shop.provider]


@BOTH
def test_the_statement_has_every_line(shop: Shop) -> None:
    order, parameters = shop.ordered(fen=1234)
    shop.pays(parameters, silent=True)
    refund = RefundOrder(new_id(datetime.now(UTC)), order.id, 234, order.amount_fen)
    providers.refund(shop.merchant, refund)
    shop.told()
    today = datetime.now(CHINA).date()
    lines = providers.statement(shop.merchant, today)
    (paid,) = [each for each in lines if each.said == "paid" and each.order == order.id]
    (back,) = [each for each in lines if each.said == "refunded" and each.order == order.id]
    assert (paid.amount_fen, paid.trade) == (1234, back.trade)
    assert (back.refund, back.refund_fen) == (refund.id, 234)
    assert providers.statement(shop.merchant, today - timedelta(days=400)) == ()


@BOTH
def test_another_community_cannot_see_the_order(shop: Shop) -> None:
    order, parameters = shop.ordered()
    shop.pays(parameters, silent=True)
    other = merchants.merchant("maple", shop.provider)
    assert other.seller != shop.merchant.seller
    assert providers.query(other, order.id).said == "unknown"
    assert providers.refund(other, RefundOrder("r-1", order.id, 1, order.amount_fen)).said == "refund_failed"


@BOTH
def test_a_key_that_we_did_not_register_is_not_taken(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "signing_key", lambda _: new_key())
    with pytest.raises(Unavailable):
        providers.query(shop.merchant, "01kdxh2b3c4d5e6f7g8h9jkmnp")


@BOTH
def test_a_provider_that_is_busy_is_asked_again_later(shop: Shop) -> None:
    mood = f"/payments/moods/{shop.provider}"
    shop.sandbox.ask("PUT", mood, {"answers": "busy"})
    try:
        with pytest.raises(Unavailable):
            providers.query(shop.merchant, "01kdxh2b3c4d5e6f7g8h9jkmnp")
    finally:
        shop.sandbox.ask("PUT", mood, {"answers": "normal"})
    assert providers.query(shop.merchant, "01kdxh2b3c4d5e6f7g8h9jkmnp").said == "unknown"


@BOTH
def test_after_a_rotation_callbacks_and_answers_fit_the_fresh_keys(shop: Shop) -> None:
    order, parameters = shop.ordered()
    shop.sandbox.ask("POST", f"/payments/keys/{shop.provider}")
    shop.pays(parameters)
    came = eventually(lambda: shop.door.came)
    with pytest.raises(NotFound):
        verified("nowhere!", shop.provider, came[0])
    old = shop.merchant
    assert verified(COMMUNITY, shop.provider, came[0]) != old
    merchants._refreshed_at.clear()
    assert providers.query(old, order.id).said == "paid"


def test_what_the_providers_know_survives_a_stop(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.start()
    try:
        sandbox.wait()
        url = sandbox.url
        notify = {"notify_url": "http://127.0.0.1:9/"}
        account = sandbox.ask("PUT", "/payments/merchants/willow/wechat", notify)
        sandbox.start()
        sandbox.stop()
        with pytest.raises(Exception, match="not running"):
            sandbox.ask("GET", "/health")
        sandbox.start()
        sandbox.wait()
        assert sandbox.url == url
        assert sandbox.ask("PUT", "/payments/merchants/willow/wechat", notify) == account
    finally:
        sandbox.reset()
    assert not sandbox.folder.exists()
