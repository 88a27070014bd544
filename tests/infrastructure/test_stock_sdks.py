"""Clients that nobody here wrote: a stock SDK of each provider does business at the sandbox."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from alipay import AliPay
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core

from functions.payments.providers.merchants.checks import secrets_of
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import Delivery
from functions.payments.providers.protocol.statement_files import CHINA
from functions.payments.providers.registry import PROVIDERS
from linli_cli.local.sandbox import Sandbox
from localstack.sandbox import signing

COMMUNITY = "willow"
DEADLINE_S = 10
NOTIFY = "http://127.0.0.1:9/callbacks/{}/willow"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    made = Sandbox(tmp_path_factory.mktemp("sandbox"))
    made.start()
    made.wait()
    yield made
    made.stop()


def account(sandbox: Sandbox, provider: str) -> Any:
    found = sandbox.ask(
        "PUT", f"/payments/merchants/{COMMUNITY}/{provider}", {"notify_url": NOTIFY.format(provider)}
    )
    secrets_of(json.dumps(found["merchant"]), found["signing_key"], COMMUNITY, provider)
    return found


def number(name: str) -> str:
    return f"{name}-{time.time_ns()}"[-32:]


@dataclass
class AtWechat:
    """The stock SDK of a merchant, by WeChat's public key or by platform certificates."""

    sandbox: Sandbox
    sdk: Any
    merchant: Any

    def asks(self, call: Callable[..., tuple[int, Any]], **more: Any) -> Any:
        status, text = call(**more)
        return status, json.loads(text) if text else None


