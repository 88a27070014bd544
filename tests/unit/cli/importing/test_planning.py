"""From rows to what is done: kept, the same, or refused and why."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.directory.people.identities import identity_of
from linli_cli.importing import forms
from linli_cli.importing.cells import Cell
from linli_cli.importing.forms import Form
from linli_cli.importing.grids import Row, Taken
from linli_cli.importing.standing import Standing
from tests.unit.cli.importing.sheets import ZONE, after, bodies, empty, planned, refusals

PEOPLE = [["人员编号", "姓名", "手机号"], [None, "张三", "13800001111"]]
HOMES = {
    "楼栋": [["楼栋"], ["3号楼"]],
    "房屋": [["楼栋", "房号", "面积"], ["3号楼", "0502", 89.5], ["3号楼", "601", 90]],
}
MEMBERS = ["姓名", "手机号", "身份", "楼栋", "房号"]
METERS = ["表号", "类型", "楼栋", "房号", "安装日期", "初始读数", "计量单位"]


WRONG = (
    "unit) *: no id",
    "area_m2) *: is no number",
    "phone) *: is no telephone",
    "name) *: is empty",
    "meter) *: is no id",
    "medium) *: is none of 水 (water)",
    "installed_at): is no day",
    "reading): is no number",
    "plate) *: is no plate",
    "neither a phone",
    "device) *: is no id",
    "kind) *: is none of",
)


def lived_in() -> Standing:
    """A building with two units, and two people who have one phone."""
    return Standing(
        ZONE,
        buildings={"3": {"building": "3", "name": "春风苑3号楼"}},
        units={"3": {"0502": {"unit": "0502", "area_m2": "89.50"}, "601": {"unit": "601", "area_m2": "90"}}},
        people={
            "p-old": {"person": "p-old", "name": "李四", "phone": "138 0000 2222"},
            "p-son": {"person": "p-son", "name": "李小四", "phone": "+8613800002222"},
        },
        memberships={
            "p-old": {"person": "p-old", "roles": ["resident"], "homes": [{"building": "3", "unit": "0502"}]}
        },
    )


def outcomes(sheets: dict[str, Any], tmp_path: Path, standing: Standing | None = None) -> list[str]:
    return [each.outcome for each in after(sheets, tmp_path, standing)]


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    sheets = {
        "房屋": [["楼栋", "房号", "面积"], ["东区", "好", "many"], ["9", "1", -3]],
        "人员": [["姓名", "手机号"], ["张三", "12"], [None, 1.38e10]],
        "表具": [METERS, ["表 1!", "汽油", "3", None, "soon", "x", "斤"]],
        "车辆": [["车牌号", "手机号"], ["无", None]],
        "设备": [["设备编号", "设备类型"], ["Gate_1", "机器人"]],
    }

    told = refusals(after(sheets, tmp_path))

    assert len(told.splitlines()) == 7, told
    for column in WRONG:
        assert column in told, column


def test_leading_noughts_that_a_sheet_lost_are_found_again(tmp_path: Path) -> None:
    sheets = HOMES | {"住户关系": [MEMBERS, ["张三", 13800001111, "业主", 3, 502]]}

    steps = after(sheets, tmp_path)

    assert refusals(steps) == ""
    assert bodies(steps)[-1]["homes"] == [{"building": "3", "unit": "0502"}]


@pytest.mark.parametrize("unit", ["0502", 502, "０５０２", "502室"])
def test_a_unit_that_stands_is_the_same_in_each_spelling(tmp_path: Path, unit: str | int) -> None:
    sheets = {"房屋": [["楼栋", "房号", "面积"], ["春风苑3号楼", unit, "89.50"]]}

    (step,) = after(sheets, tmp_path, lived_in())

    assert (step.outcome, step.what) == ("same", "3/0502") or bodies([step]) == [{"name": "502室"}]


def test_a_corrected_area_is_the_only_thing_that_is_changed(tmp_path: Path) -> None:
    sheets = {"房屋": [["楼栋", "房号", "面积"], ["3", "0502", 91]]}

    assert bodies(after(sheets, tmp_path, lived_in())) == [{"area_m2": "91"}]


def test_one_person_in_two_spellings_of_a_phone_is_one(tmp_path: Path) -> None:
    rows = [*PEOPLE, [None, "张　三", "+86 138-0000-1111"]]

    steps = after({"人员": rows}, tmp_path)

    assert [each.outcome for each in steps] == ["keep", "same"]
    assert "as in line 2" in steps[1].detail


def test_two_names_in_one_cell_are_not_one_person(tmp_path: Path) -> None:
    rows = [["姓名", "手机号"], ["张三\n李四", "13800001111"], [" 王五 \n", "12"]]

    told = refusals(after({"人员": rows}, tmp_path))

    assert told.count("one person a row") == 1
    assert told.count("is no telephone number") == 1, "each fault of a cell is told once"


def test_one_phone_under_two_names_is_asked_about_and_never_guessed(tmp_path: Path) -> None:
    assert "under another name" in refusals(
        after({"人员": [*PEOPLE, [None, "张小三", "13800001111"]]}, tmp_path)
    )
    assert outcomes({"人员": [*PEOPLE, ["zhang-2", "张小三", "13800001111"]]}, tmp_path) == ["keep", "keep"]


def test_who_stands_is_not_renamed_by_a_phone_alone(tmp_path: Path) -> None:
    head = ["人员编号", "姓名", "手机号"]

    assert "under another name" in refusals(
        after({"人员": [head, [None, "王五", "13800002222"]]}, tmp_path, lived_in())
    )
    steps = after({"人员": [head, ["p-old", "李肆", "13800002222"]]}, tmp_path, lived_in())
    assert bodies(steps) == [{"name": "李肆", "phone": "+8613800002222"}]


def test_a_phone_that_stands_in_another_spelling_is_the_same(tmp_path: Path) -> None:
    assert outcomes({"人员": [["姓名", "手机号"], ["李四", "13800002222"]]}, tmp_path, lived_in()) == ["same"]


def test_one_person_with_two_homes_and_three_roles_is_one_membership(tmp_path: Path) -> None:
    rows = [
        MEMBERS,
        ["张三", "13800001111", "业主", "3号楼", "0502"],
        ["张三", "138 0000 1111", "保安、维修", "3", "601"],
        ["王五", "13800003333", "住户", "3", "601"],
    ]

    steps = after(HOMES | {"住户关系": rows}, tmp_path)

    assert refusals(steps) == ""
    body = next(each for each in bodies(steps) if "roles" in each)
    assert body["roles"] == ["guard", "repairer", "resident"]
    assert [each["unit"] for each in body["homes"]] == ["0502", "601"]
    assert [each.lines for each in steps if each.form == "memberships" and each.lines] == [(2, 3), (4,)]


def test_an_import_adds_and_takes_nothing_away(tmp_path: Path) -> None:
    rows = [["人员编号", "身份", "楼栋", "房号"], ["p-old", "保安", "3", "601"]]

    (body,) = bodies(after({"住户关系": rows}, tmp_path, lived_in()))

    assert body == {
        "roles": ["guard", "resident"],
        "homes": [{"building": "3", "unit": "0502"}, {"building": "3", "unit": "601"}],
    }


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["李四", "13800002222", "家属", "3", "601"], "says not whether they live there"),
        (["李四", "13800002222", "住户", "3", "999"], "there is no unit 999"),
        (["李四", "13800002222", "住户", "7", "601"], "there is no building 7"),
        (["李四", "13800002222", "住户", "3", None], "one of them is empty"),
        (["王五", "13800002222", "住户", "3", "601"], "under another name"),
        ([None, "13800002222", "住户", "3", "601"], "several people have this phone"),
        ([None, "13900000000", "住户", "3", "601"], "nobody here has this phone"),
        (["李四", None, "住户", "3", "601"], "neither a phone nor an id"),
        (["李四", "13800002222", "总统", "3", "601"], "is none of 住户 (resident)"),
    ],
)
def test_a_membership_that_cannot_be_told_is_refused_with_the_reason(
    tmp_path: Path, row: list[str], why: str
) -> None:
    assert why in refusals(after({"住户关系": [MEMBERS, row]}, tmp_path, lived_in()))


SIGN_INS = ["姓名", "手机号", "登录码", "登录服务", "sub"]
LI, ISSUER, CODE = ("李四", "13800002222"), "https://id.example.com/", "u-" + "abcd2345" * 4


def test_a_member_signs_in_as_what_their_issuer_calls_them(tmp_path: Path) -> None:
    rows = [
        SIGN_INS,
        [*LI, None, ISSUER, "auth0|5F7c"],
        [*LI, f"U-{CODE[2:]}".replace("2345", "2345 "), None, None],
    ]

    steps = after({"登录账号": rows}, tmp_path, lived_in())

    assert bodies(steps) == [{"issuer": ISSUER, "subject": "auth0|5F7c"}, {"identity": CODE}]
    assert [each.what for each in steps] == [identity_of(ISSUER, "auth0|5F7c"), CODE]


def test_who_comes_with_the_same_file_signs_in_when_they_are_a_member(tmp_path: Path) -> None:
    sheets = {
        "住户关系": [["姓名", "手机号", "身份"], ["王五", "13800003333", "保安"]],
        "登录账号": [SIGN_INS, ["王五", "13800003333", CODE, None, None]],
    }

    *_, last = after(sheets, tmp_path, lived_in())

    assert (last.outcome, last.needs) == ("keep", (("people", "p1"), ("memberships", "p1")))


def test_what_a_member_signs_in_with_already_is_the_same(tmp_path: Path) -> None:
    standing = lived_in()
    standing.identities = {"p-old": [identity_of(ISSUER, "a|B")]}
    rows = [SIGN_INS, [*LI, None, ISSUER, "a|B"], [*LI, None, ISSUER, "p-old"], [*LI, None, ISSUER, "A|b"]]

    assert outcomes({"登录账号": rows}, tmp_path, standing) == ["same", "same", "keep"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ([*LI, CODE, ISSUER, "a|B"], "identity"),
        ([*LI, None, ISSUER, None], "identity"),
        ([*LI, None, None, "a|B"], "identity"),
        ([*LI, None, None, None], "identity"),
        ([*LI, "周桂兰", None, None], "identity"),
        ([*LI, None, ISSUER, "周桂兰"], "subject"),
        ([*LI, None, ISSUER, 110169484474386276334], "write it as a text"),
        (["李小四", "13800002222", CODE, None, None], "has to be a member"),
        (["王五", "13900000000", CODE, None, None], "nobody here has this phone"),
        ([None, None, CODE, None, None], "neither a phone nor an id"),
    ],
    ids=str,
)
def test_a_sign_in_that_cannot_be_told_is_refused_with_the_reason(
    tmp_path: Path, row: list[Any], why: str
) -> None:
    assert why in refusals(after({"登录账号": [SIGN_INS, row]}, tmp_path, lived_in()))


def test_two_people_do_not_sign_in_with_the_same(tmp_path: Path) -> None:
    sheets = {
        "住户关系": [["姓名", "手机号", "身份"], ["王五", "13800003333", "保安"]],
        "登录账号": [
            SIGN_INS,
            [*LI, CODE, None, None],
            ["王五", "13800003333", CODE, None, None],
            [*LI, CODE, None, None],
        ],
    }

    *_, first, other, again = after(sheets, tmp_path, lived_in())

    assert [each.outcome for each in (first, other, again)] == ["keep", "refused", "same"]
    assert "line 2 says otherwise" in other.detail


def test_a_plate_is_enrolled_for_its_holder_whole_days(tmp_path: Path) -> None:
    rows = [
        ["姓名", "手机号", "车牌", "有效期起", "有效期止"],
        ["李四", "13800002222", "京a·12345", "2026年1月5日", "2026/12/31"],
    ]

    (body,) = bodies(after({"车辆": rows}, tmp_path, lived_in()))

    assert body == {
        "kind": "plate",
        "value": "京A12345",
        "valid_from": "2026-01-04T16:00:00.000Z",
        "valid_until": "2026-12-31T16:00:00.000Z",
    }


def test_a_meter_is_of_as_many_rows_as_registers(tmp_path: Path) -> None:
    rows = [
        [*METERS, "寄存器"],
        ["e-1", "电", "3", "601", "2026-01-05", 10, "度", "1-0:1.8.1"],
        ["e-1", "电", "3", "601", "2026-01-05", 20.5, "kWh", "1-0:1.8.2"],
    ]

    (body,) = bodies(after({"表具": rows}, tmp_path, lived_in()))

    assert [each["obis"] for each in body["registers"]] == ["1-0:1.8.1", "1-0:1.8.2"]
    assert [each["value"] for each in body["initial"]] == ["10", "20.5"]
    assert (body["home"], body["installed_at"]) == ("3/601", "2026-01-04T16:00:00.000Z")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["w", "水", "3", "601", "2026-01-05", 1, "度"], "meters of water count in m3"),
        (["w", "水", "3", "601", "2026-01-05", "1 kWh", None], "another unit"),
        (
            ["w", "水", None, None, "2026-01-05", 1, None],
            "of a home (building and unit) or of something shared",
        ),
        (["w", "水", "3", "601", "2026-01-05", 12.34567, None], "more than 4 decimal places"),
        (["w", "水", "3", "601", "2026-01-05", -1, None], "greater than or equal to 0"),
        (["w", "水", "3", "601", "2026-01-05", "123456.7", None], "cannot show"),
        (["w", "水", "3", "601", "2026-01-05", "12.3456", None], "cannot show"),
        (["w-1", "水", "3", "601", "2099-01-05", None, None], "installed_at: more than a day ahead"),
    ],
)
def test_a_meter_that_cannot_be_is_refused_with_the_reason(
    tmp_path: Path, row: list[object], why: str
) -> None:
    assert why in refusals(after({"表具": [METERS, row]}, tmp_path, lived_in()))


def test_a_meter_that_stands_otherwise_is_told_and_not_changed(tmp_path: Path) -> None:
    stands = lived_in()
    register = {"obis": "8-0:1.0.0", "digits": 5, "decimals": 3, "multiplier": "1", "billed": True}
    stands.meters["w"] = {
        "meter": "w", "medium": "water", "home": "3/601", "registers": [register],
        "installed_at": "2026-01-04T16:00:00.000Z",
    }  # fmt: skip

    assert outcomes(
        {"表具": [METERS, ["w", "水", "3", "601", "2026-01-05", None, "吨"]]}, tmp_path, stands
    ) == ["same"]
    assert outcomes({"表具": [METERS, ["w", "水", "3", "601", None, None, None]]}, tmp_path, stands) == [
        "same"
    ]
    told = refusals(
        after({"表具": [METERS, ["w", "水", "3", "0502", "2025-12-05", None, None]]}, tmp_path, stands)
    )
    assert "another home, installed_at" in told


def test_steps_and_parts_of_the_day_make_one_tariff(tmp_path: Path) -> None:
    head = ["价格编号", "类型", "生效日期", "单价", "阶梯上限", "阶梯周期", "时段", "时段开始", "时段结束"]
    rows = [
        head,
        ["water", "水", "2026-01-01", 3.45, 180, "年"],
        ["water", "水", "2026/1/1", 4.83, None, "年"],
        ["power", "电", "2026年1月1日", 0.56, None, None, "峰", "08:00", "22:00"],
        ["power", "电", "2026-01-01", 0.36, None, None, "谷", "22:00", "8:00"],
        ["gas", "天然气", "2026-01-01", "2.63元/m3"],
    ]

    steps = after({"价格": rows}, tmp_path)

    assert refusals(steps) == ""
    water, power, gas = bodies(steps)
    assert water["tiers"] == [{"up_to": "180", "price": "3.45"}, {"price": "4.83"}]
    assert water["tiered_by"] == "year"
    assert [(each["name"], each["since"], each["until"]) for each in power["windows"]] == [
        ("peak", "08:00", "22:00"),
        ("valley", "22:00", "08:00"),
    ]
    assert gas["price"] == "2.63"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (
            [["w", "水", "2026-01-01", 3, 200, None], ["w", "水", "2026-01-01", 4, 100, None]],
            "each reaches further",
        ),
        (
            [["w", "水", "2026-01-01", 3, None, None], ["w", "水", "2026-01-01", 4, None, None]],
            "none of which says",
        ),
        ([["w", "水", "2026-01-01", None, None, None]], "price): is empty"),
        (
            [["w", "水", "2026-01-01", 3, 100, "月"], ["w", "水", "2026-01-01", 4, None, "年"]],
            "rows of this tariff differ",
        ),
    ],
)
def test_a_tariff_that_cannot_be_is_refused_with_the_reason(
    tmp_path: Path, rows: list[list[object]], why: str
) -> None:
    head = ["价格编号", "类型", "生效日期", "单价", "阶梯上限", "阶梯周期"]

    assert why in refusals(after({"价格": [head, *rows]}, tmp_path))


@pytest.mark.parametrize(
    ("status", "kind", "why"),
    [("active", "camera", "registered as a gate"), ("revoked", "gate", "it was revoked")],
)
def test_a_device_that_stands_otherwise_is_refused(tmp_path: Path, status: str, kind: str, why: str) -> None:
    stands = empty()
    stands.devices["g-1"] = {"device": "g-1", "kind": "gate", "status": status}

    assert why in refusals(after({"设备": [["设备编号", "设备类型"], ["g-1", kind]]}, tmp_path, stands))


def test_what_waits_for_what_is_said(tmp_path: Path) -> None:
    steps = after(HOMES | {"住户关系": [MEMBERS, ["张三", "13800001111", "业主", "3", "601"]]}, tmp_path)

    made = {each.makes for each in steps if each.makes}
    needed = {each for step in steps for each in step.needs}
    assert needed <= made
    assert ("units", "3/601") in needed


def test_a_place_that_stands_under_another_id_is_found_by_its_name(tmp_path: Path) -> None:
    stands = lived_in()
    stands.units["3"]["x-9"] = {"unit": "x-9", "name": "2单元0502", "area_m2": "70"}

    (step,) = after({"房屋": [["楼栋", "房号", "面积"], ["春风苑3号楼", "2单元0502", 70]]}, tmp_path, stands)

    assert (step.outcome, step.what) == ("same", "3/x-9")


NOBODYS: tuple[Cell, ...] = (
    "nan",
    "-Infinity",
    "1e999999999",
    float("nan"),
    float("inf"),
    1e308,
    10**5000,
    "9" * 5000,
    "x" * 2_000_000,
    "0001-01-01",
    "9999-12-31",
    date(9995, 1, 1),
    date.max,
    datetime(9999, 12, 31, 23, 59),  # noqa: DTZ001  a cell has no zone
    "9999-12-31T23:59:59-12:00",
    timedelta(days=-99999),
    "十十号楼",
    "十五六栋",
    "二三十单元",
    "\x00",
    "½",
    "＝1+1",
    "/",
    True,
)
"""What real sheets hold besides what was asked for: times that mean never, sums gone wrong, pasted pages."""


@pytest.mark.parametrize("form", forms.FORMS, ids=lambda form: form.code)
def test_no_cell_whatever_it_holds_ends_the_import(form: Form) -> None:
    examples = {each.code: [_filled_in(each)] for each in forms.FORMS}

    for column in form.columns:
        for cell in NOBODYS:
            one = _filled_in(form)
            row = Row(form, 3, one.cells | {column.code: cell})
            told = planned(Taken({**examples, form.code: [row, one]}))
            assert {line for step in told if step.form == form.code for line in step.lines} == {2, 3}


@given(
    form=st.sampled_from(forms.FORMS),
    cells=st.lists(
        st.none() | st.text() | st.integers() | st.floats() | st.datetimes() | st.times() | st.timedeltas(),
        min_size=20,
        max_size=20,
    ),
)
def test_no_row_whatever_it_holds_ends_the_import(form: Form, cells: list[Cell]) -> None:
    held: dict[str, Cell] = {
        column.code: cell for column, cell in zip(form.columns, cells, strict=False) if cell is not None
    }

    told = planned(Taken({form.code: [Row(form, 2, held)]}))

    assert [step.lines for step in told if step.form == form.code] == [(2,)]


def _filled_in(form: Form) -> Row:
    return Row(form, 2, {each.code: each.example for each in form.columns if each.example})
