"""A community brought in from a workbook: checked, imported, imported again, broken off and gone on with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from chalice.app import Chalice
from openpyxl import Workbook

from linli.events import Event
from linli.tables import OutboxRow
from linli_cli.devices.registering import Registrar
from linli_cli.importing import commands
from linli_cli.importing.commands import Asking, Import
from linli_cli.importing.journal import Journal
from linli_cli.importing.reporting import Told
from linli_cli.operate.front_door import Answer, FrontDoor
from tests.integration.conftest import Http, Invoke, Service, enter
from tests.integration.messages import batch
from tests.integration.neighbourhood import furnish_directory, willow
from tests.integration.neighbourhood import tell as tell_facts
from tests.integration.people import WILLOW_MANAGER

SERVICES = ("directory", "access", "devices", "utilities")
Sheets = Mapping[str, Sequence[Sequence[Any]]]


class Killed(BaseException):
    """The import was killed."""


@dataclass(frozen=True)
class Town(FrontDoor):
    """The real handlers behind the front door; what the directory and the registry tell reaches access."""

    apps: dict[str, Chalice] = field(default_factory=dict)
    http: Http | None = None
    invoke: Invoke | None = None
    written: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    dies_after: list[int] = field(default_factory=list)

    def once(self, person: str, method: str, url: str, body: Any, key: str | None = None) -> Answer:
        parts = urlsplit(url)
        if method != "GET":
            if self.dies_after and len(self.written) >= self.dies_after[0]:
                raise Killed
            self.written.append(f"{method} {url}")
        headers = {} if key is None else {"Idempotency-Key": key}
        assert self.http is not None
        answer = self.http(
            self.apps[parts.netloc],
            method,
            parts.path,
            body=body,
            headers=headers,
            query=dict(parse_qsl(parts.query)),
            **WILLOW_MANAGER | {"person": person},
        )
        if method != "GET" and parts.netloc in {"directory", "devices"}:
            self.relay(parts.netloc)
        return Answer(answer.status, answer.body)

    def relay(self, service: str) -> None:
        """Let access hear of what was told."""
        enter(self.apps[service])
        rows = [row for row in OutboxRow.query("willow#outbox") if row.sk not in self.told]
        events = [Event.model_validate_json(row.event) for row in rows]
        wanted = ("membership_changed", "device_registered")
        said = [
            {
                "version": "0",
                "id": "e",
                "detail-type": each.type,
                "source": each.source,
                "detail": each.model_dump(mode="json"),
            }
            for each in events
            if each.type.split(".")[2] in wanted
        ]
        self.told.update(str(row.sk) for row in rows)
        assert self.invoke is not None
        for message in said:
            assert self.invoke(self.apps["access"], "standing", batch(message))["batchItemFailures"] == []


@pytest.fixture
def town(service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Willow with its manager, one building and one unit, as all services know it."""
    monkeypatch.setenv("LINLI_UPLOADS_BUCKET", "")
    apps = {name: service(name) for name in SERVICES}
    furnish_directory(apps["directory"], http, invoke)
    for name in ("access", "utilities", "devices"):
        tell_facts(apps[name], invoke, "standing" if name == "access" else "community", willow())
    return Town(
        {name: f"http://{name}" for name in SERVICES},
        lambda person: person,
        apps=apps,
        http=http,
        invoke=invoke,
    )


@pytest.fixture
def importing(town: Town, tmp_path: Path) -> Callable[[], Import]:
    """A new import by the manager, as the command begins one."""
    registrar = Registrar(town, None, "willow-manager-1", "willow")
    return lambda: Import(registrar, tmp_path / "keys", Journal.of(tmp_path / "journal.txt"), 1)


SHEETS: Sheets = {
    "楼栋": [["楼栋", "楼栋名称"], ["3号楼", "春风苑3号楼"]],
    "房屋": [["楼栋", "房号", "建筑面积(㎡)"], ["3号楼", "0501", 89.5], ["3号楼", 502, 120]],
    "人员": [["姓名", "手机号"], ["张三", 13800001111.0], ["李四", "138 0000 2222"]],
    "住户关系": [
        ["姓名", "电话", "身份", "楼栋", "房号"],
        ["张　三", "+86 138-0000-1111", "业主、维修", "3号楼", 501],
        ["张三", "13800001111", "住户", "3", "0502"],
        ["王五", "13800003333", "保安", None, None],
    ],
    "设备": [["设备编号", "设备类型", "通往区域", "方向"], ["willow-gate-9", "门禁", "garden", "进"]],
    "表具": [
        ["表号", "类型", "楼栋", "房号", "安装日期", "初始读数", "计量单位"],
        ["w-501", "水", "3号楼", "501", "2026年1月5日", 12.5, "吨"],
    ],
    "价格": [
        ["价格编号", "类型", "生效日期", "单价", "阶梯上限", "阶梯周期"],
        ["water-2026", "水", "2026/1/1", 3.45, 180, "年"],
        ["water-2026", "水", "2026/1/1", 4.83, 260, "年"],
        ["water-2026", "水", "2026/1/1", 5.83, None, "年"],
    ],
    "车辆": [["姓名", "电话", "车牌号"], ["张三", "13800001111", "京a·12345"]],
}  # fmt: skip
ROWS = sum(len(rows) - 1 for rows in SHEETS.values())


def workbook(path: Path, sheets: Sheets) -> Path:
    book = Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def outcomes(lines: Sequence[Told]) -> list[str]:
    return [each.outcome for each in lines]


def said(lines: Sequence[Told]) -> str:
    return "\n".join(f"{each.sheet} {each.line} {each.outcome} {each.what}: {each.why}" for each in lines)


def run(one: Import, source: Path) -> list[Told]:
    return one.run(source, lambda _: None)[1]


def test_a_check_tells_every_row_and_writes_nothing(
    town: Town, importing: Callable[[], Import], tmp_path: Path
) -> None:
    taken, lines = importing().check(workbook(tmp_path / "a.xlsx", SHEETS))

    assert outcomes(lines) == ["kept"] * ROWS, said(lines)
    assert taken.told == []
    assert town.written == []


def test_a_second_import_changes_nothing_and_says_so(
    town: Town, importing: Callable[[], Import], tmp_path: Path
) -> None:
    source = workbook(tmp_path / "a.xlsx", SHEETS)
    first = run(importing(), source)
    assert outcomes(first) == ["kept"] * ROWS, said(first)
    stands = commands.exported(Asking(town, "willow-manager-1"), "willow")

    again = run(importing(), source)

    assert outcomes(again) == ["same"] * ROWS, said(again)
    assert commands.exported(Asking(town, "willow-manager-1"), "willow") == stands
