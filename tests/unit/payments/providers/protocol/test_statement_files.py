"""Statement files of both providers: split at line ends alone, and read to their totals or not at all."""

import hashlib
import io
import zipfile
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.payments.providers.alipay import statement as alipay_statement
from functions.payments.providers.protocol.models import Answer, Unreadable
from functions.payments.providers.protocol.notices import Notice
from functions.payments.providers.protocol.statement_files import lines_of, table
from functions.payments.providers.wechat import statement as wechat_statement
from tests.unit.payments import shop
from tests.unit.payments.shop import NOW

MINE, AGAIN = "01kdxh2b3c4d5e6f7g8h9jkmnp", "01kdxh2b3c4d5e6f7g8h9jkmnq"
BREAKS = ["\n", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
WECHAT = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)
TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
ALIPAY = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)


def of_wechat(order: str, name: str = "停车费", amount: str = "35.80", remark: str = "") -> str:
    return (
        f"`2026-01-05 15:59:58,`wx8888888888888888,`1900000109,`0,`,`42{order[:8]},`{order},`oUpF8,`JSAPI,"
        f"`SUCCESS,`OTHERS,`CNY,`{amount},`0.00,`0,`0,`0.00,`0.00,`,`,`{name},`,`0.21000,`0.60%,`{amount},"
        f"`0.00,`{remark}"
    )


def of_alipay(order: str, name: str = "停车费", amount: str = "35.80", remark: str = "") -> str:
    at = "2026-01-05 09:00:00"
    return (
        f"20260105{order[:8]}\t,{order}\t,交易,{name},{at},{at},,,,,138****0000,{amount},{amount},0.00,0.00,"
        f"0.00,0.00,0.00,,0.00,0.00,,-0.20,0.00,{remark}"
    )


def wechat_says(text: str) -> list[str]:
    body = text.encode()
    sha1 = hashlib.sha1(body, usedforsecurity=False).hexdigest()
    return orders(wechat_statement.lines(Answer(200, {}, body, NOW), shop.wechat(), sha1=sha1))


def alipay_says(text: str | bytes, *, cut: int = 0) -> list[str]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("details.csv", text.encode("gb18030") if isinstance(text, str) else text)
    whole = packed.getvalue()
    return orders(alipay_statement.lines(Answer(200, {}, whole[: len(whole) - cut], NOW), shop.alipay()))


def orders(lines: tuple[Notice, ...]) -> list[str]:
    return [line.order for line in lines]


def wechat_file(*lines: str, count: int | None = None, end: str = "\r\n") -> str:
    counted = len(lines) if count is None else count
    totals = f"`{counted},`35.80,`10.00,`0.00,`0.15,`35.80,`10.00"
    return end.join(["\ufeff" + WECHAT, *lines, TOTALS, totals, ""])


def alipay_file(*lines: str, count: int | None = None) -> str:
    counted = len(lines) if count is None else count
    return "\r\n".join([
        "#支付宝业务明细查询", "#----业务明细列表----", ALIPAY, *lines, "#----业务明细列表结束----",
        f"#交易合计：{counted}笔，商家实收共35.80元，商家优惠共0.00元", "#退款合计：0笔",
        "#导出时间：[2026年01月06日 10:00:00]", "",
    ])  # fmt: skip


@pytest.mark.parametrize("odd", [*BREAKS[2:], "\r"])
def test_a_record_ends_at_a_line_end_and_at_nothing_else(odd: str) -> None:
    assert lines_of(f"a{odd}b\r\nc\nd") == [f"a{odd}b", "c", "d"]


@pytest.mark.parametrize("odd", [*BREAKS, '"', '""', "`", ",", "#", "\ufffd", "\u3000"])
@pytest.mark.parametrize("where", ["name", "remark"])
def test_a_character_in_anothers_value_hides_no_line_of_ours(odd: str, where: str) -> None:
    for value in (f"停车{odd}费", f"{odd}停车费", f"停车费{odd}"):
        if where == "remark" and odd == "\ufffd":
            continue
        theirs = {where: value}
        assert MINE in wechat_says(wechat_file(of_wechat("OTHER-1", **theirs), of_wechat(MINE)))
        if not (odd == "," or "\ufffd" in value):  # Alipay quotes a value with a comma
            assert MINE in alipay_says(alipay_file(of_alipay("OTHER-1", **theirs), of_alipay(MINE)))
        quoted = value.replace('"', '""')
        theirs = {where: f'"{quoted}"'}
        if "\ufffd" not in value:
            assert MINE in alipay_says(alipay_file(of_alipay("OTHER-1", **theirs), of_alipay(MINE)))


def test_a_file_without_remarks_is_whole_by_the_archives_check_sum() -> None:
    text = "\r\n".join([ALIPAY, of_alipay("OTHER-1", '"停车费'), of_alipay(MINE)])
    assert alipay_says(text) == ["OTHER-1", MINE]
    with pytest.raises(Unreadable):
        alipay_says("\r\n".join([ALIPAY, of_alipay("OTHER-1"), of_alipay("OTHER-2")[:60]]))


def test_a_line_of_another_business_that_cannot_be_read_costs_nothing() -> None:
    for amount in ("35.8O", "1e3", "1,234.00", "-", ""):
        theirs = of_wechat("OTHER-1", amount=amount)
        assert wechat_says(wechat_file(theirs, of_wechat(MINE))) == [MINE]
    assert alipay_says(alipay_file(of_alipay("OTHER-1", amount="35.8O"), of_alipay(MINE))) == [MINE]
    assert wechat_says(wechat_file("`2026-01-05 15:59:58,`wx8", of_wechat(MINE))) == [MINE]
    assert wechat_says(wechat_file(of_wechat("x" * 65), of_wechat(MINE))) == [MINE]


