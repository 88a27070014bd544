"""The statement file of Alipay (业务明细): a zip of GBK text, one line a payment, one line a refund.

The archive's own check sums say whether it came whole. Remarks (`#`) stand before and after the records, and
count the payments (交易合计) and refunds (退款合计).
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence

from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import Answer, Unreadable
from functions.payments.providers.protocol.money import fen_of
from functions.payments.providers.protocol.notices import Notice, Said
from functions.payments.providers.protocol.statement_files import (
    LARGEST_FILE,
    Table,
    below_heading,
    in_china,
    lines_of,
    readable,
    table,
)
from linli.errors import Unavailable

OK = 200
TRADE, ORDER, KIND, DONE = "支付宝交易号", "商户订单号", "业务类型", "完成时间"
AMOUNT, REFUND = "订单金额（元）", "退款批次号/请求号"
COLUMNS = (TRADE, ORDER, KIND, DONE, AMOUNT, REFUND)
KINDS: dict[str, Said] = {"交易": "paid", "退款": "refunded"}
_COUNT = re.compile(r"#\s*(交易|退款)合计\s*[：:]\s*([0-9]+)\s*笔")
_BROKEN = (ValueError, KeyError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError)
"""Whatever `zipfile` says of an archive that was cut off, altered, or enciphered."""


def lines(answer: Answer, merchant: Merchant) -> tuple[Notice, ...]:
    """What the file says. Raises Unreadable, Unavailable."""
    if answer.status != OK:
        raise Unavailable("provider_status", {"provider": "alipay", "status": answer.status})
    try:
        read = readable(_details(answer.body), ORDER, lambda line: _line(line, merchant))
        return tuple(line for line in read if line is not None)
    except _BROKEN as error:
        raise Unreadable("statement_not_right") from error


def _details(archive: bytes) -> Table:
    """The records of the file of details (业务明细) in the archive; the other one is a summary (汇总)."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        if sum(each.file_size for each in files.infolist()) > LARGEST_FILE:
            raise ValueError("is too large")
        texts = [text for name in files.namelist() for text in _texts(files.read(name))]
    lines = lines_of(next((text for text in texts if TRADE in text), ""))
    heading, below = below_heading(lines, COLUMNS)
    details = table(below, heading)
    _check_end(lines, below, details)
    return details


def _texts(file: bytes) -> tuple[str, ...]:
    """What a file may say, in GBK or UTF-8: a byte that is neither spoils the one value that it stands in."""
    return file.decode("gb18030", "replace"), file.decode("utf-8-sig", "replace")


def _check_end(lines: Sequence[str], below: Sequence[str], details: Table) -> None:
    """Whether the file was read to its end. Raises ValueError.

    One that begins with remarks ends with them, and its counts are of what was read. One without any is
    whole by the archive's check sum, and each of its lines has to be a record.
    """
    ends = next((line for line in reversed(below) if line.strip()), "")
    has_remarks = any(line.startswith("#") for line in lines)
    if has_remarks and not ends.startswith("#"):
        raise ValueError("does not end with its totals")
    told = {found[1]: int(found[2]) for line in below if (found := _COUNT.match(line))}
    if details.short and not told:
        raise ValueError("has a line that is no record, and no totals")
    read = {kind: sum(line[KIND] == kind for line in details.records) for kind in KINDS}
    missing = sum(counted - read[kind] for kind, counted in told.items())
    if not 0 <= missing <= len(details.short) or any(counted < read[kind] for kind, counted in told.items()):
        raise ValueError("totals: another count than what was read")


def _line(line: Mapping[str, str], merchant: Merchant) -> Notice | None:
    """What a record says; None where it tells of neither a payment nor a refund."""
    if line[KIND] not in KINDS:
        return None
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
