"""A community brought in from a workbook: checked, imported, imported again, broken off and gone on with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from chalice.app import Chalice
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from functions.directory.authorizer.store import known_as
from functions.directory.people.identities import identity_of
from linli.events import Event
from linli.tables import OutboxRow
from linli_cli import main
from linli_cli.devices.registering import Registrar
from linli_cli.errors import CommandError
from linli_cli.importing import books, carrying_out, commands
from linli_cli.importing.commands import Asking, Import
from linli_cli.importing.journal import Journal
from linli_cli.importing.reporting import Told
from linli_cli.operate.addresses import Addresses
from linli_cli.operate.front_door import Answer, FrontDoor
from tests.integration.conftest import Http, Invoke, Service, enter
from tests.integration.messages import batch
from tests.integration.neighbourhood import furnish_directory, willow
from tests.integration.neighbourhood import tell as tell_facts
from tests.integration.people import WILLOW_MANAGER, operator

SERVICES = ("directory", "access", "devices", "utilities")
Sheets = Mapping[str, Sequence[Sequence[Any]]]


WHO = {"willow-manager-1": WILLOW_MANAGER, "acme-operator-1": operator("acme", "willow", "oak")}


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
            **WHO[person],
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
    "登录账号": [
        ["姓名", "电话", "登录码", "登录服务", "登录服务的账号"],
        ["张三", "13800001111", None, "https://issuer.example", "auth0|5F7c8ec7"],
        ["张三", "13800001111", "U-abcd 2345 abcd 2345 abcd 2345 abcd 2345", None, None],
        ["王五", "13800003333", None, "https://issuer.example", "oABC_-d3Fg6_bQ"],
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


@pytest.mark.parametrize("writes", [4, 8, 11])
def test_an_import_that_was_killed_goes_on(
    town: Town, importing: Callable[[], Import], tmp_path: Path, writes: int
) -> None:
    source = workbook(tmp_path / "a.xlsx", SHEETS)
    town.dies_after.append(writes)
    with pytest.raises(Killed):
        run(importing(), source)
    town.dies_after.clear()

    lines = run(importing(), source)

    assert set(outcomes(lines)) <= {"kept", "same"}, said(lines)
    stands = commands.exported(Asking(town, "willow-manager-1"), "willow")
    names = [str(each["name"]) for each in stands["people"]]
    assert sorted(each for each in names if "willow" not in each) == ["张三", "李四", "王五"]
    assert [each["device"] for each in stands["devices"]] == ["willow-gate-9"]
    assert set(outcomes(run(importing(), source))) == {"same"}


def test_what_is_over_when_an_import_is_killed_stands_in_the_report(
    town: Town, importing: Callable[[], Import], tmp_path: Path
) -> None:
    town.dies_after.append(3)

    with pytest.raises(Killed):
        importing().run(workbook(tmp_path / "a.xlsx", SHEETS), lambda _: None, tmp_path / "report.csv")

    assert (tmp_path / "report.csv").read_text(encoding="utf-8-sig").splitlines()[:2] == [
        "sheet,line,outcome,what,why",
        "buildings,2,kept,3,new",
    ]


def test_keys_of_devices_are_for_their_owner_alone(
    town: Town, importing: Callable[[], Import], tmp_path: Path
) -> None:
    with commands.private_files():
        run(importing(), workbook(tmp_path / "a.xlsx", {"设备": SHEETS["设备"]}))

    folder = tmp_path / "keys"
    modes = {path.name: path.stat().st_mode & 0o777 for path in [folder, *folder.rglob("*")]}
    assert modes.pop("keys") == modes.pop("willow-gate-9") == 0o700
    assert set(modes) == {"willow-gate-9.key", "willow-gate-9.crt", "willow-gate-9.json"}
    assert set(modes.values()) == {0o600}
    assert town.written == [
        "POST http://devices/communities/willow/devices",
        "PUT http://access/communities/willow/gates/willow-gate-9",
    ]


def test_a_certificate_that_never_came_is_fetched_by_the_next_import(
    importing: Callable[[], Import], tmp_path: Path
) -> None:
    source = workbook(tmp_path / "a.xlsx", {"设备": SHEETS["设备"]})
    run(importing(), source)
    certificate = tmp_path / "keys" / "willow-gate-9" / "willow-gate-9.crt"
    before = certificate.read_text()
    certificate.unlink()

    run(importing(), source)

    assert certificate.read_text() == before


def test_a_plate_that_was_revoked_is_not_enrolled_by_an_old_file(
    town: Town, importing: Callable[[], Import], tmp_path: Path
) -> None:
    source = workbook(tmp_path / "a.xlsx", SHEETS)
    run(importing(), source)
    person = next(
        str(each["person"])
        for each in commands.exported(Asking(town, "willow-manager-1"), "willow")["people"]
        if each["name"] == "张三"
    )
    path = f"/access/communities/willow/people/{person}/credentials"
    (plate,) = town.ask("willow-manager-1", "GET", path).body["items"]
    town.ask("willow-manager-1", "DELETE", f"{path}/{plate['credential']}")

    (line,) = [each for each in run(importing(), source) if each.sheet == "vehicles"]

    assert (line.outcome, "revoked or moved since" in line.why) == ("refused", True)
    assert town.ask("willow-manager-1", "GET", path).body["items"] == []


def test_an_export_is_imported_without_a_change(
    town: Town, importing: Callable[[], Import], tmp_path: Path
) -> None:
    run(importing(), workbook(tmp_path / "a.xlsx", SHEETS))
    rows = commands.exported(Asking(town, "willow-manager-1"), "willow")

    for name in ("out.xlsx", "out"):
        books.write(tmp_path / name, rows)
        town.written.clear()
        lines = run(importing(), tmp_path / name)
        assert set(outcomes(lines)) == {"same"}, said(lines)
        assert town.written == []


@pytest.mark.usefixtures("town")
def test_what_hangs_on_a_refused_row_is_refused_and_the_rest_is_kept(
    importing: Callable[[], Import], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = Town.once

    def refusing(self: Town, person: str, method: str, url: str, body: Any, key: str | None = None) -> Answer:  # noqa: PLR0917  as it is
        if method == "PUT" and "/people/" in url and body["name"] == "张三":
            return Answer(409, {"detail": "no"})
        return once(self, person, method, url, body, key)

    monkeypatch.setattr(Town, "once", refusing)

    lines = run(importing(), workbook(tmp_path / "a.xlsx", SHEETS))

    refused = [(each.sheet, each.line) for each in lines if each.outcome == "refused"]
    assert refused == [
        ("people", 2),
        ("memberships", 2),
        ("memberships", 3),
        ("identities", 2),
        ("identities", 3),
        ("vehicles", 2),
    ], said(lines)
    assert "409 no" in said(lines)


def test_a_new_community_is_registered_by_its_company(
    town: Town, importing: Callable[[], Import], tmp_path: Path
) -> None:
    source = workbook(
        tmp_path / "a.xlsx", {"小区": [["小区名称", "街道"], ["橡树湾", "riverside"]], "楼栋": SHEETS["楼栋"]}
    )
    registrar = Registrar(town, None, "acme-operator-1", "oak")
    one = replace(importing(), registrar=registrar, company="acme")

    assert outcomes(one.check(source)[1]) == ["kept", "kept"]
    assert town.written == []
    with pytest.raises(CommandError, match="the community is registered"):  # the token is one of before
        run(one, source)
    assert outcomes(run(one, source)) == ["same", "kept"]
    assert outcomes(run(one, source)) == ["same", "same"]


@pytest.fixture
def command(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command itself."""
    urls = Addresses(endpoint="", region="", http=town.urls, mqtt=None, front=None)
    monkeypatch.setattr(commands.addresses, "of_stage", lambda *_: urls)
    monkeypatch.setattr(commands, "FrontDoor", lambda *_: town)
    monkeypatch.setattr(commands, "AT_ONCE", 1)
    monkeypatch.setenv("LINLI_HOME", str(tmp_path / "home"))
    runner = CliRunner()
    return lambda *said: runner.invoke(main.app, [*said, "--community", "willow"])