@pytest.fixture(params=["public key", "certificates"])
def at_wechat(sandbox: Sandbox, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AtWechat:
    found = account(sandbox, "wechat")
    merchant, public = found["merchant"], found["public_key"]
    monkeypatch.setattr(
        Core, "_init_certificates", lambda _core: None
    )  # it would ask the real address at once
    by_key = {"public_key": public["key"], "public_key_id": public["id"]}
    sdk = WeChatPay(
        wechatpay_type=WeChatPayType.MINIPROG,
        mchid=merchant["seller"],
        private_key=found["signing_key"],
        cert_serial_no=merchant["serial"],
        appid=merchant["app"],
        apiv3_key=merchant["api_v3_key"],
        notify_url=merchant["notify_url"],
        **(by_key if request.param == "public key" else {}),
    )
    sdk._core._gate_way = sandbox.url  # it signs `/v3/…`, at the root
    return AtWechat(sandbox, sdk, merchant)


def test_wechats_sdk_orders_asks_and_gives_back(at_wechat: AtWechat) -> None:
    sdk, order = at_wechat.sdk, number("order")
    status, made = at_wechat.asks(
        sdk.pay, description="水费", out_trade_no=order, amount={"total": 3580}, payer={"openid": "o-1"}
    )
    assert status == 200, made
    assert at_wechat.asks(sdk.query, out_trade_no=order)[1]["trade_state"] == "NOTPAY"
    stamp, nonce, package = str(int(time.time())), "n" * 32, f"prepay_id={made['prepay_id']}"
    signature = sdk.sign([at_wechat.merchant["app"], stamp, nonce, package])
    parameters = {"timeStamp": stamp, "nonceStr": nonce, "package": package, "signType": "RSA"}
    wanted = {"provider": "wechat", "parameters": parameters | {"paySign": signature}, "silent": True}
    at_wechat.sandbox.ask("POST", "/payments/pay", wanted)
    paid = at_wechat.asks(sdk.query, out_trade_no=order)[1]
    assert paid["trade_state"] == "SUCCESS"
    assert at_wechat.asks(sdk.query, transaction_id=paid["transaction_id"])[1]["out_trade_no"] == order
    back = {"amount": {"refund": 1000, "total": 3580, "currency": "CNY"}, "out_refund_no": number("back")}
    status, refund = at_wechat.asks(sdk.refund, transaction_id=paid["transaction_id"], **back)
    assert (status, refund["out_trade_no"]) == (200, order)
    assert at_wechat.asks(sdk.query_refund, out_refund_no=back["out_refund_no"])[0] == 200
    assert at_wechat.asks(sdk.close, out_trade_no=order)[1]["code"] == "ORDERPAID"


def test_wechats_sdk_reads_a_refusal_and_a_statement(at_wechat: AtWechat) -> None:
    sdk = at_wechat.sdk
    status, said = at_wechat.asks(sdk.query, out_trade_no=number("nobody's"))
    assert (status, said["code"], bool(said["message"])) == (404, "ORDER_NOT_EXIST", True)
    status, said = at_wechat.asks(sdk.refund, out_refund_no="x", amount={"refund": 1}, out_trade_no="x")
    assert status in (400, 404)
    test_wechats_sdk_orders_asks_and_gives_back(at_wechat)
    today = datetime.now(CHINA).date().isoformat()
    status, where = at_wechat.asks(sdk.trade_bill, bill_date=today)
    assert status == 200
    status, file = sdk.download_bill(where["download_url"])
    assert status == 200
    assert "总交易单数" in gzip.decompress(file).decode("utf-8-sig")


def test_wechats_sdk_reads_what_the_sandbox_calls_back_with(at_wechat: AtWechat) -> None:
    """And so do we: the same bytes, by both."""
    merchant, sdk = at_wechat.merchant, at_wechat.sdk
    serial, key_text = _signer(at_wechat.sandbox)
    plain = {"out_trade_no": "x", "trade_state": "SUCCESS", "transaction_id": "1", "amount": {"total": 1}}
    plain |= {"mchid": merchant["seller"], "appid": merchant["app"]}
    sealed = signing.wechat_resource(plain, merchant["api_v3_key"], "fdasflkja484", "transaction")
    told = {"id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "resource_type": "encrypt-resource"}
    body = json.dumps(told | {"resource": sealed}).encode()
    if sdk._core._public_key_id:
        serial = sdk._core._public_key_id
    headers = signing.wechat_headers(body, key_text, serial, int(time.time()), "n" * 32)
    assert sdk.callback(headers, body)["resource"]["out_trade_no"] == "x"
    assert sdk.callback(headers | {"Wechatpay-Nonce": "m" * 32}, body) is None
    keys = merchant["provider_keys"] | {serial: signing.public_part(key_text)}
    ours = Merchant.model_validate(merchant | {"provider_keys": keys})
    delivery = Delivery(headers, body, datetime.now(UTC))
    PROVIDERS["wechat"].verify(delivery, ours)
    assert PROVIDERS["wechat"].parse(delivery, ours).order == "x"


def _signer(sandbox: Sandbox) -> tuple[str, str]:
    kept = json.loads((Path(sandbox.folder) / "keys.json").read_text())["providers"]["wechat"][0]
    return kept["serial"], kept["key"]


@pytest.fixture
def at_alipay(sandbox: Sandbox) -> Any:
    found = account(sandbox, "alipay")
    keys = list(found["merchant"]["provider_keys"].values())
    sdk = AliPay(
        appid=found["merchant"]["app"],
        app_notify_url=None,
        app_private_key_string=found["signing_key"],
        alipay_public_key_string=keys[-1],
        sign_type="RSA2",
    )
    sdk._gateway = f"{sandbox.url}/alipay/gateway.do"
    return sdk


def test_alipays_sdk_orders_asks_and_gives_back(sandbox: Sandbox, at_alipay: Any) -> None:
    order = number("order")
    made = at_alipay.api_alipay_trade_create(
        out_trade_no=order, total_amount="35.80", subject="水费", buyer_id="2088000000000000"
    )
    assert made["code"] == "10000", made
    asked = at_alipay.api_alipay_trade_query(out_trade_no=order)
    assert asked["trade_status"] == "WAIT_BUYER_PAY"
    parameters = {"tradeNO": made["trade_no"]}
    sandbox.ask("POST", "/payments/pay", {"provider": "alipay", "parameters": parameters, "silent": True})
    assert at_alipay.api_alipay_trade_query(trade_no=made["trade_no"])["trade_status"] == "TRADE_SUCCESS"
    part = at_alipay.api_alipay_trade_refund(refund_amount="10.00", out_trade_no=order, out_request_no="part")
    assert (part["code"], part["refund_fee"]) == ("10000", "10.00")
    known = at_alipay.api_alipay_trade_fastpay_refund_query("part", out_trade_no=order)
    assert known["refund_status"] == "REFUND_SUCCESS"
    closed = at_alipay.api_alipay_trade_close(out_trade_no=order)
    assert (closed["code"], closed["msg"]) == ("40004", "Business Failed")
    assert closed["sub_code"] == "ACQ.REASON_TRADE_STATUS_INVALID"


def test_alipays_sdk_gives_all_of_it_back_without_a_number(sandbox: Sandbox, at_alipay: Any) -> None:
    order = number("order")
    signed = at_alipay.client_api(
        "alipay.trade.app.pay",
        {
            "out_trade_no": order,
            "total_amount": "1.00",
            "subject": "x",
            "product_code": "QUICK_MSECURITY_PAY",
        },
    )
    wanted = {"provider": "alipay", "parameters": {"orderStr": signed}, "silent": True}
    sandbox.ask("POST", "/payments/pay", wanted)
    assert at_alipay.api_alipay_trade_refund(refund_amount="1.00", out_trade_no=order)["code"] == "10000"
    assert at_alipay.api_alipay_trade_query(out_trade_no=order)["trade_status"] == "TRADE_CLOSED"


def test_alipays_sdk_is_refused_in_alipays_own_form(at_alipay: Any) -> None:
    unknown = at_alipay.api_alipay_trade_query(out_trade_no=number("nobody's"))
    assert (unknown["code"], unknown["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    assert unknown["sub_msg"]
    incomplete = at_alipay.server_api("alipay.trade.refund", {"out_trade_no": "x"})
    assert incomplete["code"] == "40004"


def test_parameters_may_stand_in_the_address_the_body_or_both(at_alipay: Any) -> None:
    data = at_alipay.build_body("alipay.trade.query", {"out_trade_no": number("nobody's")})
    signed = dict(pair.split("=", 1) for pair in at_alipay.sign_data(data).split("&"))
    content = f"biz_content={signed.pop('biz_content')}"
    rest = "&".join(f"{name}={value}" for name, value in signed.items())
    for query, body in ((f"{rest}&{content}", ""), ("", f"{rest}&{content}"), (rest, content)):
        assert "ACQ.TRADE_NOT_EXIST" in asked(f"{at_alipay._gateway}?{query}", body)
    for wrong, said in (
        (rest.replace("alipay.trade.query", "alipay.trade.nothing"), "isv.invalid-signature"),
        (urlencode({"app_id": "x"}), "isv.missing-signature"),
    ):
        answer = json.loads(asked(f"{at_alipay._gateway}?{wrong}", content))["error_response"]
        assert (answer["sub_code"], answer["code"], answer["msg"]) == (said, "40002", "Invalid Arguments")
    odd = at_alipay.client_api("alipay.trade.nothing", {})
    answer = json.loads(asked(f"{at_alipay._gateway}?{odd}", ""))["error_response"]
    assert answer["sub_code"] == "isv.invalid-method"


def asked(url: str, body: str) -> str:
    request = Request(url, body.encode() if body else None)  # noqa: S310  our own http://127.0.0.1
    with urlopen(request, timeout=DEADLINE_S) as answer:  # noqa: S310  as above
        return str(answer.read().decode())


def test_wechat_says_what_is_wrong_in_its_own_form(sandbox: Sandbox) -> None:
    with pytest.raises(HTTPError) as refused:
        asked(f"{sandbox.url}/v3/certificates", "")
    with refused.value as answer:
        assert (answer.code, json.loads(answer.read())["code"]) == (401, "SIGN_ERROR")
