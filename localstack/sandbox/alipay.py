"""The sandbox's Alipay: `gateway.do`, the cashier of a mini-program, notifications, statement files."""

import csv
import io
import json
import secrets
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from localstack.sandbox import signing
from localstack.sandbox.accounts import Accounts, number
from localstack.sandbox.book import Book, No, Order, Refund, now_in_china, text_of, yuan
from localstack.sandbox.callbacks import Callback, Courier
from localstack.sandbox.server import Request, Response

NAME = "alipay"
BUYER = "2088000000000000"
INVALID_ARGUMENTS = ("40002", "Invalid Arguments")
BUSINESS_FAILED = ("40004", "Business Failed")
LASTS = timedelta(hours=2)
DONE = {"code": "10000", "msg": "Success"}
HEADING = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)

Node = dict[str, Any]


def fen(yuan: str | float) -> int:
    """Some SDKs send amounts as numbers."""
    return int(Decimal(str(yuan)) * 100)


def refused(sub_code: str, why: tuple[str, str] = BUSINESS_FAILED) -> Node:
    """How Alipay says no."""
    code, msg = why
    return {"code": code, "msg": msg, "sub_code": sub_code, "sub_msg": f"sandbox: {sub_code}"}


NO_TRADE = refused("ACQ.TRADE_NOT_EXIST")


