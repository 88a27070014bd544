"""The statement file of WeChat Pay (交易账单): UTF-8, one line for a payment and one for each refund."""

import hashlib
import hmac
from collections.abc import Mapping

from functions.payments.exchange import Answer, Merchant, Unreadable
from functions.payments.money import fen_of
from functions.payments.notices import Notice, Said
from functions.payments.statement_files import LARGEST_FILE, in_china, rows
from linli.errors import Unavailable

OK = 200
TIME, APP, SELLER, TRADE, ORDER, STATE = (
    "交易时间",
    "公众账号ID",
    "商户号",
    "微信订单号",
    "商户订单号",
    "交易状态",
)
CURRENCY, REFUND, REFUND_STATE = "货币种类", "商户退款单号", "退款状态"
AMOUNT, REFUND_AMOUNT = "订单金额", "申请退款金额"
COLUMNS = (TIME, APP, SELLER, TRADE, ORDER, STATE, CURRENCY, REFUND, REFUND_STATE, AMOUNT, REFUND_AMOUNT)
LINE_STATES: dict[str, Said] = {"SUCCESS": "refunded", "FAIL": "refund_failed", "PROCESSING": "waiting"}


def lines(answer: Answer, merchant: Merchant, *, sha1: str) -> tuple[Notice, ...]:
    """What the file says, `sha1` being the digest that was promised. Raises Unreadable, Unavailable."""
    if answer.status != OK:
        raise Unavailable(f"wechat: status {answer.status}")
    found = hashlib.sha1(answer.body, usedforsecurity=False).hexdigest()
    if len(answer.body) > LARGEST_FILE or not hmac.compare_digest(found, sha1.lower()):
        raise Unreadable("the statement is not the file that was promised")
    try:
        details = rows(answer.body.decode("utf-8-sig"), COLUMNS)
        return tuple(_line(line, merchant) for line in details if line[STATE] in ("SUCCESS", "REFUND"))
    except (ValueError, KeyError) as error:
        raise Unreadable("the statement is not what it should be") from error


def _line(line: Mapping[str, str], merchant: Merchant) -> Notice:
    back = line[STATE] == "REFUND"
    return Notice(
        provider=merchant.provider,
        notice=f"statement-{line[TRADE]}-{line[REFUND] if back else ''}"[:128],
        said=LINE_STATES[line[REFUND_STATE]] if back else "paid",
        order=line[ORDER],
        trade=line[TRADE],
        amount_fen=None if back else fen_of(line[AMOUNT]),
        currency=line[CURRENCY],
        seller=line[SELLER],
        app=line[APP],
        refund=line[REFUND] if back else None,
        refund_fen=fen_of(line[REFUND_AMOUNT]) if back else None,
        at=in_china(line[TIME]),
    )
