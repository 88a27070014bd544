"""WeChat Pay v3 (微信支付): callbacks, and the orders of a mini-program (JSAPI).

Sources: pay.weixin.qq.com/doc/v3/merchant, the pages of 小程序下单, 小程序调起支付, 支付成功回调通知,
退款结果回调通知, 商户订单号查询订单, 关闭订单, 退款申请, 查询单笔退款 and 申请交易账单; and the same of
pay.weixin.qq.com/doc/v3/partner, where a service provider (服务商, `sp_mchid`) signs for a merchant of its
own (子商户, `sub_mchid`), whose money it is.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import (
    Acknowledgement,
    Delivery,
    NotThereYet,
    Order,
    Question,
    RefundOrder,
    Stamp,
    Unreadable,
)
from functions.payments.providers.protocol.notices import Notice, Said
from functions.payments.providers.protocol.signatures import signed
from functions.payments.providers.protocol.statement_files import CHINA
from functions.payments.providers.wechat.envelope import (
    Node,
    check,
    deciphered,
    node,
    outgoing,
    question,
)
from functions.payments.providers.wechat.statement import lines
from linli.errors import Conflict, LinliError, Unavailable

LONGEST_DESCRIPTION = 127
STATES: dict[str, Said] = {
    "SUCCESS": "paid",
    "REFUND": "paid_and_back",  # some or all of it; how much, its callbacks tell, and the statement
    "NOTPAY": "waiting",
    "USERPAYING": "waiting",
    "PAYERROR": "waiting",
    "CLOSED": "closed",
    "REVOKED": "closed",
}
REFUND_STATES: dict[str, Said] = {
    "SUCCESS": "refunded",
    "PROCESSING": "waiting",
    "ABNORMAL": "refund_stuck",  # the payer's card is gone: somebody finishes it by hand at the provider's
    "CLOSED": "refund_failed",
}
NO_ORDER = frozenset({"ORDERNOTEXIST", "RESOURCENOTEXISTS"})


def verify(delivery: Delivery, merchant: Merchant) -> None:
    """Whether WeChat Pay signed this callback, within five minutes of its arrival. Raises Refused."""
    check(delivery.headers, delivery.body, merchant, delivery.now)


def parse(delivery: Delivery, merchant: Merchant) -> Notice:
    """What a verified callback says, of a payment or of a refund. Raises Unreadable."""
    try:
        body = node(delivery.body)
        said = deciphered(body["resource"], merchant)
        kind = body["event_type"].partition(".")[0]
        return {"TRANSACTION": _of_payment, "REFUND": _of_refund}[kind](said, body["id"], merchant)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable("callback_lacks") from error


def reply(error: LinliError | None = None) -> Acknowledgement:
    """Answer a callback: 204, or an error, and WeChat comes again after 15 seconds, and so on for a day."""
    if error is None:
        return Acknowledgement(204, "application/json", "")
    return Acknowledgement(
        error.status.value, "application/json", f'{{"code":"FAIL","message":"{error.slug}"}}'
    )


def prepay(order: Order, merchant: Merchant, at: Stamp) -> Question[str]:
    """Tell WeChat Pay of an order, 小程序下单: it gets a `prepay_id` of two hours.

    Reading raises Conflict if the order is not taken.
    """
    content = {
        **_parties(merchant),
        "description": order.subject[:LONGEST_DESCRIPTION],
        "out_trade_no": order.id,
        "time_expire": order.expires_at.astimezone(CHINA).isoformat(timespec="seconds"),
        "notify_url": merchant.notify_url,
        "amount": {"total": order.amount_fen, "currency": "CNY"},
        "payer": {_open_id(merchant): order.payer},
    }

    def told(found: Node, refused: str) -> str:
        if refused:
            raise Conflict("order_not_taken", {"provider": "wechat", "said": refused})
        return str(found["prepay_id"])

    url = _url(merchant, f"{_transactions(merchant)}/jsapi")
    return question(outgoing("POST", url, content, merchant, at), told)


def parameters(_order: Order, handle: str, merchant: Merchant, at: Stamp) -> dict[str, str]:
    """What `wx.requestPayment` takes, 小程序调起支付; signed are appId, timeStamp, nonceStr and package."""
    timestamp, package = str(int(at.now.timestamp())), f"prepay_id={handle}"
    text = f"{merchant.app}\n{timestamp}\n{at.nonce}\n{package}\n"
    return {
        "timeStamp": timestamp,
        "nonceStr": at.nonce,
        "package": package,
        "signType": "RSA",
        "paySign": signed(text.encode(), at.private_key),
    }


def query(order: str, merchant: Merchant, at: Stamp) -> Question[Notice]:
    """Ask what became of an order: 商户订单号查询订单."""

    def told(found: Node, refused: str) -> Notice:
        if _code(refused) in NO_ORDER:
            return _short("unknown", order, at)
        _demand(refused, found, "out_trade_no", order)
        return _of_payment(found, _asked(at), merchant)

    whose = urlencode(_sellers(merchant))
    url = _url(merchant, f"{_transactions(merchant)}/out-trade-no/{quote(order, safe='')}?{whose}")
    return question(outgoing("GET", url, None, merchant, at), told)


def close(order: str, merchant: Merchant, at: Stamp) -> Question[Notice]:
    """Close an order: 关闭订单. The answer is closed, unknown, or waiting when it cannot be closed."""

    def told(_found: Node, refused: str) -> Notice:
        if _code(refused) in NO_ORDER:
            return _short("unknown", order, at)
        closed = not refused or _code(refused) == "ORDERCLOSED"
        return _short("closed" if closed else "waiting", order, at)

    url = _url(merchant, f"{_transactions(merchant)}/out-trade-no/{quote(order, safe='')}/close")
    return question(outgoing("POST", url, {**_sellers(merchant)}, merchant, at), told)


def refund(refund: RefundOrder, merchant: Merchant, at: Stamp) -> Question[Notice]:
    """Send money back: 退款申请, carried out once for an `out_refund_no`, however often it is asked for."""
    content = {
        **_of_whom(merchant),
        "out_trade_no": refund.order,
        "out_refund_no": refund.id,
        "notify_url": merchant.notify_url,
        "amount": {"refund": refund.amount_fen, "total": refund.order_fen, "currency": "CNY"},
    }

    def told(found: Node, refused: str) -> Notice:
        if refused:
            return _short("refund_failed", refund.order, at, refund)
        return _of_our_refund(found, refund, at, merchant)

    return question(outgoing("POST", _url(merchant, "refund/domestic/refunds"), content, merchant, at), told)


def query_refund(refund: RefundOrder, merchant: Merchant, at: Stamp) -> Question[Notice]:
    """Ask what became of a refund: 查询单笔退款."""

    def told(found: Node, refused: str) -> Notice:
        if _code(refused) in NO_ORDER:
            return _short("unknown", refund.order, at, refund)
        _demand(refused, found, "out_refund_no", refund.id)
        return _of_our_refund(found, refund, at, merchant)

    url = _url(merchant, f"refund/domestic/refunds/{quote(refund.id, safe='')}", _of_whom(merchant))
    return question(outgoing("GET", url, None, merchant, at), told)


def statement(day: date, merchant: Merchant, at: Stamp) -> Question[Question[tuple[Notice, ...]] | None]:
    """Ask where the statement of a day is, 申请交易账单, then fetch it; None where nothing happened.

    The file itself is not signed, its SHA-1 is.
    """

    def told(found: Node, refused: str) -> Question[tuple[Notice, ...]] | None:
        if _code(refused) == "NOSTATEMENTEXIST":
            return None
        if _code(refused) == "STATEMENTCREATING":
            raise NotThereYet("provider_said", {"provider": "wechat", "said": refused})
        if refused:
            raise Unavailable("no_statement", {"provider": "wechat", "said": refused})
        read = partial(lines, sha1=str(found["hash_value"]))
        return Question(outgoing("GET", str(found["download_url"]), None, merchant, at), read)

    wanted = {"bill_date": day.isoformat(), "bill_type": "ALL", **_of_whom(merchant)}
    url = _url(merchant, "bill/tradebill", wanted)
    return question(outgoing("GET", url, None, merchant, at), told)


def _url(merchant: Merchant, path: str, query: Mapping[str, str] | None = None) -> str:
    asked = f"?{urlencode(query)}" if query else ""
    return f"{merchant.gateway_url.rstrip('/')}/v3/{path}{asked}"


def _transactions(merchant: Merchant) -> str:
    return "pay/partner/transactions" if merchant.sp_seller else "pay/transactions"


def _sellers(merchant: Merchant) -> dict[str, str]:
    """Whose order it is: the merchant's, or one of a service provider for its merchant."""
    if merchant.sp_seller:
        return {"sp_mchid": merchant.sp_seller, "sub_mchid": merchant.seller}
    return {"mchid": merchant.seller}


