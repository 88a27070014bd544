"""Alipay (支付宝): asynchronous notifications and the gateway `gateway.do`, signed with RSA2.

Sources: opendocs.alipay.com, 异步通知说明, and the pages of alipay.trade.create, alipay.trade.app.pay,
alipay.trade.query, alipay.trade.close, alipay.trade.refund, alipay.trade.fastpay.refund.query and
alipay.data.dataservice.bill.downloadurl.query.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from functions.payments.providers.alipay.envelope import (
    READ,
    Node,
    failed,
    fields_of,
    question,
    request,
    verify,
)
from functions.payments.providers.alipay.statement import lines
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import (
    Acknowledgement,
    Delivery,
    NotThereYet,
    Order,
    Outgoing,
    Question,
    RefundOrder,
    Stamp,
    Unreadable,
)
from functions.payments.providers.protocol.money import fen_of, yuan_of
from functions.payments.providers.protocol.notices import Notice, Said
from functions.payments.providers.protocol.statement_files import CHINA, in_china
from linli.errors import Conflict, LinliError, Unavailable

__all__ = (
    "close", "parameters", "parse", "prepay", "query", "query_refund", "refund", "reply", "statement",
    "verify",
)  # fmt: skip

CHARSETS = {"utf-8": "utf-8", "gbk": "gbk", "gb2312": "gb2312", "gb18030": "gb18030"}
STATES: dict[str, Said] = {
    "WAIT_BUYER_PAY": "waiting",
    "TRADE_SUCCESS": "paid",
    "TRADE_FINISHED": "paid",
    "TRADE_CLOSED": "closed",
}
NO_SUCH_TRADE = "ACQ.TRADE_NOT_EXIST"
NO_STATEMENT = "NO_BILL_DATA"
NO_FILE_YET = frozenset({"isp.bill_not_exist", "isv.bill_not_exist", "BILL_NOT_EXIST"})
"""A day without business, or one whose file is late: its page does not tell them apart."""
LOOPBACK = frozenset({"127.0.0.1", "localhost"})


def parse(delivery: Delivery, merchant: Merchant) -> Notice:
    """What a verified notification says. Raises Unreadable."""
    raw = fields_of(delivery.body)
    charset = CHARSETS.get(raw.get(b"charset", b"utf-8").decode("latin-1").lower())
    if charset is None:
        raise Unreadable("charset_unknown")
    try:
        read = {name.decode(): value for name, value in raw.items() if value and name.decode() in READ}
        fields = {name: value.decode(charset) for name, value in read.items()}
        return _notice(fields, merchant)
    except (ValueError, KeyError) as error:
        raise Unreadable("notice_lacks") from error


def reply(error: LinliError | None = None) -> Acknowledgement:
    """Answer a notification: `success`, or `fail`, and Alipay comes again after 4 and 10 minutes, and so on
    for 25 hours.
    """
    return Acknowledgement(200, "text/plain; charset=utf-8", "fail" if error else "success")


def prepay(order: Order, merchant: Merchant, at: Stamp) -> Question[str] | None:
    """Tell Alipay of an order: alipay.trade.create for a mini-program (小程序支付), which knows its payer.

    Of a mobile app's order Alipay hears when the payer opens the cashier. Reading raises Conflict if the
    order is not taken.
    """
    if not order.payer:
        return None
    content = _content(order, "JSAPI_PAY") | {"op_app_id": merchant.app, "buyer_open_id": order.payer}

    def read(node: Node) -> str:
        if failed(node):
            raise Conflict("order_not_taken", {"provider": "alipay", "said": node.get("sub_code")})
        _demand(node, order.id)
        return str(node["trade_no"])

    return question("alipay.trade.create", content, merchant, at, read, notify_url=merchant.notify_url)


def parameters(order: Order, handle: str, merchant: Merchant, at: Stamp) -> dict[str, str]:
    """What `my.tradePay` takes in a mini-program, `tradeNO`, or a mobile app's SDK, a signed `orderStr`."""
    if handle:
        return {"tradeNO": handle}
    content = _content(order, "QUICK_MSECURITY_PAY")
    fields = request("alipay.trade.app.pay", content, merchant, at, notify_url=merchant.notify_url)
    return {"orderStr": urlencode(fields)}


def query(order: str, merchant: Merchant, at: Stamp) -> Question[Notice]:
    """Ask what became of an order: alipay.trade.query."""

    def read(node: Node) -> Notice:
        if node.get("sub_code") == NO_SUCH_TRADE:
            return _said("unknown", order, at)
        _demand(node, order)
        return _said(
            STATES[node["trade_status"]],
            order,
            at,
            trade=node["trade_no"],
            amount_fen=fen_of(node["total_amount"]),
            currency=node.get("trans_currency", "CNY"),
            at=_when(node, "send_pay_date"),
        )

    return question("alipay.trade.query", {"out_trade_no": order}, merchant, at, read)


def close(order: str, merchant: Merchant, at: Stamp) -> Question[Notice]:
    """Close an order: alipay.trade.close. It is closed, unknown, or waiting when it cannot be closed."""

    def read(node: Node) -> Notice:
        if node.get("sub_code") == NO_SUCH_TRADE:
            return _said("unknown", order, at)
        return _said("waiting" if failed(node) else "closed", order, at, trade=node.get("trade_no"))

    return question("alipay.trade.close", {"out_trade_no": order}, merchant, at, read)


