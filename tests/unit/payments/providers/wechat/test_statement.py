"""WeChat Pay's statement of a day: the file whose digest was promised."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import pytest

from functions.payments.providers.protocol.models import (
    Answer,
    Unreadable,
)
from functions.payments.providers.wechat import messages as wechat
from functions.payments.providers.wechat import statement as wechat_statement
from linli.errors import Unavailable
from tests.unit.payments import shop
from tests.unit.payments.shop import (
    AT,
    INTENT,
    NOW,
    REFUND,
    wechat_answers,
)
from tests.unit.payments.wechat_texts import PARTNER, sent

HEADING = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)


WHERE = f"`wx8888888888888888,`1900000109,`0,`,`4200000001,`{INTENT},`oUpF8,`JSAPI"
LINES = (
    f"`2026-01-05 15:59:58,{WHERE},`SUCCESS,`OTHERS,`CNY,`35.80,`0.00,`0,`0,`0.00,`0.00,`,`,`水费, 加急,`,"
    "`0.21000,`0.60%,`35.80,`0.00,`\n"
    f"`2026-01-05 16:15:01,{WHERE},`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5000000038,`{REFUND},`10.00,`0.00,"
    "`ORIGINAL,`SUCCESS,`水费,`,`-0.06000,`0.60%,`0.00,`10.00,`\n"
)


TOTALS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n"
    "`2,`35.80,`10.00,`0.00,`0.15,`35.80,`10.00\n"
)


def read_statement(text: str, digest: str | None = None, status: int = 200) -> Any:
    question = wechat.statement(date(2026, 1, 5), shop.wechat(), AT)
    assert question.outgoing.url.endswith("/v3/bill/tradebill?bill_date=2026-01-05&bill_type=ALL")
    assert sent(question.outgoing) is None
    file = text.encode()
    promised = digest or hashlib.sha1(file, usedforsecurity=False).hexdigest()
    url = "https://provider.test/v3/billdownload/file?token=x"
    where = question.read(
        wechat_answers(hash_type="SHA1", hash_value=promised, download_url=url), shop.wechat()
    )
    assert where is not None
    assert where.outgoing.url == url
    assert sent(where.outgoing) is None
    return where.read(Answer(status, {}, file, NOW), shop.wechat())


def test_a_statement_is_fetched_and_read() -> None:
    paid, back = read_statement("\ufeff" + HEADING + "\r\n" + LINES + TOTALS)
    assert (paid.said, paid.order, paid.amount_fen, paid.seller) == ("paid", INTENT, 3580, "1900000109")
    assert (back.said, back.refund, back.refund_fen, back.amount_fen) == ("refunded", REFUND, 1000, None)
    assert paid.at == datetime(2026, 1, 5, 7, 59, 58, tzinfo=UTC)
    assert read_statement(HEADING + "\n" + TOTALS.replace("`2,", "`0,")) == ()


def test_a_file_that_is_not_the_statement() -> None:
    with pytest.raises(Unreadable, match="not the file"):
        read_statement(HEADING + "\n" + LINES, digest="0" * 40)
    with pytest.raises(Unreadable):
        read_statement(LINES)
    with pytest.raises(Unreadable):
        read_statement(HEADING + "\n" + LINES.replace("`35.80", "`35.8O"))
    with pytest.raises(Unavailable):
        read_statement(HEADING, status=503)


# A service provider, and what may be missing ---------------------------------------------------------------


def test_a_service_providers_statement_names_whose_money_it_is() -> None:
    file = (HEADING + "\n" + LINES + TOTALS).replace("`1900000109,`0,", "`1900000100,`1900000109,")
    sha1 = hashlib.sha1(file.encode(), usedforsecurity=False).hexdigest()
    lines = wechat_statement.lines(Answer(200, {}, file.encode(), NOW), PARTNER, sha1=sha1)
    assert {line.seller for line in lines} == {PARTNER.seller}