def _of_whom(merchant: Merchant) -> dict[str, str]:
    return {"sub_mchid": merchant.seller} if merchant.sp_seller else {}


def _sp_app(merchant: Merchant) -> str:
    return merchant.sp_app or merchant.app


def _parties(merchant: Merchant) -> dict[str, str]:
    """Sellers and apps of an order; the merchant's own app only where it has one."""
    if not merchant.sp_seller:
        return {"appid": merchant.app, "mchid": merchant.seller}
    own = {} if merchant.app == _sp_app(merchant) else {"sub_appid": merchant.app}
    return {"sp_appid": _sp_app(merchant), **_sellers(merchant), **own}


def _open_id(merchant: Merchant) -> str:
    """By which name the payer's id goes: it belongs to the app that logged the payer in."""
    if not merchant.sp_seller:
        return "openid"
    return "sp_openid" if merchant.app == _sp_app(merchant) else "sub_openid"


def _seller(found: Node, merchant: Merchant) -> str | None:
    """Whose money it is, as WeChat names them; another service provider's is not the merchant's."""
    if "sp_mchid" not in found and "sub_mchid" not in found:
        return found.get("mchid")
    named = {found.get("sp_mchid"), found.get("sub_mchid")}
    if merchant.sp_seller:
        own = {merchant.sp_seller, merchant.seller}
        return merchant.seller if named == own else str(found.get("sp_mchid"))
    return merchant.seller if merchant.seller in named else str(found.get("sub_mchid"))


