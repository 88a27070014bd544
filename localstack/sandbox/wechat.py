"""The sandbox's WeChat Pay v3: orders of a mini-program, its cashier, callbacks, statement files."""

import gzip
import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from localstack.sandbox import signing
from localstack.sandbox.accounts import Accounts, number
from localstack.sandbox.book import Book, No, Order, Refund, now_in_china, text_of, with_offset, yuan
from localstack.sandbox.callbacks import Callback, Courier
from localstack.sandbox.server import Request, Response

NAME = "wechat"
SKEW_S = 300
REFUND_TAKES_S = 0.3
HEADING = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)
TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
PREFIX = "/wechat"
LONGEST_SERIAL = 159  # bits
LASTS = timedelta(hours=2)
TRADE_PATH = re.compile(r"/v3/pay/transactions/id/([^/]+)")
ORDER_PATH = re.compile(r"/v3/pay/transactions/out-trade-no/([^/]+)(/close)?")
REFUND_PATH = re.compile(r"/v3/refund/domestic/refunds/([^/]+)")
ORDER_NUMBER = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")

Node = dict[str, Any]
Said = tuple[int, Node | None]


def error(status: int, code: str, about: str = "") -> Said:
    return status, {"code": code, "message": f"sandbox: {about or code}"}


@dataclass
class Wechat:
    """The provider; `base` is its own address."""

    base: str
    accounts: Accounts
    book: Book
    courier: Courier

    def v3(self, request: Request) -> Response:
        """Everything under `/v3`, answered with a signature."""
        seller = self._signer(request)
        with self.book.changing():
            try:
                status, node = self._answer(request, seller) if seller else error(401, "SIGN_ERROR")
            except (KeyError, ValueError, TypeError) as wrong:
                status, node = error(400, "PARAM_ERROR", str(wrong))
        body = b"" if node is None else json.dumps(node, ensure_ascii=False).encode()
        by = request.headers.get("wechatpay-serial", "")
        return Response(status, body, {**self._signed(body, by), "Content-Type": "application/json"})

    def open(self, parameters: dict[str, str]) -> Order:
        """The payer's app opens the cashier with what `wx.requestPayment` got. Raises No, KeyError."""
        handle = parameters["package"].removeprefix("prepay_id=")
        found = [
            each for each in self.book.orders.values() if each.provider == NAME and each.handle == handle
        ]
        if not found or parameters["signType"] != "RSA":
            raise No("there is no such prepay_id")
        lines = (found[0].app, parameters["timeStamp"], parameters["nonceStr"], parameters["package"])
        text = "".join(f"{line}\n" for line in lines).encode()
        if not signing.fits(parameters["paySign"], text, self.accounts.merchant_public):
            raise No("the parameters are not signed by their merchant")
        order = self.book.find(NAME, found[0].order)
        return order or found[0]

    def tell(self, order: Order, refund: Refund | None = None) -> Callback:
        """The callback of a payment, or of a refund of it."""
        plain = self._refund_node(order, refund) if refund else self._order_node(order)
        if refund:
            plain = {**plain, "mchid": order.seller, "refund_status": plain.pop("status")}
        account, kind = self.accounts.of(order.seller), "refund" if refund else "transaction"
        sealed = signing.wechat_resource(plain, account.api_v3_key, secrets.token_hex(6), kind)
        body = json.dumps(
            {
                "id": secrets.token_hex(16), "create_time": with_offset(text_of(now_in_china())),
                "resource_type": "encrypt-resource", "event_type": f"{kind.upper()}.SUCCESS",
                "summary": "退款成功" if refund else "支付成功", "resource": sealed,
            },
            ensure_ascii=False,
        ).encode()  # fmt: skip

        def made() -> tuple[dict[str, str], bytes]:
            return {**self._signed(body), "Content-Type": "application/json"}, body

        return Callback(NAME, order.notify_url, made, lambda status, _said: status in (200, 204))

    def _signed(self, body: bytes, by: str = "") -> dict[str, str]:
        """Signed by the last certificate's key, or the public key, where the request named its id."""
        public = self.accounts.public_key(NAME)
        serial, key = public if by == public[0] else self.accounts.signing_key(NAME)
        return signing.wechat_headers(body, key, serial, int(time.time()), secrets.token_hex(16))

    def _signer(self, request: Request) -> str | None:
        """The seller who signed the request."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        found = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        if scheme != "WECHATPAY2-SHA256-RSA2048" or found.get("mchid") not in self.accounts.opened:
            return None
        stamp = found.get("timestamp", "")
        if not stamp.isdecimal() or abs(time.time() - int(stamp)) > SKEW_S:
            return None
        serial = self.accounts.of(found["mchid"]).serial
        if found.get("serial_no", "").lstrip("0").upper() != serial.lstrip("0"):
            return None
        for target in (request.target, request.target.removeprefix(PREFIX)):
            lines = f"{request.method}\n{target}\n{stamp}\n{found.get('nonce_str')}\n".encode()
            text = lines + request.body + b"\n"
            if signing.fits(found.get("signature", ""), text, self.accounts.merchant_public):
                return str(found["mchid"])
        return None

    def _answer(self, request: Request, seller: str) -> Said:
        path = request.path.removeprefix(PREFIX)
        calls: dict[tuple[str, str], Callable[[], Said]] = {
            ("POST", "/v3/pay/transactions/jsapi"): lambda: self._prepay(request.json, seller),
            ("POST", "/v3/refund/domestic/refunds"): lambda: self._refund(request.json, seller),
            ("GET", "/v3/certificates"): lambda: self._certificates(seller),
            ("GET", "/v3/bill/tradebill"): lambda: self._where_statement(request.query, seller),
        }
        if call := calls.get((request.method, path)):
            return call()
        if found := ORDER_PATH.fullmatch(path):
            return self._close(found[1], seller) if found[2] else self._query(found[1], seller)
        if found := TRADE_PATH.fullmatch(path):
            return self._query(self._of_trade(found[1]), seller)
        if found := REFUND_PATH.fullmatch(path):
            return self._query_refund(found[1], seller)
        return error(404, "RESOURCE_NOT_EXISTS")

    def _certificates(self, seller: str) -> Said:
        """All that the provider has, enciphered for the merchant; not those whose serial is too long, as they
        were once.
        """
        now, key_of = now_in_china(), self.accounts.of(seller).api_v3_key
        data = []
        for each in self.accounts.providers[NAME]:
            if int(each["serial"], 16).bit_length() > LONGEST_SERIAL:
                continue
            pem = signing.certificate(each["key"], each["serial"], now)
            sealed = signing.wechat_sealed(pem, key_of, secrets.token_hex(6), "certificate")
            times = {
                "effective_time": (now - timedelta(days=1)).isoformat(timespec="seconds"),
                "expire_time": (now + timedelta(days=365)).isoformat(timespec="seconds"),
            }
            data.append({"serial_no": each["serial"], **times, "encrypt_certificate": sealed})
        return 200, {"data": data}

    def _of_trade(self, trade: str) -> str:
        """Our number of an order that goes by theirs."""
        return next((each.order for each in self.book.orders.values() if each.trade == trade), "")

    def _order(self, order: str, seller: str) -> Order | None:
        found = self.book.find(NAME, order)
        return found if found and found.seller == seller else None

    def _prepay(self, wanted: Node, seller: str) -> Said:
        total, payer = wanted["amount"]["total"], wanted["payer"]["openid"]
        account = self.accounts.of(seller)
        ours = (wanted["mchid"], wanted["appid"]) == (seller, account.app)
        if not (ours and payer and total > 0 and ORDER_NUMBER.fullmatch(wanted["out_trade_no"])):
            return error(400, "PARAM_ERROR")
        order = self._order(wanted["out_trade_no"], seller)
        if order is None:
            told = wanted.get("time_expire")
            expires = text_of(datetime.fromisoformat(told) if told else now_in_china() + LASTS)
            trade = "42000" + number(wanted["out_trade_no"], length=23)
            order = Order(
                NAME, seller, account.app, wanted["out_trade_no"], trade, total,
                wanted["description"], wanted["notify_url"], text_of(now_in_china()), expires,
                handle=f"wx{secrets.token_hex(17)}",
            )  # fmt: skip
            self.book.put(order)
        if order.state != "open":
            return error(400, "ORDERPAID" if order.state == "paid" else "ORDER_CLOSED")
        return (200, {"prepay_id": order.handle}) if order.fen == total else error(403, "OUT_TRADE_NO_USED")

    def _query(self, number: str, seller: str) -> Said:
        order = self._order(number, seller)
        return (200, self._order_node(order)) if order else error(404, "ORDER_NOT_EXIST")

    def _close(self, number: str, seller: str) -> Said:
        order = self._order(number, seller)
        if order is None:
            return error(404, "ORDER_NOT_EXIST")
        if order.state == "paid":
            return error(400, "ORDERPAID")
        order.state = "closed"
        return 204, None

    def _refund(self, wanted: Node, seller: str) -> Said:
        number = wanted.get("out_trade_no") or self._of_trade(wanted.get("transaction_id", ""))
        order, fen = self._order(number, seller), wanted["amount"]["refund"]
        if order is None or order.state != "paid":
            return error(404, "RESOURCE_NOT_EXISTS")
        known = order.refund(wanted["out_refund_no"])
        if wanted["amount"]["total"] != order.fen or (known and known.fen != fen):
            return error(400, "INVALID_REQUEST")
        if known is None:
            if order.refunded_fen + fen > order.fen:
                return error(403, "NOT_ENOUGH")
            known = Refund(wanted["out_refund_no"], fen, "processing", text_of(now_in_china()))
            order.refunds.append(known)
            if order.notify_url:
                self.courier.send(self._when_refunded(order, known), REFUND_TAKES_S)
            else:
                known.state = "success"
        return 200, self._refund_node(order, known)

    def _when_refunded(self, order: Order, refund: Refund) -> Callback:
        """Telling of it is what ends it."""
        told: list[Callback] = []

        def made() -> tuple[dict[str, str], bytes]:
            if not told:
                with self.book.changing():
                    refund.state = "success"
                told.append(self.tell(order, refund))
            return told[0].made()

        return Callback(NAME, order.notify_url, made, lambda status, _said: status in (200, 204))

    def _query_refund(self, number: str, seller: str) -> Said:
        for order in self.book.orders.values():
            refund = order.refund(number) if (order.provider, order.seller) == (NAME, seller) else None
            if refund:
                return 200, self._refund_node(order, refund)
        return error(404, "RESOURCE_NOT_EXISTS")

    def _order_node(self, order: Order) -> Node:
        state = {"open": "NOTPAY", "closed": "CLOSED", "paid": "REFUND" if order.refunds else "SUCCESS"}
        node: Node = {
            "appid": order.app, "mchid": order.seller, "out_trade_no": order.order,
            "trade_state": state[order.state], "trade_state_desc": order.state,
        }  # fmt: skip
        if order.state == "paid":
            node |= {
                "transaction_id": order.trade, "trade_type": "JSAPI", "bank_type": "OTHERS",
                "success_time": with_offset(order.paid_at), "payer": {"openid": "o-sandbox"},
            }  # fmt: skip
        amount = {"total": order.fen, "currency": "CNY"}
        return {**node, "amount": {**amount, "payer_total": order.fen, "payer_currency": "CNY"}}

    def _refund_node(self, order: Order, refund: Refund) -> Node:
        done = {"success_time": with_offset(refund.at)} if refund.state == "success" else {}
        return {
            "out_trade_no": order.order, "transaction_id": order.trade, "out_refund_no": refund.number,
            "refund_id": _refund_id(refund), "status": refund.state.upper(),
            "user_received_account": "支付用户零钱", **done,
            "amount": {"total": order.fen, "refund": refund.fen, "payer_total": order.fen,
                       "payer_refund": refund.fen, "currency": "CNY"},
        }  # fmt: skip

    def _file(self, seller: str, day: str) -> bytes:
        happened = self.book.statement(NAME, seller, day)
        paid = yuan(sum(order.fen for order, refund in happened if refund is None))
        back = yuan(sum(refund.fen for _, refund in happened if refund is not None))
        totals = [str(len(happened)), paid, back, "0.00", "0.00", paid, back]
        lines = [*(_line(*each) for each in happened), TOTALS, ",".join(f"`{each}" for each in totals)]
        return "\r\n".join(["\ufeff" + HEADING, *lines, ""]).encode()

    def _where_statement(self, wanted: dict[str, str], seller: str) -> Said:
        """The digest is of the file as it is before it is packed (`tar_type` GZIP)."""
        day = wanted["bill_date"]
        if not self.book.statement(NAME, seller, day):
            return error(400, "NO_STATEMENT_EXIST")
        digest = hashlib.sha1(self._file(seller, day), usedforsecurity=False).hexdigest()
        packed = "&tartype=gzip" if wanted.get("tar_type") == "GZIP" else ""
        url = f"{self.base}/wechat/v3/billdownload/file?token={day}{packed}"
        return 200, {"hash_type": "SHA1", "hash_value": digest, "download_url": url}

    def statement(self, request: Request) -> Response:
        """The file that a day's address leads to: it is not signed, and asking for it is."""
        seller = self._signer(request)
        if not seller:
            return Response(401)
        file = self._file(seller, request.query["token"])
        return Response(200, gzip.compress(file) if "tartype" in request.query else file)


def _line(order: Order, refund: Refund | None) -> str:
    where = [order.app, order.seller, "0", "", order.trade, order.order, "o-sandbox", "JSAPI"]
    paid, back = yuan(0 if refund else order.fen), yuan(refund.fen if refund else 0)
    about = ["0", "0", "0.00", "0.00", "", ""]
    if refund:
        state = "SUCCESS" if refund.state == "success" else "PROCESSING"
        about = [_refund_id(refund), refund.number, back, "0.00", "ORIGINAL", state]
    values = [
        refund.at if refund else order.paid_at, *where, "REFUND" if refund else "SUCCESS", "OTHERS", "CNY",
        paid, "0.00", *about, order.subject, "", "0.00000", "0.60%", paid, back, "",
    ]  # fmt: skip
    return ",".join(f"`{value}" for value in values)


def _refund_id(refund: Refund) -> str:
    return "50000" + number(refund.number, length=24)