def test_the_command_tells_all_and_fails_when_a_row_is_refused(
    command: Callable[..., Result], town: Town, tmp_path: Path
) -> None:
    wrong = [*SHEETS["房屋"], ["9号楼", "101", 80], ["3号楼", "=1+1", "many"]]
    source, report = workbook(tmp_path / "a.xlsx", {**SHEETS, "房屋": wrong}), tmp_path / "report.csv"

    checked = command("import", str(source), "--check", "--at-once", "1", "--report", str(report))

    assert (checked.exit_code, town.written) == (1, []), checked.output
    assert "there is no building 9号楼" in checked.output
    assert "nothing was written" in checked.output
    told = report.read_text(encoding="utf-8-sig").splitlines()
    assert len(told) == 1 + ROWS + 2
    assert report.stat().st_mode & 0o077 == 0

    good = workbook(tmp_path / "b.xlsx", SHEETS)
    assert command("import", str(good), "--at-once", "1").exit_code == 0
    assert command("export", str(tmp_path / "out")).exit_code == 0
    assert (tmp_path / "out" / "people.csv").exists()


def test_two_imports_into_a_community_never_run_at_once(
    command: Callable[..., Result], town: Town, tmp_path: Path
) -> None:
    source = str(workbook(tmp_path / "a.xlsx", SHEETS))
    with commands.alone(tmp_path / "home" / "imports" / "local-willow.txt", "willow"):
        second = command("import", source)
        checked = command("import", source, "--check")

    assert (second.exit_code, town.written) == (1, []), second.output
    assert checked.exit_code == 0
    assert command("import", source, "--at-once", "1").exit_code == 0