def _app(found: Node, merchant: Merchant) -> str:
    apps = [found[name] for name in ("appid", "sub_appid", "sp_appid") if found.get(name)]
    if not apps:
        raise KeyError("appid")
    return merchant.app if merchant.app in apps else str(apps[0])


def _code(refused: str) -> str:
    """Old pages write ORDERNOTEXIST, new ones ORDER_NOT_EXIST."""
    return refused.replace("_", "")


def _asked(at: Stamp) -> str:
    return f"asked-{at.nonce}"


def _demand(refused: str, found: Node, name: str, wanted: str) -> None:
    if refused:
        raise Unavailable("provider_said", {"provider": "wechat", "said": refused})
    if found[name] != wanted:
        raise ValueError("another order or refund")


def _short(said: Said, order: str, at: Stamp, refund: RefundOrder | None = None) -> Notice:
    return Notice(
        provider="wechat",
        notice=_asked(at),
        said=said,
        order=order,
        refund=refund.id if refund else None,
        refund_fen=refund.amount_fen if refund else None,
    )


def _of_payment(found: Node, notice: str, merchant: Merchant) -> Notice:
    said = STATES[found["trade_state"]]
    amount: Node = found["amount"] if said in {"paid", "paid_and_back"} else found.get("amount") or {}
    seller = _seller(found, merchant)
    if seller is None:
        raise KeyError("mchid")
    return Notice(
        provider="wechat",
        notice=notice,
        said=said,
        order=found["out_trade_no"],
        trade=found.get("transaction_id") or None,
        amount_fen=amount["total"] if said in {"paid", "paid_and_back"} else amount.get("total"),
        currency=amount.get("currency") or "CNY",
        seller=seller,
        app=_app(found, merchant),
        at=_when(found),
    )


def _of_refund(found: Node, notice: str, merchant: Merchant) -> Notice:
    amount: Node = found["amount"]
    return Notice(
        provider="wechat",
        notice=notice,
        said=REFUND_STATES[found.get("refund_status") or found["status"]],
        order=found["out_trade_no"],
        trade=found["transaction_id"],
        amount_fen=amount["total"],
        currency=amount.get("currency") or "CNY",
        seller=_seller(found, merchant),
        refund=found["out_refund_no"],
        refund_fen=amount["refund"],
        at=_when(found),
    )


def _of_our_refund(found: Node, refund: RefundOrder, at: Stamp, merchant: Merchant) -> Notice:
    notice = _of_refund(found, _asked(at), merchant)
    if (notice.refund, notice.refund_fen, notice.order) != (refund.id, refund.amount_fen, refund.order):
        raise ValueError("another refund")
    return notice


def _when(found: Mapping[str, Any]) -> datetime | None:
    text = found.get("success_time")
    return datetime.fromisoformat(text) if text else None
