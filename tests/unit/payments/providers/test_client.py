"""Asking a provider over real HTTP: time-outs, retries, and answers that are not the provider's."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from functions.payments.providers import client as providers
from functions.payments.providers.merchants import store as merchants
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import Order, Outgoing, RefundOrder
from linli import outbound
from linli.errors import Conflict, Unavailable
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.shop import AT, INTENT, NEXT_SERIAL, REFUND, SERIAL, TRANSACTION, key

Reply = tuple[int, dict[str, str], bytes]


class Provider(BaseHTTPRequestHandler):
    """Answers with what the test queued, the last of it again and again."""

    protocol_version = "HTTP/1.1"
    replies: ClassVar[list[Callable[[], Reply] | None]] = []
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append(f"{self.command} {self.path.partition('?')[0]}")
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if reply is None:
            self.close_connection = True
            return
        status, headers, body = reply()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815  the library's name

    def log_message(self, *_about: Any) -> None:
        pass


@pytest.fixture(autouse=True)
def signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "signing_key", lambda _: key("ours"))


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(outbound, "BACKOFF_S", 0)
    monkeypatch.setattr(merchants, "_refreshed_at", {})
    outbound.session.cache_clear()
    Provider.replies, Provider.asked = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    outbound.session(providers.RETRIES, providers.BUSY).close()
    outbound.session.cache_clear()
    server.shutdown()
    thread.join()
    server.server_close()


def shop_at(url: str) -> Merchant:
    return shop.wechat().model_copy(update={"gateway_url": url})


def says(status: int = 200, signer: str = "wechat", serial: str = SERIAL, **node: Any) -> Callable[[], Reply]:
    def reply() -> Reply:
        body = json.dumps(node).encode() if node else b""
        now = int(datetime.now(UTC).timestamp())
        return status, signing.wechat_headers(body, key(signer), serial, now, AT.nonce), body

    return reply


def busy() -> Reply:
    return 503, {}, b"<html>"


def test_an_order_is_asked_for(provider: str) -> None:
    Provider.replies = [says(**TRANSACTION)]
    assert providers.query(shop_at(provider), INTENT).said == "paid"
    assert Provider.asked == [f"GET /v3/pay/transactions/out-trade-no/{INTENT}"]


def test_what_fails_for_a_moment_is_asked_again(provider: str) -> None:
    Provider.replies = [busy, None, says(**TRANSACTION)]
    assert providers.query(shop_at(provider), INTENT).said == "paid"
    assert len(Provider.asked) == 3


@pytest.mark.parametrize("reply", [busy, None, says(500, code="SYSTEM_ERROR")])
def test_a_provider_that_is_down_is_unavailable(provider: str, reply: Any) -> None:
    Provider.replies = [reply]
    with pytest.raises(Unavailable):
        providers.query(shop_at(provider), INTENT)
    assert len(Provider.asked) <= 1 + providers.RETRIES


def test_nobody_listens() -> None:
    with pytest.raises(Unavailable, match="did not answer"):
        providers.query(shop_at("http://127.0.0.1:9"), INTENT)


def test_an_answer_of_somebody_else_says_nothing(provider: str) -> None:
    Provider.replies = [says(signer="a forger", **TRANSACTION)]
    with pytest.raises(Unavailable, match="its answer is forged"):
        providers.query(shop_at(provider), INTENT)


def test_a_redirect_is_not_followed(provider: str) -> None:
    Provider.replies = [lambda: (302, {"Location": f"{provider}/elsewhere"}, b"")]
    with pytest.raises(Unavailable):
        providers.query(shop_at(provider), INTENT)
    assert len(Provider.asked) == 1


def test_a_rotated_key_of_an_answer_is_fetched(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {NEXT_SERIAL: signing.public_part(key("wechat, rotated"))}
    known = shop_at(provider).model_copy(update={"provider_keys": keys})
    monkeypatch.setattr(merchants, "secret_if_any", lambda *_name, **_fresh: json.dumps(known.model_dump()))
    Provider.replies = [says(signer="wechat, rotated", serial=NEXT_SERIAL, **TRANSACTION)]
    assert providers.query(shop_at(provider), INTENT).said == "paid"


def test_an_order_is_placed_and_its_parameters_signed(provider: str) -> None:
    Provider.replies = [says(prepay_id="wx26"), says(400, code="PARAM_ERROR")]
    wanted = Order(INTENT, 3580, "水费", AT.now, payer="o1")
    assert providers.order(shop_at(provider), wanted)["package"] == "prepay_id=wx26"
    with pytest.raises(Conflict):
        providers.order(shop_at(provider), wanted)
    assert "orderStr" in providers.order(shop.alipay(), Order(INTENT, 3580, "水费", AT.now))


def test_an_order_that_cannot_be_closed_is_asked_for(provider: str) -> None:
    Provider.replies = [says(400, code="ORDERPAID"), says(**TRANSACTION), says(204)]
    assert providers.close(shop_at(provider), INTENT).said == "paid"
    assert providers.close(shop_at(provider), INTENT).said == "closed"


def test_money_goes_back(provider: str) -> None:
    wanted = RefundOrder(REFUND, INTENT, 1000, 3580)
    Provider.replies = [says(403, code="NOT_ENOUGH"), says(404, code="RESOURCE_NOT_EXISTS")]
    assert providers.refund(shop_at(provider), wanted).said == "refund_failed"
    assert providers.query_refund(shop_at(provider), wanted).said == "unknown"


def test_a_refusal_of_a_refund_that_was_carried_out_is_not_believed(provider: str) -> None:
    Provider.replies = [says(400, code="INVALID_REQUEST"), says(**shop.REFUNDED)]
    assert providers.refund(shop_at(provider), RefundOrder(REFUND, INTENT, 1000, 3580)).said == "refunded"


def test_a_day_without_a_statement(provider: str) -> None:
    Provider.replies = [says(400, code="NO_STATEMENT_EXIST")]
    assert providers.statement(shop_at(provider), date(2026, 1, 5)) == ()


def test_an_answer_without_end_is_given_up(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "LARGEST_ANSWER", 1000)
    Provider.replies = [lambda: (200, {}, b"x" * 1001)]
    with pytest.raises(Unavailable, match="too large"):
        providers.query(shop_at(provider), INTENT)


def test_no_token_of_an_address_is_logged(provider: str, caplog: pytest.LogCaptureFixture) -> None:
    """urllib3 would log the whole address of a connection that broke, at WARNING, past what masks."""
    Provider.replies = [None]
    address = f"{provider}/downloadBillFile.resource?token=SECRET"
    with pytest.raises(Unavailable):
        providers._sent(Outgoing("GET", address, {}))
    assert "SECRET" not in caplog.text
