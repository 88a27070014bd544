"""Files as offices save them: what is taken in, what is set aside, and that all of it is told."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

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


PERSON = [["姓名", "手机号", "备注"], ["张三", "13800001111", "好"]]
SHEET = "xl/worksheets/sheet1.xml"
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
FOREIGN = DOCTYPE + b'<!ENTITY x SYSTEM "file:///etc/hostname">]>'
LAUGHS = DOCTYPE + b"".join(
    b'<!ENTITY a%d "%s">' % (depth, (b"&a%d;" % (depth - 1) if depth else b"&a;") * 10) for depth in range(9)
)


def rewritten(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with its sheet's XML changed."""
    with ZipFile(path) as packed:
        parts = {each.filename: packed.read(each) for each in packed.infolist()}
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, change(part) if name == SHEET else part)
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml[:-40],
        lambda xml: LAUGHS + b"]>" + xml.replace(b"</t>", b"&a8;</t>", 1),
        lambda xml: FOREIGN + xml.replace(b"</t>", b"&x;</t>", 1),
        lambda xml: xml.replace(b"</sheetData>", b'<row r="9"><c r="A9"><v>NaN</v></c></row></sheetData>'),
        lambda xml: xml.replace(b"</sheetData>", b" " * 100_000_000 + b"</sheetData>"),
        lambda xml: xml.replace(
            b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A3:A1048576"/></mergeCells>'
        ),
    ],
    ids=["cut off", "entities of entities", "a file of ours", "no number", "a bomb", "merged to the end"],
)
def test_a_workbook_that_is_made_to_harm_is_one_clear_line(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    path = rewritten(workbook(tmp_path / "a.xlsx", {"人员": PERSON}), change)

    with pytest.raises(CommandError, match=r"a\.xlsx") as refused:
        read(path)

    assert str(refused.value).count("\n") == 0


def test_an_archive_that_was_damaged_on_its_way_is_one_clear_line(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"人员": PERSON})
    with ZipFile(path) as packed:
        begins = packed.getinfo(SHEET).header_offset + 30 + len(SHEET) + 10
    damaged = bytearray(path.read_bytes())
    damaged[begins : begins + 20] = b"\xff" * 20
    path.write_bytes(damaged)

    with pytest.raises(CommandError, match="cannot be read as a workbook"):
        read(path)


def test_a_format_at_the_end_of_a_sheet_is_no_million_of_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"人员": PERSON})
    book = load_workbook(path)
    book.worksheets[0].cell(1_048_576, 16_384).font = Font(bold=True)
    book.save(path)

    (grid,) = sources.grids(path)

    assert [line.cells for line in grid.lines] == PERSON


def test_a_hidden_sheet_is_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"人员": PERSON, "x": []})
    book = load_workbook(path)
    book.worksheets[0].sheet_state = "hidden"
    book.save(path)

    assert read(path).told == ["people: is a hidden sheet (人员), imported"]


LEFT_OPEN = (
    '姓名,手机号,备注\n张三,13800001111,"漏水\n李四,13800001112,\n王五,13800001113,{}\n赵六,13800001114,\n'
)


def test_a_quotation_mark_that_is_never_closed_swallows_no_rows(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(LEFT_OPEN.format(""), encoding="utf-8")

    with pytest.raises(CommandError, match=r"people\.csv, line 2: a quotation mark"):
        read(tmp_path)


def test_rows_between_two_stray_quotation_marks_are_not_lost_silently(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(LEFT_OPEN.format('"'), encoding="utf-8")

    steps = planned(read(tmp_path))

    assert [(each.lines, each.outcome) for each in steps] == [((2,), "refused"), ((5,), "keep")]
    assert "quotation mark" in refusals(steps)


def test_a_remark_of_several_lines_is_one_cell(tmp_path: Path) -> None:
    said = '姓名,手机号,备注\n张三,13800001111,"漏水, 又\n停水, 再来"\n李四,13800001112,\n'
    (tmp_path / "people.csv").write_text(said, encoding="utf-8")

    assert [(each.lines, each.outcome) for each in planned(read(tmp_path))] == [
        ((2,), "keep"),
        ((4,), "keep"),
    ]


@pytest.mark.parametrize("title", ["柳岸花园住户，名单", "sep=;", "制表：张三, 李四, 王五, 赵六"])
def test_a_title_does_not_say_what_stands_between_cells(tmp_path: Path, title: str) -> None:
    said = f"{title}\n姓名;手机号\n张三;13800001111\n李四;13800001112\n"
    (tmp_path / "people.csv").write_text(said, encoding="utf-8")

    assert len(read(tmp_path).rows["people"]) == 2


def test_a_folder_holds_csv_files_and_workbooks_alike(tmp_path: Path) -> None:
    workbook(tmp_path / "人员.xlsx", {"人员": PERSON})
    workbook(tmp_path / "~$人员.xlsx", {"人员": PERSON})
    (tmp_path / "buildings.csv").write_text("楼栋\n3号楼\n", encoding="utf-8")
    (tmp_path / "units.csv").mkdir()

    taken = read(tmp_path)

    assert {form: len(rows) for form, rows in taken.rows.items()} == {"people": 1, "buildings": 1}


def test_a_pasted_page_in_a_cell_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        f'姓名,手机号\n张三,"{"x" * 2_000_000}"\n李四,13800001112\n', encoding="utf-8"
    )

    assert [(each.lines, each.outcome) for each in planned(read(tmp_path))] == [
        ((2,), "refused"),
        ((3,), "keep"),
    ]
