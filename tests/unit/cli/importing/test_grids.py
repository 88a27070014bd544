"""Files as offices save them: what is taken in, what is set aside, and that all of it is told."""

from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from linli_cli.errors import CommandError
from linli_cli.importing import books, forms, sources
from linli_cli.importing.standing import Standing
from tests.unit.cli.importing.sheets import ZONE, after, bodies, planned, read, refusals, workbook

UNITS = [["楼栋", "房号", "建筑面积"], ["3号楼", "0501", 89.5]]
BUILDINGS = [["楼栋"], ["3号楼"]]


@pytest.mark.parametrize(
    "heading",
    [
        ["楼栋", "房号", "建筑面积(㎡)"],
        ["building", "unit", "area_m2"],
        ["楼栋 (building) *", "房号（unit）", "面积 area_m2"],
        ["Building", "UNIT *", "Area m2"],
        [" 楼 栋 ", "房号：", "＊建筑面积"],
    ],
)
def test_headings_are_found_in_either_language(tmp_path: Path, heading: list[str]) -> None:
    taken = read(workbook(tmp_path / "a.xlsx", {"房屋": [heading, ["3号楼", "0501", 89.5]]}))

    assert [row.cells for row in taken.rows["units"]] == [
        {"building": "3号楼", "unit": "0501", "area_m2": 89.5}
    ]
    assert taken.told == []


def test_headings_are_found_in_any_order_below_titles(tmp_path: Path) -> None:
    rows = [
        ["春风苑小区房屋信息表"],
        ["制表日期：2026年1月5日"],
        [],
        ["序号", "面积", "房号", "备注", "楼栋"],
        [1, 89.5, "501", "好", 3],
    ]

    taken = read(workbook(tmp_path / "a.xlsx", {"2. 房屋信息": rows}))

    assert [(row.line, row.cells) for row in taken.rows["units"]] == [
        (5, {"area_m2": 89.5, "unit": "501", "building": 3})
    ]
    assert taken.told == []


def test_what_is_no_column_or_sheet_of_ours_is_told_and_not_dropped_silently(tmp_path: Path) -> None:
    rows = [
        ["楼栋", "房号", "面积", "朝向", "房号", "身份证号", None],
        ["3", "501", 80, "南", "501", "x", "stray"],
    ]

    told = read(
        workbook(tmp_path / "a.xlsx", {"房屋": rows, "停车费": [["月份"], ["2026-01"]], "空": []})
    ).told

    assert len(told) == 5, told
    assert all(
        any(word in each for each in told) for word in ("朝向", "a second time", "no heading", "停车费")
    )
    assert any("identity cards are not stored" in each for each in told)