def test_a_line_that_may_be_ours_and_cannot_be_read_refuses_the_file() -> None:
    with pytest.raises(Unreadable):
        wechat_says(wechat_file(of_wechat("OTHER-1"), of_wechat(MINE, amount="35.8O")))
    with pytest.raises(Unreadable):
        wechat_says(wechat_file(of_wechat("OTHER-1"), of_wechat(MINE)[:150]))
    with pytest.raises(Unreadable):
        alipay_says(alipay_file(of_alipay(MINE, amount="35.8O")))


@pytest.mark.parametrize("count", [0, 1, 3, 20])
def test_another_count_than_what_was_read_refuses_the_file(count: int) -> None:
    with pytest.raises(Unreadable):
        wechat_says(wechat_file(of_wechat("OTHER-1"), of_wechat(MINE), count=count))
    with pytest.raises(Unreadable):
        alipay_says(alipay_file(of_alipay("OTHER-1"), of_alipay(MINE), count=count))


@given(st.integers(1, 700))
def test_a_file_that_was_cut_off_anywhere_is_refused(missing: int) -> None:
    for provider_says, text in (
        (wechat_says, wechat_file(of_wechat("OTHER-1"), of_wechat(MINE)).rstrip()),
        (alipay_says, alipay_file(of_alipay("OTHER-1"), of_alipay(MINE))),
    ):
        cut = text[: max(0, len(text) - missing)]
        try:
            found = provider_says(cut)
        except Unreadable:
            continue
        assert found == ["OTHER-1", MINE], "what was cut off were remarks, or digits behind the count"


def test_an_archive_that_was_cut_off_or_altered_is_refused() -> None:
    for cut in (1, 30, 200):
        with pytest.raises(Unreadable):
            alipay_says(alipay_file(of_alipay(MINE)), cut=cut)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_totals_are_the_end_however_they_are_dressed(end: str) -> None:
    text = wechat_file(of_wechat(MINE), end=end)
    assert wechat_says(text) == [MINE]
    assert wechat_says(text + end * 3 + "  ") == [MINE]
    assert wechat_says(text.replace(TOTALS, f"{TOTALS},\t ").replace("`1,`35.80", "`1 \t,`35.80")) == [MINE]
    with pytest.raises(Unreadable):
        wechat_says(text + of_wechat(AGAIN))
    with pytest.raises(Unreadable):
        wechat_says(text.replace("`1,`35.80", "`,`35.80"))


def test_bytes_that_are_no_gbk_spoil_one_value_alone() -> None:
    file = alipay_file(of_alipay("OTHER-1", "停车##费"), of_alipay(MINE)).encode("gb18030")
    assert alipay_says(file.replace(b"##", b"\xff\xff")) == ["OTHER-1", MINE]
    assert alipay_says(alipay_file(of_alipay(MINE)).encode("utf-8-sig")) == [MINE]
    assert alipay_says(alipay_file(of_alipay(MINE)).encode()) == [MINE]


def test_values_are_what_stands_between_backticks_tabs_and_blanks() -> None:
    assert alipay_says(alipay_file(of_alipay(f" {MINE} \t"))) == [MINE]
    assert wechat_says(wechat_file(of_wechat(f"{MINE} \t"))) == [MINE]
    assert alipay_says(alipay_file(of_alipay(MINE)).replace("（元）", "(元)")) == [MINE]


def test_a_file_in_the_words_of_before_is_read_as_well() -> None:
    """Merchants without coupons of their own: 总金额, and neither 订单金额 nor 申请退款金额."""
    columns = WECHAT.split(",")[:24]
    heading = ",".join(columns).replace("应结订单金额", "总金额").replace("特约商户号", "子商户号")
    line = ",`".join(of_wechat(MINE).split(",`")[:24]).replace("15:59:58", "15：59：58")
    totals = (
        "总交易单数,总交易额,总退款金额,总代金券或立减优惠退款金额,手续费总金额\r\n`1,`35.80,`0.0,`0.0,`0"
    )
    assert wechat_says(f"{heading}\r\n{line}\r\n{totals}") == [MINE]


names = st.text(st.characters(exclude_characters=",`\r", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(names, st.booleans()), min_size=1, max_size=6))
def test_whatever_stands_in_names_each_record_is_read_once(told: list[tuple[str, bool]]) -> None:
    numbers = [f"{MINE[:-2]}{at:02d}" if ours else f"OTHER-{at}" for at, (_, ours) in enumerate(told)]
    lines = [of_wechat(number, name) for number, (name, _) in zip(numbers, told, strict=True)]
    assert wechat_says(wechat_file(*lines)) == numbers


@given(st.lists(st.lists(st.sampled_from(["a", "b c", '"', "x\ny"]), min_size=3, max_size=3), max_size=5))
def test_quoted_values_come_back_as_they_were(rows: list[list[str]]) -> None:
    quoted = ["t," + ",".join('"' + value.replace('"', '""') + '"' for value in row) for row in rows]
    found = table(lines_of("\n".join(quoted)), ["first", "1", "2", "3"])
    assert [list(each.values())[1:] for each in found.records] == rows
    assert not found.short
    assert all(first is not second for first, second in pairwise(found.records))
