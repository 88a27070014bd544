"""The statement file of WeChat Pay (交易账单): UTF-8, one line for a payment and one for each refund.

Two lines of totals (总交易单数 and so on) are its end: their count says whether all of it was read.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import Answer, Unreadable
from functions.payments.providers.protocol.money import fen_of
from functions.payments.providers.protocol.notices import Notice, Said
from functions.payments.providers.protocol.statement_files import (
    LARGEST_FILE,
    Table,
    below_heading,
    counted,
    in_china,
    lines_of,
    readable,
    table,
)
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
OF_PROVIDER = "特约商户号"
CURRENCY, REFUND, REFUND_STATE = "货币种类", "商户退款单号", "退款状态"
AMOUNT, REFUND_AMOUNT = "订单金额", "申请退款金额"
TOTAL = "总交易单数"
COLUMNS = (TIME, APP, SELLER, TRADE, ORDER, STATE, CURRENCY, REFUND, REFUND_STATE, AMOUNT, REFUND_AMOUNT)
BEFORE = {AMOUNT: "总金额", REFUND_AMOUNT: "退款金额", OF_PROVIDER: "子商户号"}
"""As files of merchants call it that have no coupons of their own (免充值券)."""
LINE_STATES: dict[str, Said] = {"SUCCESS": "refunded", "FAIL": "refund_failed", "PROCESSING": "waiting"}


def lines(answer: Answer, merchant: Merchant, *, sha1: str) -> tuple[Notice, ...]:
    """What the file says, `sha1` being the digest that was promised. Raises Unreadable, Unavailable."""
    if answer.status != OK:
        raise Unavailable("provider_status", {"provider": "wechat", "status": answer.status})
    found = hashlib.sha1(answer.body, usedforsecurity=False).hexdigest()
    if len(answer.body) > LARGEST_FILE or not hmac.compare_digest(found, sha1.lower()):
        raise Unreadable("statement_not_promised")
    try:
        details = _details(answer.body.decode("utf-8-sig", "replace"))
        read = readable(details, ORDER, lambda line: _line(line, merchant))
        return tuple(line for line in read if line is not None)
    except (ValueError, KeyError) as error:
        raise Unreadable("statement_not_right") from error


def _details(text: str) -> Table:
    """The records above the totals, which must have counted as many. Raises ValueError."""
    heading, below = _heading(lines_of(text))
    end = _end(below)
    details = table(below[:end], heading)
    if counted(below[end + 1].split(",`")[0]) != details.lines:
        raise ValueError("totals: another count than what was read")
    return details


def _heading(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The heading in today's words, also of a merchant whose files still have those of before.

    Raises ValueError for neither.
    """
    try:
        return below_heading(lines, COLUMNS)
    except ValueError:
        heading, below = below_heading(lines, [BEFORE.get(column, column) for column in COLUMNS])
        today = {old: new for new, old in BEFORE.items()}
        return [today.get(column, column) for column in heading], below


def _end(lines: Sequence[str]) -> int:
    """Where the totals are: the last line that begins like them, and one of numbers, with nothing below."""
    heads = [number for number, line in enumerate(lines) if line.lstrip("\ufeff` ").startswith(TOTAL)]
    if not heads or heads[-1] + 1 >= len(lines) or any(line.strip() for line in lines[heads[-1] + 2 :]):
        raise ValueError("does not end with its totals")
    return heads[-1]


def _line(line: Mapping[str, str], merchant: Merchant) -> Notice | None:
    """What a record says; None where it tells of neither a payment nor a refund."""
    if line[STATE] not in ("SUCCESS", "REFUND"):
        return None
    back = line[STATE] == "REFUND"
    return Notice(
        provider=merchant.provider,
        notice=f"statement-{line[TRADE]}-{line[REFUND] if back else ''}"[:128],
        said=LINE_STATES.get(line[REFUND_STATE], "waiting") if back else "paid",
        order=line[ORDER],
        trade=line[TRADE],
        amount_fen=None if back else fen_of(line[AMOUNT]),
        currency=line[CURRENCY],
        seller=_seller(line, merchant),
        app=line[APP],
        refund=line[REFUND] if back else None,
        refund_fen=fen_of(line[REFUND_AMOUNT]) if back else None,
        at=in_china(line[TIME]),
    )


def _seller(line: Mapping[str, str], merchant: Merchant) -> str:
    """Whose money it is: of a service provider's statement, the merchant's that it names."""
    named = line.get(OF_PROVIDER, "")
    if merchant.sp_seller and named not in {"", "0"}:
        return named if line[SELLER] == merchant.sp_seller else line[SELLER]
    return line[SELLER]