@dataclass
class Alipay:
    """The provider; `base` is its own address."""

    base: str
    accounts: Accounts
    book: Book
    courier: Courier

    def gateway(self, request: Request) -> Response:
        """`POST gateway.do`: parameters in the address, the body, or some in each, as SDKs send them."""
        fields = request.query | dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        method = fields.get("method", "")
        if not self._is_signed(fields):
            said = "isv.invalid-signature" if fields.get("sign") else "isv.missing-signature"
            return self._answered("error_response", refused(said, INVALID_ARGUMENTS))
        notify_url = fields.get("notify_url", "")
        calls: dict[str, Callable[[Node, str], Node]] = {
            "alipay.trade.create": lambda content, app: self._create(content, app, notify_url),
            "alipay.trade.query": self._query,
            "alipay.trade.close": self._close,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._query_refund,
            "alipay.data.dataservice.bill.downloadurl.query": self._where_statement,
        }
        if method not in calls:
            return self._answered("error_response", refused("isv.invalid-method", INVALID_ARGUMENTS))
        with self.book.changing():
            try:
                node = calls[method](json.loads(fields.get("biz_content") or "{}"), fields["app_id"])
            except (KeyError, ValueError, TypeError, ArithmeticError):
                node = refused("ACQ.INVALID_PARAMETER")
            except No:
                node = refused("ACQ.CONTEXT_INCONSISTENT")
        return self._answered(f"{method.replace('.', '_')}_response", node)

    def _answered(self, name: str, node: Node) -> Response:
        body = signing.alipay_answer(name, node, self.accounts.signing_key(NAME)[1])
        return Response(200, body, {"Content-Type": "text/html;charset=utf-8"})

    def open(self, parameters: dict[str, str]) -> Order:
        """The payer's app opens the cashier with `tradeNO` or `orderStr`. Raises No, ValueError, KeyError."""
        if trade := parameters.get("tradeNO"):
            found = [
                each for each in self.book.orders.values() if (each.provider, each.trade) == (NAME, trade)
            ]
            if not found:
                raise No("there is no such tradeNO")
            return self.book.find(NAME, found[0].order) or found[0]
        fields = dict(parse_qsl(parameters["orderStr"], strict_parsing=True))
        if fields["method"] != "alipay.trade.app.pay" or not self._is_signed(fields):
            raise No("the order is not signed by its merchant")
        return self._made(json.loads(fields["biz_content"]), fields["app_id"], fields.get("notify_url", ""))

    def _made(self, wanted: Node, app: str, notify_url: str) -> Order:
        """The order, new if it has to be. Raises No if its number is another merchant's."""
        if self.book.find(NAME, wanted["out_trade_no"]) is None:
            at, account = text_of(now_in_china()), self.accounts.of(app)
            trade = at[:10].replace("-", "") + number(wanted["out_trade_no"], length=20)
            expires_at = wanted.get("time_expire") or text_of(now_in_china() + LASTS)
            new = Order(
                NAME, account.seller, account.app, wanted["out_trade_no"], trade, fen(wanted["total_amount"]),
                wanted["subject"], notify_url, at, expires_at,
            )  # fmt: skip
            self.book.put(new)
        order = self._order(wanted, app)
        if order is None:
            raise No("the order is another merchant's")
        return order

    def _create(self, wanted: Node, app: str, notify_url: str) -> Node:
        in_app = wanted.get("product_code") == "JSAPI_PAY"
        buyer = any(wanted.get(name) for name in ("buyer_open_id", "buyer_id"))
        if not buyer or (in_app and wanted.get("op_app_id") != app):
            return refused("ACQ.INVALID_PARAMETER")
        order = self._made(wanted, app, notify_url)
        if order.state != "open":
            paid = order.state == "paid"
            return refused("ACQ.TRADE_HAS_SUCCESS" if paid else "ACQ.TRADE_HAS_CLOSE")
        if order.fen != fen(wanted["total_amount"]):
            return refused("ACQ.CONTEXT_INCONSISTENT")
        return {**DONE, "trade_no": order.trade, "out_trade_no": order.order}

    def tell(self, order: Order, refund: Refund | None = None) -> Callback:
        """The notification of a payment, or of a refund of it."""
        notice = now_in_china().strftime("%Y%m%d") + number(secrets.token_hex(16), length=26)
        fields = {
            "notify_type": "trade_status_sync", "notify_id": notice, "app_id": order.app, "version": "1.0",
            "trade_no": order.trade, "out_trade_no": order.order, "seller_id": order.seller,
            "buyer_id": BUYER, "trade_status": self._state(order), "total_amount": yuan(order.fen),
            "receipt_amount": yuan(order.fen), "subject": order.subject, "gmt_create": order.made_at,
            "gmt_payment": order.paid_at,
        }  # fmt: skip
        if refund:
            back = {"refund_fee": yuan(order.refunded_fen), "out_biz_no": refund.number}
            fields |= {**back, "gmt_refund": f"{refund.at}.000"}

        def made() -> tuple[dict[str, str], bytes]:
            whole = fields | {"notify_time": text_of(now_in_china())}
            body = signing.alipay_form(whole, self.accounts.signing_key(NAME)[1])
            return {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, body

        return Callback(
            NAME, order.notify_url, made, lambda status, said: (status, said) == (200, b"success")
        )

    def statement(self, request: Request) -> Response:
        """The zip that a day's address leads to."""
        day, seller = request.query["day"], request.query["seller"]
        happened = self.book.statement(NAME, seller, day)
        lines = [HEADING, *(_line(*each) for each in happened)]
        title = "#支付宝业务明细查询"
        ends = [*_totals(happened), "#导出时间：[sandbox]", ""]
        text = "\r\n".join([title, f"#账号：[{seller}0156]", *lines, *ends])
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
            files.writestr(
                f"{seller}_{day}_业务明细(汇总).csv", "#支付宝业务汇总查询\r\n合计\r\n".encode("gbk")
            )
            files.writestr(f"{seller}_{day}_业务明细.csv", text.encode("gbk"))
        return Response(200, packed.getvalue(), {"Content-Type": "application/zip"})

    def _is_signed(self, fields: dict[str, str]) -> bool:
        text = signing.alipay_text(fields, "sign").encode()
        known = fields.get("app_id") in self.accounts.opened and fields.get("sign_type") == "RSA2"
        return known and signing.fits(fields.get("sign", ""), text, self.accounts.merchant_public)

    def _state(self, order: Order) -> str:
        if order.state == "paid":
            return "TRADE_CLOSED" if order.refunded_fen == order.fen else "TRADE_SUCCESS"
        return "WAIT_BUYER_PAY" if order.state == "open" else "TRADE_CLOSED"

    def _order(self, content: Node, app: str) -> Order | None:
        """By our number or by theirs, which goes before."""
        trade = content.get("trade_no")
        known = [each for each in self.book.orders.values() if (each.provider, each.trade) == (NAME, trade)]
        order = self.book.find(NAME, known[0].order if known else content.get("out_trade_no", ""))
        return order if order and order.app == app else None

    def _query(self, content: Node, app: str) -> Node:
        order = self._order(content, app)
        if order is None:
            return NO_TRADE
        paid = {"send_pay_date": order.paid_at} if order.paid_at else {}
        return {
            **DONE, "trade_no": order.trade, "out_trade_no": order.order, "trade_status": self._state(order),
            "total_amount": yuan(order.fen), "buyer_user_id": BUYER, **paid,
        }  # fmt: skip

    def _close(self, content: Node, app: str) -> Node:
        order = self._order(content, app)
        if order is None:
            return NO_TRADE
        if order.state != "open":
            return refused("ACQ.REASON_TRADE_STATUS_INVALID")
        order.state = "closed"
        return {**DONE, "trade_no": order.trade, "out_trade_no": order.order}

    def _refund(self, content: Node, app: str) -> Node:
        order = self._order(content, app)
        if order is None:
            return NO_TRADE
        amount, number_of = fen(content["refund_amount"]), content.get("out_request_no") or order.order
        if amount <= 0 or (amount < order.fen and not content.get("out_request_no")):
            return refused("ACQ.INVALID_PARAMETER")  # of a part, its own number is asked for
        known = order.refund(number_of)
        too_much = not known and order.refunded_fen + amount > order.fen
        if order.state != "paid" or too_much or (known and known.fen != amount):
            return refused("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
        refund = known or Refund(number_of, amount, "success", text_of(now_in_china()))
        if not known:
            order.refunds.append(refund)
            if order.notify_url:
                self.courier.send(self.tell(order, refund))
        return {
            **DONE, "trade_no": order.trade, "out_trade_no": order.order, "gmt_refund_pay": refund.at,
            "refund_fee": yuan(order.refunded_fen), "fund_change": "N" if known else "Y",
        }  # fmt: skip

    def _query_refund(self, content: Node, app: str) -> Node:
        order = self._order(content, app)
        refund = order.refund(content.get("out_request_no") or order.order) if order else None
        if order is None:
            return NO_TRADE
        if refund is None:
            return DONE
        return {
            **DONE, "trade_no": order.trade, "out_trade_no": order.order, "out_request_no": refund.number,
            "total_amount": yuan(order.fen), "refund_amount": yuan(refund.fen),
            "refund_status": "REFUND_SUCCESS", "gmt_refund_pay": refund.at,
        }  # fmt: skip

    def _where_statement(self, content: Node, app: str) -> Node:
        seller, day = self.accounts.of(app).seller, content["bill_date"]
        if not self.book.statement(NAME, seller, day):
            return refused("NO_BILL_DATA")
        query = urlencode({"seller": seller, "day": day})
        return {**DONE, "bill_download_url": f"{self.base}/alipay/bills?{query}"}


def _totals(happened: list[tuple[Order, Refund | None]]) -> list[str]:
    paid = [order.fen for order, refund in happened if refund is None]
    back = [refund.fen for _, refund in happened if refund is not None]
    return [
        "#-----------------------------------------业务明细列表结束------------------------------------",
        f"#交易合计：{len(paid)}笔，商家实收共{yuan(sum(paid))}元，商家优惠共0.00元",
        f"#退款合计：{len(back)}笔，商家实收退款共-{yuan(sum(back))}元，商家优惠退款共0.00元",
    ]


def _line(order: Order, refund: Refund | None) -> str:
    amount = f"-{yuan(refund.fen)}" if refund else yuan(order.fen)
    done = refund.at if refund else order.paid_at
    values = [
        f"{order.trade}\t", f"{order.order}\t", "退款" if refund else "交易", order.subject, order.made_at,
        done, "", "", "", "", "*邻", amount, amount, *["0.00"] * 5, "", "0.00", "0.00",
        f"{refund.number}\t" if refund else "", "0.00", "0.00", "",
    ]  # fmt: skip
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()
