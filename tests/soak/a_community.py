"""A workbook of a whole community, as an office would fill it in: homes, two people each, meters, devices."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

BUILDINGS, FLOORS, FLATS = 10, 25, 4
MEDIA = (("水", "water", "吨"), ("电", "power", "度"), ("燃气", "gas", "立方米"))
DEVICES = 500
KINDS = (("门禁", "gate"), ("红外", "motion"), ("门磁", "door"), ("呼叫按钮", "button"), ("摄像头", "camera"))
CARS = 600
FAMILY_NAMES, GIVEN_NAMES = "王李张刘陈杨黄赵吴周", "伟芳娜敏静丽强磊军洋"
HOMES = BUILDINGS * FLOORS * FLATS


def homes() -> Iterator[tuple[str, str]]:
    """1,000 of them."""
    for building in range(1, BUILDINGS + 1):
        for floor in range(1, FLOORS + 1):
            for flat in range(1, FLATS + 1):
                yield f"{building}号楼", f"{floor:02}{flat:02}"


def people() -> Iterator[tuple[str, str]]:
    """Two for each home: names and phones."""
    for number in range(HOMES * 2):
        family, given = FAMILY_NAMES[number % 10], GIVEN_NAMES[number // 10 % 10]
        yield f"{family}{given}{GIVEN_NAMES[number // 100 % 10]}", f"139{number:08}"


def sheets() -> Mapping[str, Sequence[Sequence[Any]]]:
    """The sheets with their headings."""
    known = list(people())
    lived_in = list(homes())
    of_home = [(known[at * 2 + one], home) for at, home in enumerate(lived_in) for one in (0, 1)]
    meters = [
        (f"{code}-{building.removesuffix('号楼')}-{unit}", medium, building, unit, "2026-01-01", 0, counted)
        for building, unit in lived_in
        for medium, code, counted in MEDIA
    ]
    devices = [
        (f"oak-{code}-{number}", kind, *(("garden", "双向") if code == "gate" else (None, None)))
        for number in range(1, DEVICES // len(KINDS) + 1)
        for kind, code in KINDS
    ]
    return {
        "小区": [("小区名称", "街道"), ("橡树湾", "riverside")],
        "楼栋": [("楼栋", "楼栋名称"), *((f"{n}号楼", f"橡树湾{n}号楼") for n in range(1, BUILDINGS + 1))],
        "房屋": [("楼栋", "房号", "建筑面积"), *((*home, 89.5) for home in lived_in)],
        "人员": [("姓名", "手机号"), *known],
        "住户关系": [("手机号", "姓名", "身份", "楼栋", "房号")]
        + [(phone, name, "住户", *home) for (name, phone), home in of_home],
        "设备": [("设备编号", "设备类型", "通往区域", "方向"), *devices],
        "表具": [("表号", "类型", "楼栋", "房号", "安装日期", "初始读数", "计量单位"), *meters],
        "价格": [("价格编号", "类型", "生效日期", "单价"), ("oak-water", "水", "2026-01-01", 3.45)],
        "车辆": [("手机号", "姓名", "车牌号")]
        + [(known[at * 2][1], known[at * 2][0], f"京A{at:05}") for at in range(CARS)],
    }


def write(path: Path) -> int:
    """Write the workbook; how many rows it has."""
    book, filled = Workbook(), sheets()
    book.remove(book.worksheets[0])
    for name, rows in filled.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return sum(len(rows) - 1 for rows in filled.values())