def test_merged_cells_hold_what_they_show(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "房屋"
    for row in (["楼栋", "房号", "面积"], ["3号楼", "501", 80], [None, "502", 81], [None, "503", 82]):
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    book.save(tmp_path / "a.xlsx")

    assert [row.cells["building"] for row in read(tmp_path / "a.xlsx").rows["units"]] == ["3号楼"] * 3


def test_blank_rows_are_nothing_and_hidden_ones_are_rows(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "楼栋"
    for row in (["楼栋"], ["1"], [None], ["  "], ["2"]):
        sheet.append(row)
    sheet.row_dimensions[5].hidden = True
    book.save(tmp_path / "a.xlsx")

    assert [(row.line, row.hidden) for row in read(tmp_path / "a.xlsx").rows["buildings"]] == [
        (2, False),
        (5, True),
    ]


def test_notes_sums_examples_and_repeated_headings_are_set_aside_and_told(tmp_path: Path) -> None:
    rows = [
        ["楼栋", "房号", "建筑面积", "备注"],
        ["3号楼", "0501", 89.5],
        ["3号楼", "0101", 90, "示例"],
        ["楼栋", "房号", "建筑面积"],
        ["合计", None, 89.5],
        ["注：以房产证为准"],
        ["3号楼", None, None],
    ]

    taken = read(workbook(tmp_path / "a.xlsx", {"房屋": rows}))

    assert [line for _, line, _ in taken.aside] == [3, 4, 5, 6]
    assert [row.line for row in taken.rows["units"]] == [2, 7]  # what only lacks something is a row


def test_a_formula_counts_by_its_value_and_one_without_is_told(tmp_path: Path) -> None:
    steps = after(
        {"楼栋": BUILDINGS, "房屋": [*UNITS, ["3号楼", "502", "=80+1"], ["=A2", "=B2", None]]}, tmp_path
    )

    told = refusals(steps).splitlines()
    assert [line.partition(":")[0] for line in told] == ["units (3,)", "units (4,)"]
    assert all("formula without a value" in line for line in told)


def test_a_text_that_begins_like_a_formula_is_a_text(tmp_path: Path) -> None:
    books.write(
        tmp_path / "a.xlsx", {"people": [{"person": "p-1", "name": "=1+1", "phone": "+8613800000000"}]}
    )

    (step,) = planned(read(tmp_path / "a.xlsx"))

    assert bodies([step]) == [{"name": "=1+1", "phone": "+8613800000000"}]


def test_noughts_that_only_a_format_shows_are_read(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "房屋"
    sheet.append(["楼栋", "房号", "面积"])
    sheet.append(["3", 502, 80])
    sheet["B2"].number_format = "0000"
    book.save(tmp_path / "a.xlsx")

    assert read(tmp_path / "a.xlsx").rows["units"][0].cells["unit"] == "0502"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_the_encodings_of_offices(tmp_path: Path, codec: str, delimiter: str) -> None:
    rows = [["楼栋", "房号", "面积"], ["3号楼", "0501", "89.5"], [], ["", '"2单元\n0502"', "90"]]
    text = "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    (tmp_path / "房屋.csv").write_bytes(text.encode(codec))

    found = read(tmp_path).rows["units"]

    assert [row.line for row in found] == [2, 4]
    assert found[0].cells == {"building": "3号楼", "unit": "0501", "area_m2": "89.5"}


def test_a_workbook_of_a_mac_counts_days_from_1904(tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001  openpyxl's
    sheet = book.worksheets[0]
    sheet.title = "价格"
    sheet.append(["价格编号", "类型", "生效日期", "单价"])
    sheet.append(["w", "水", 44562, 3.45])  # 2026-01-02, counted from 1904
    book.save(tmp_path / "a.xlsx")

    (body,) = bodies(planned(read(tmp_path / "a.xlsx")))

    assert body["valid_from"] == "2026-01-02"


@pytest.mark.parametrize("name", ["a.xls", "a.docx", "b.xlsx", "none.xlsx", "empty"])
def test_what_cannot_be_read_is_one_clear_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    if name not in {"none.xlsx", "empty"}:
        (tmp_path / name).write_bytes(b"no workbook")

    with pytest.raises(CommandError, match=r"\.xlsx|cannot be read|there is no"):
        sources.grids(tmp_path / name)


def test_a_sheet_without_its_needed_columns_is_told_once(tmp_path: Path) -> None:
    taken = read(workbook(tmp_path / "a.xlsx", {"车辆": [["姓名", "电话"], ["张三", "13800000000"]]}))

    assert "车牌号 (plate)" in refusals(planned(taken))


def test_the_template_is_read_as_a_form_without_rows(tmp_path: Path) -> None:
    books.write_template(tmp_path / "t.xlsx")

    taken = read(tmp_path / "t.xlsx")

    assert set(taken.rows) == {form.code for form in forms.FORMS}
    assert not any(taken.rows.values())
    assert taken.told == []
    assert {why for _, _, why in taken.aside} == {"an example"}


def test_the_example_of_the_template_is_a_good_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "EXAMPLE", "")
    books.write_template(tmp_path / "t.xlsx")

    assert refusals(planned(read(tmp_path / "t.xlsx"), Standing(ZONE))) == ""
