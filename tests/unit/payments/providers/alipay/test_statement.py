"""Alipay's statement of a day: an archive that is read whole or not at all."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from functions.payments.providers.alipay import messages as alipay
from functions.payments.providers.alipay import statement
from functions.payments.providers.protocol.models import (
    Answer,
    Unreadable,
)
from tests.unit.payments import shop
from tests.unit.payments.alipay_texts import asked
from tests.unit.payments.shop import AT, INTENT, NOW, REFUND, alipay_answers

HEADING = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,退款批次号/请求号,服务费（元）,备注"
)


STATEMENT = f"""#支付宝业务明细查询
#账号：[20880000000000000156]
#-----------------------------------------业务明细列表----------------------------------------
{HEADING}
1\t,{INTENT}\t,交易,"水费, 加急",2026-01-05 15:59:50,2026-01-05 15:59:58,,,,,*明,35.80,35.80,,-0.12,
1\t,{INTENT}\t,退款,水费,2026-01-05 16:15:00,2026-01-05 16:15:01,,,,,*明,-10.00,-10.00,{REFUND}\t,0.00,
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共35.80元，商家优惠共0.00元
"""


SUMMARY = "#支付宝业务汇总查询\n门店编号,门店名称,交易订单总笔数\n合计,,1\n"


def archive(**files: str) -> Answer:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        for name, text in files.items():
            bundle.writestr(f"{name}.csv", text.encode("gbk"))
    return Answer(200, {}, packed.getvalue(), NOW)


def test_a_statement_is_fetched_and_read() -> None:
    question = alipay.statement(date(2026, 1, 5), shop.alipay(), AT)
    method = "alipay.data.dataservice.bill.downloadurl.query"
    wanted = {"bill_type": "trade", "bill_date": "2026-01-05", "secure": "true"}
    assert asked(question.outgoing, method) == wanted
    where = question.read(alipay_answers(method, bill_download_url="https://bills.test/1?x=1"), shop.alipay())
    assert where is not None
    assert (where.outgoing.method, where.outgoing.url) == ("GET", "https://bills.test/1?x=1")
    paid, back = where.read(archive(summary=SUMMARY, details=STATEMENT), shop.alipay())
    assert (paid.said, paid.order, paid.amount_fen, paid.trade) == ("paid", INTENT, 3580, "1")
    assert (back.said, back.refund, back.refund_fen, back.amount_fen) == ("refunded", REFUND, 1000, None)
    assert paid.at == datetime(2026, 1, 5, 7, 59, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, {}, b"", NOW),
        Answer(200, {}, b"<html>expired</html>", NOW),
        archive(summary=SUMMARY),
        archive(details=STATEMENT.replace("35.80", "35.8O")),
        archive(details=STATEMENT.replace("订单金额", "金额")),
        archive(details="\0" * (33 * 2**20)),
    ],
)
def test_a_file_that_is_no_statement(answer: Answer) -> None:
    method = "alipay.data.dataservice.bill.downloadurl.query"
    question = alipay.statement(date(2026, 1, 5), shop.alipay(), AT)
    where = question.read(alipay_answers(method, bill_download_url="https://bills.test/1"), shop.alipay())
    assert where is not None
    for read in (where.read, statement.lines):
        with pytest.raises(Unreadable):
            read(answer, shop.alipay())