def refund(refund: RefundOrder, merchant: Merchant, at: Stamp) -> Question[Notice]:
    """Send money back: alipay.trade.refund. `fund_change` Y says the money went back; without it only a query
    tells.
    """
    content = {
        "out_trade_no": refund.order,
        "out_request_no": refund.id,
        "refund_amount": yuan_of(refund.amount_fen),
    }

    def read(node: Node) -> Notice:
        if failed(node):
            return _of_refund("refund_failed", refund, at)
        _demand(node, refund.order)
        return _of_refund("refunded" if node.get("fund_change") == "Y" else "waiting", refund, at, node)

    return question("alipay.trade.refund", content, merchant, at, read)


def query_refund(refund: RefundOrder, merchant: Merchant, at: Stamp) -> Question[Notice]:
    """Ask what became of a refund: alipay.trade.fastpay.refund.query. One without a `refund_status` never
    came there, or has failed.
    """
    content = {
        "out_trade_no": refund.order,
        "out_request_no": refund.id,
        "query_options": ["gmt_refund_pay"],
    }

    def read(node: Node) -> Notice:
        if failed(node) or not node.get("refund_status"):
            return _of_refund("unknown", refund, at)
        _demand(node, refund.order)
        if node["out_request_no"] != refund.id or fen_of(node["refund_amount"]) != refund.amount_fen:
            raise ValueError("another refund")
        done = node["refund_status"] == "REFUND_SUCCESS"
        return _of_refund("refunded" if done else "waiting", refund, at, node)

    return question("alipay.trade.fastpay.refund.query", content, merchant, at, read)


def statement(day: date, merchant: Merchant, at: Stamp) -> Question[Question[tuple[Notice, ...]] | None]:
    """Ask where the statement of a day is, alipay.data.dataservice.bill.downloadurl.query, then fetch it: a
    zip of GBK text. None where nothing happened.
    """

    def read(node: Node) -> Question[tuple[Notice, ...]] | None:
        if node.get("sub_code") == NO_STATEMENT:
            return None
        if node.get("sub_code") in NO_FILE_YET:
            raise NotThereYet("provider_said", {"provider": "alipay", "said": node["sub_code"]})
        if failed(node):
            raise Unavailable("no_statement", {"provider": "alipay", "said": node.get("sub_code")})
        return Question(Outgoing("GET", _in_private(node["bill_download_url"]), {}), lines)

    content = {"bill_type": "trade", "bill_date": day.isoformat(), "secure": "true"}
    return question("alipay.data.dataservice.bill.downloadurl.query", content, merchant, at, read)


def _in_private(url: str) -> str:
    """The address of a file, which bears a token: never asked in the clear, but for the sandbox's own."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no address of a file")
    return url if parts.hostname in LOOPBACK else parts._replace(scheme="https").geturl()


def _notice(fields: Mapping[str, str], merchant: Merchant) -> Notice:
    refunded_fen = fen_of(fields.get("refund_fee", "0"))
    refund = fields.get("out_biz_no") if refunded_fen else None
    said = STATES[fields["trade_status"]]
    if refunded_fen:
        said = "refunded"
    times = {"refunded": "gmt_refund", "paid": "gmt_payment", "closed": "gmt_close"}
    return Notice(
        provider=merchant.provider,
        notice=fields["notify_id"],
        said=said,
        order=fields["out_trade_no"],
        trade=fields["trade_no"],
        amount_fen=fen_of(fields["total_amount"]),
        currency=fields.get("trans_currency", "CNY"),
        seller=fields["seller_id"],
        app=fields["app_id"],
        refund=refund,
        refunded_fen=refunded_fen if said == "refunded" else None,
        at=_when(fields, times.get(said, "")) or in_china(fields["notify_time"]),
    )


def _when(fields: Mapping[str, Any], name: str) -> datetime | None:
    text = fields.get(name)
    return in_china(text) if text else None


def _content(order: Order, product: str) -> Node:
    return {
        "out_trade_no": order.id,
        "total_amount": yuan_of(order.amount_fen),
        "subject": order.subject,
        "product_code": product,
        "time_expire": order.expires_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
    }


def _demand(node: Node, order: str) -> None:
    if failed(node):
        raise Unavailable("provider_said", {"provider": "alipay", "said": node.get("sub_code")})
    if node["out_trade_no"] != order:
        raise ValueError("another order")


def _said(said: Said, order: str, asked: Stamp, **more: Any) -> Notice:
    return Notice(provider="alipay", notice=f"asked-{asked.nonce}", said=said, order=order, **more)


def _of_refund(said: Said, refund: RefundOrder, at: Stamp, node: Node | None = None) -> Notice:
    told = node or {}
    return _said(
        said,
        refund.order,
        at,
        trade=told.get("trade_no"),
        amount_fen=fen_of(told["total_amount"]) if told.get("total_amount") else None,
        refund=refund.id,
        refund_fen=refund.amount_fen,
        at=_when(told, "gmt_refund_pay"),
    )