def test_the_folder_that_somebody_stands_in_is_imported(
    command: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "oak"
    folder.mkdir()
    (folder / "buildings.csv").write_text("楼栋\n9号楼\n", encoding="utf-8")
    (folder / "devices.csv").write_text("设备编号,设备类型\nwillow-gate-8,门禁\n", encoding="utf-8")
    monkeypatch.chdir(folder)

    assert command("import", ".", "--at-once", "1").exit_code == 0
    assert (tmp_path / "oak-certificates" / "willow-gate-8").is_dir()


def test_no_file_of_somebody_is_written_over(
    command: Callable[..., Result], town: Town, tmp_path: Path
) -> None:
    source = workbook(tmp_path / "a.xlsx", SHEETS)
    was = source.read_bytes()

    assert command("import", "--template", str(source)).exit_code == 1
    assert command("import", str(source), "--report", str(source)).exit_code == 1
    assert (source.read_bytes(), town.written) == (was, [])


def test_what_a_service_has_not_heard_of_in_time_is_asked_again_by_the_next_import(
    town: Town, importing: Callable[[], Import], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = workbook(tmp_path / "a.xlsx", SHEETS)
    with monkeypatch.context() as deaf:
        deaf.setattr(Town, "relay", lambda *_: None)
        deaf.setattr(carrying_out, "SOON_S", 0.0)
        lines = run(importing(), source)
    waiting = [each.sheet for each in lines if each.outcome == "unanswered"]
    assert waiting == ["vehicles"], said(lines)
    for service in ("directory", "devices"):
        town.relay(service)

    again = run(importing(), source)

    assert [each.sheet for each in again if each.outcome == "kept"] == waiting, said(again)


def test_who_was_brought_in_signs_in_as_what_their_issuer_calls_them(
    town: Town, importing: Callable[[], Import], tmp_path: Path
) -> None:
    run(importing(), workbook(tmp_path / "a.xlsx", SHEETS))
    wang = next(
        str(each["person"])
        for each in commands.exported(Asking(town, "willow-manager-1"), "willow")["people"]
        if each["name"] == "王五"
    )
    enter(town.apps["directory"])

    person, grants, _ = known_as(identity_of("https://issuer.example", "oABC_-d3Fg6_bQ"))

    assert (person, grants["communities"]) == (wang, {"willow": ["guard"]})
    assert known_as("u-" + "abcd2345" * 4)[1]["communities"] == {"willow": ["repairer", "resident"]}


def test_what_somebody_else_signs_in_with_is_refused_and_the_rest_is_kept(
    importing: Callable[[], Import], tmp_path: Path
) -> None:
    heading, first, *_ = SHEETS["登录账号"]
    run(importing(), workbook(tmp_path / "a.xlsx", {**SHEETS, "登录账号": [heading, first]}))
    taken = [*first[:0], "王五", "13800003333", *first[2:]]
    free = ["王五", "13800003333", "someone-5", None, None]

    lines = run(importing(), workbook(tmp_path / "b.xlsx", {"登录账号": [heading, taken, free]}))

    assert outcomes(lines) == ["refused", "kept"]
    assert lines[0].why.startswith("409 ")
