"""What people meant by a cell."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli_cli.importing import cells
from linli_cli.importing.cells import MAC_EPOCH, WINDOWS_EPOCH, Cell, Odd
from linli_cli.importing.written import guarded, unguarded

MOBILES = st.integers(13_000_000_000, 19_999_999_999)
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@given(MOBILES)
def test_a_phone_is_one_however_a_sheet_holds_it(number: int) -> None:
    said = str(number)
    spellings: list[Cell] = [
        number,
        float(number),
        said,
        f" {said[:3]} {said[3:7]} {said[7:]} ",
        f"{said[:3]}-{said[3:7]}-{said[7:]}",
        f"+86{said}",
        f"0086 {said}",
        f"86{said}",
        said.translate(FULL_WIDTH),
        f"{said}.0",
        f"\u200e{said}\u202c",
        f"{number:.10E}",
        f"'{said}".removeprefix("'"),
    ]

    assert {cells.phone(each) for each in spellings} == {f"+86{number}"}


@pytest.mark.parametrize("said", ["1.38E+10", "1.380000123E+10", "1.38e10"])
def test_a_phone_that_the_sheet_has_rounded_is_not_guessed(said: str) -> None:
    with pytest.raises(Odd, match="rounded"):
        cells.phone(said)


@given(DAYS)
def test_a_day_is_one_however_it_is_written(day: date) -> None:
    year, month, of_month = day.year, day.month, day.day
    spellings: list[Cell] = [
        day,
        datetime.combine(day, time()),
        day.isoformat(),
        f"{year}/{month}/{of_month}",
        f"{year}.{month}.{of_month}",
        f"{year}年{month}月{of_month}日",
        f"{year} 年 {month} 月 {of_month} 日",
        day.strftime("%Y%m%d"),
        int(day.strftime("%Y%m%d")),
        f"{year}-{month}-{of_month} 00:00:00",
        (day - WINDOWS_EPOCH).days,
        str((day - WINDOWS_EPOCH).days),
        float((day - WINDOWS_EPOCH).days),
    ]

    assert {cells.day(each) for each in spellings} == {day}
    if (day - MAC_EPOCH).days in cells.SERIALS:
        assert cells.day((day - MAC_EPOCH).days, MAC_EPOCH) == day


@pytest.mark.parametrize(
    "said",
    [
        "1/5/2026",
        "2026-13-01",
        "2026年2月30日",
        "soon",
        12,
        True,
        time(8),
        None,
        "2026",
        "9999-12-31",
        date.min,
    ],
)
def test_what_is_no_day_or_could_be_two_is_refused(said: Cell) -> None:
    with pytest.raises(Odd):
        cells.day(said)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("08:30", time(8, 30)),
        ("8：30", time(8, 30)),
        ("8点30分", time(8, 30)),
        ("24:00", time(0)),
        (time(22), time(22)),
        (0.25, time(6)),
        (1.0, time(0)),
        (timedelta(hours=24), time(0)),
        (datetime(1900, 1, 1, 7, 15), time(7, 15)),  # noqa: DTZ001  a cell has no zone
    ],
)
def test_a_time_of_day_is_one_however_it_is_written(said: Cell, meant: time) -> None:
    assert cells.clock(said) == meant


@pytest.mark.parametrize("said", ["25:00", "8", "morning", 2.5])
def test_what_is_no_time_of_day_is_refused(said: Cell) -> None:
    with pytest.raises(Odd):
        cells.clock(said)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (0.1 + 0.2, Decimal("0.3")),
        (89.5, Decimal("89.5")),
        ("８９．５㎡", Decimal("89.5")),
        ("1,234.50 m³", Decimal("1234.50")),
        ("¥3.45", Decimal("3.45")),
        (".5", Decimal("0.5")),
        (120, Decimal(120)),
    ],
)
def test_a_number_is_read_without_noise_and_apart_from_its_unit(said: Cell, meant: Decimal) -> None:
    assert cells.number(said)[0] == meant


@pytest.mark.parametrize("said", ["many", True, "", "1.2.3", "-", "#REF!", "3,45", "1,2345", "1,23,456"])
def test_what_is_no_number_is_refused(said: Cell) -> None:
    with pytest.raises(Odd):
        cells.number(said)


@pytest.mark.parametrize(
    ("called", "meant"),
    [
        ("3号楼", "3"),
        ("３ 号楼", "3"),
        ("十二栋", "12"),
        ("二十一幢", "21"),
        ("A座", "a"),
        ("2单元0502室", "2-0502"),
        ("1-2-301", "1-2-301"),
        (502, "502"),
        (502.0, "502"),
        ("B1#", "b1"),
    ],
)
def test_an_id_is_made_of_what_people_call_a_place(called: Cell, meant: str) -> None:
    assert cells.identifier(called) == meant


@pytest.mark.parametrize("called", ["东区", "春风苑", "", "号楼", "x" * 65, "十十栋", "十五六栋", "二三十栋"])
def test_where_no_id_can_be_made_that_is_said(called: str) -> None:
    with pytest.raises(Odd, match="no id"):
        cells.identifier(called)


@given(st.text())
def test_a_tidy_text_is_tidy(said: str) -> None:
    once = cells.tidy(said)

    assert cells.tidy(once) == once == once.strip()
    assert "\x00" not in once


@pytest.mark.parametrize("said", ["张　三", "张 三", " 张三\u200b", "张\u00a0三", "张\n三"])
def test_blanks_in_a_chinese_name_tell_nothing(said: str) -> None:
    assert cells.name(said) == "张三"


@given(st.integers(110_000, 659_999), DAYS, st.integers(0, 999))
def test_the_number_of_an_identity_card_is_never_a_name(area: int, born: date, order: int) -> None:
    digits = f"{area}{born:%Y%m%d}{order:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(a) * b for a, b in zip(digits, weights, strict=True)) % 11]

    with pytest.raises(Odd, match="not stored"):
        cells.name(f"张三 {digits}{check.lower()}")


@given(st.text())
def test_no_text_becomes_a_formula_and_each_comes_back(said: str) -> None:
    written = guarded(said)

    assert unguarded(written) == said
    assert not written.startswith(("=", "@", "\t", "\r"))


@pytest.mark.parametrize(
    "said", ["=cmd|' /C calc'!A0", "+SUM(1)", "-2+3", "@x", "\t=1", "'=1", "＝1+1", "＠x", "\n=1"]
)
def test_what_a_spreadsheet_would_compute_is_written_as_text(said: str) -> None:
    assert guarded(said) == f"'{said}"


def test_a_phone_stays_a_number() -> None:
    assert guarded("+8613800000000") == "+8613800000000"


@pytest.mark.parametrize("said", ["#N/A", "#REF!", "#VALUE!"])
def test_an_error_of_the_sheet_is_not_a_text(said: str) -> None:
    with pytest.raises(Odd, match="error of the sheet"):
        cells.text(said)


def test_several_roles_stand_in_one_cell() -> None:
    assert cells.several("业主、保安, guard/维修；x") == ["业主", "保安", "guard", "维修", "x"]


@given(st.from_regex(r"[!-~]{1,60}", fullmatch=True) | st.sampled_from(["0e0", "1e10", "12e3"]))
def test_what_others_call_somebody_stays_to_the_letter(said: str) -> None:
    if cells.WRITTEN_BY_A_SHEET.fullmatch(said) or said.upper() in cells.ERRORS:
        return
    assert cells.exact(f" {said}\u200b") == said


@pytest.mark.parametrize("said", [7, 104, 999_999_999_999_999])
def test_a_short_number_is_exact(said: int) -> None:
    assert cells.exact(said) == cells.exact(float(said)) == str(said)


@pytest.mark.parametrize(
    "said",
    [110169484474386276334, 1.10169484474386e20, 2.5, -7, True, date(2026, 1, 5), time(8), "1.10169E+20"],
)
def test_what_the_sheet_may_have_rounded_is_not_taken_for_exact(said: Cell) -> None:
    with pytest.raises(Odd, match="write it as a text"):
        cells.exact(said)
