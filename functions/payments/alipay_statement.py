"""The statement file of Alipay (业务明细): a zip of GBK text, one line a payment, one line a refund."""

import io
import zipfile
from collections.abc import Mapping

from functions.payments.exchange import Answer, Merchant, Unreadable
from functions.payments.money import fen_of
from functions.payments.notices import Notice, Said
from functions.payments.statement_files import LARGEST_FILE, in_china, rows
from linli.errors import Unavailable

OK = 200
TRADE, ORDER, KIND, DONE = "支付宝交易号", "商户订单号", "业务类型", "完成时间"
AMOUNT, REFUND = "订单金额（元）", "退款批次号/请求号"
KINDS: dict[str, Said] = {"交易": "paid", "退款": "refunded"}


def lines(answer: Answer, merchant: Merchant) -> tuple[Notice, ...]:
    """What the file says. Raises Unreadable, Unavailable."""
    if answer.status != OK:
        raise Unavailable(f"alipay: status {answer.status}")
    try:
        details = _details(answer.body)
        return tuple(_line(line, merchant) for line in details if line[KIND] in KINDS)
    except (ValueError, KeyError, zipfile.BadZipFile) as error:
        raise Unreadable("the statement is not what it should be") from error


def _details(archive: bytes) -> list[dict[str, str]]:
    """The file of details (业务明细) in the archive; the other one is a summary (汇总)."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        if sum(each.file_size for each in files.infolist()) > LARGEST_FILE:
            raise ValueError("is too large")
        texts = [files.read(name).decode("gb18030") for name in files.namelist()]
    details = next((text for text in texts if TRADE in text), "")
    return rows(details, (TRADE, ORDER, KIND, DONE, AMOUNT, REFUND))


def _line(line: Mapping[str, str], merchant: Merchant) -> Notice:
    said, amount_fen = KINDS[line[KIND]], fen_of(line[AMOUNT].removeprefix("-"))
    return Notice(
        provider=merchant.provider,
        notice=f"statement-{line[TRADE]}-{line[REFUND]}"[:128],
        said=said,
        order=line[ORDER],
        trade=line[TRADE],
        amount_fen=amount_fen if said == "paid" else None,
        refund=(line[REFUND] or None) if said == "refunded" else None,
        refund_fen=amount_fen if said == "refunded" else None,
        at=in_china(line[DONE]),
    )
