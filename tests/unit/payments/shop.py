"""A community as a merchant of both providers, and the providers as they speak to it."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import Answer, Delivery, Stamp
from localstack.sandbox import signing

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
COMMUNITY = "willow"
INTENT = "01kdxh2b3c4d5e6f7g8h9jkmnp"
REFUND = "01kdxh2b3c4d5e6f7g8h9jkmnq"
SERIAL, NEXT_SERIAL = "5157F09EFDC096DE15EBE81A47057A72", "7132D72A03E93CDDF8C03BBD1F37EEDF"
PUBLIC_KEY_ID = "PUB_KEY_ID_0114232134912410000000000000"
API_V3_KEY = "0123456789abcdef0123456789abcdef"
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}

NOTIFICATION = {
    "notify_time": "2026-01-05 16:00:00", "notify_type": "trade_status_sync",
    "notify_id": "2026010500222155941068131423958031", "app_id": "2021000000000001", "version": "1.0",
    "trade_no": "2026010522001468131400000001", "out_trade_no": INTENT, "seller_id": "2088000000000001",
    "buyer_id": "2088000000000002", "buyer_logon_id": "159****5620", "trade_status": "TRADE_SUCCESS",
    "total_amount": "35.80", "receipt_amount": "35.80", "refund_fee": "0.00", "subject": "水费 2025-12",
    "gmt_create": "2026-01-05 15:59:50", "gmt_payment": "2026-01-05 15:59:58", "passback_params": "",
    "fund_bill_list": '[{"amount":"35.80","fundChannel":"ALIPAYACCOUNT"}]',
}  # fmt: skip
TRANSACTION = {
    "mchid": "1900000109", "appid": "wx8888888888888888", "out_trade_no": INTENT,
    "transaction_id": "4200000000202601050000000001", "trade_type": "JSAPI", "trade_state": "SUCCESS",
    "trade_state_desc": "支付成功", "bank_type": "OTHERS", "attach": "",
    "success_time": "2026-01-05T15:59:58+08:00", "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
    "amount": {"total": 3580, "payer_total": 3580, "currency": "CNY", "payer_currency": "CNY"},
}  # fmt: skip
REFUNDED = {
    "mchid": "1900000109", "out_trade_no": INTENT, "transaction_id": "4200000000202601050000000001",
    "out_refund_no": REFUND, "refund_id": "50000000382026010500000000001", "refund_status": "SUCCESS",
    "success_time": "2026-01-05T16:00:58+08:00", "user_received_account": "支付用户零钱",
    "amount": {"total": 3580, "refund": 1000, "payer_total": 3580, "payer_refund": 1000},
}  # fmt: skip


@cache
def key(_name: str) -> str:
    """A private key for each name: the test's own, made once."""
    return signing.new_key()


AT = Stamp(key("ours"), NOW, "5K8264ILTKCH16CQ2502SI8ZNMTM67VS")


@cache
def alipay(**changed: Any) -> Merchant:
    """The community's contract with Alipay."""
    return Merchant(
        **{
            "community": COMMUNITY,
            "provider": "alipay",
            "seller": NOTIFICATION["seller_id"],
            "app": NOTIFICATION["app_id"],
            "provider_keys": {"1": signing.public_part(key("alipay"))},
            "gateway_url": "https://provider.test/gateway.do",
            "notify_url": "https://linli.test/callbacks/alipay/willow",
            **changed,
        }
    )


@cache
def wechat() -> Merchant:
    """The community's contract with WeChat Pay: a platform certificate and a public key."""
    return Merchant(
        community=COMMUNITY,
        provider="wechat",
        seller=str(TRANSACTION["mchid"]),
        app=str(TRANSACTION["appid"]),
        serial="444F4864EA9B34415A2A4B7C3C5C8D8E9F0A1B2C",
        api_v3_key=API_V3_KEY,
        provider_keys={
            SERIAL: signing.public_part(key("wechat")),
            PUBLIC_KEY_ID: signing.public_part(key("wechat, next")),
        },
        gateway_url="https://provider.test",
        notify_url="https://linli.test/callbacks/wechat/willow",
    )


def notified(charset: str = "utf-8", **changed: str | None) -> Delivery:
    """An asynchronous notification of Alipay; None leaves a field out."""
    fields = {name: value for name, value in (NOTIFICATION | changed).items() if value is not None}
    return Delivery(FORM, signing.alipay_form(fields, key("alipay"), charset), NOW)


def called(
    plain: dict[str, Any] | None = None,
    *,
    event: str = "TRANSACTION.SUCCESS",
    signer: str = "wechat",
    serial: str = SERIAL,
    skew: timedelta = timedelta(),
    resource: dict[str, Any] | None = None,
    notice: str = "EV-2026010508000000001",
) -> Delivery:
    """A callback of WeChat Pay, signed `skew` away from when it comes in."""
    kind = event.partition(".")[0].lower()
    sealed = resource or signing.wechat_resource(plain or TRANSACTION, API_V3_KEY, "fdasflkja484", kind)
    body = json.dumps(
        {
            "id": notice,
            "create_time": "2026-01-05T16:00:00+08:00",
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": "支付成功",
            "resource": sealed,
        },
        ensure_ascii=False,
    ).encode()
    timestamp = int((NOW + skew).timestamp())
    return Delivery(signing.wechat_headers(body, key(signer), serial, timestamp, AT.nonce), body, NOW)


def alipay_answers(method: str, signer: str = "alipay", **node: Any) -> Answer:
    """What `gateway.do` says to a call of `method`."""
    node = {"code": "10000", "msg": "Success", **node}
    body = signing.alipay_answer(f"{method.replace('.', '_')}_response", node, key(signer))
    return Answer(200, {"Content-Type": "text/html;charset=utf-8"}, body, NOW)


def wechat_answers(status: int = 200, signer: str = "wechat", **node: Any) -> Answer:
    """What WeChat Pay says to a call."""
    body = json.dumps(node, ensure_ascii=False).encode() if node else b""
    headers = signing.wechat_headers(body, key(signer), SERIAL, int(NOW.timestamp()), AT.nonce)
    return Answer(status, headers, body, NOW)
