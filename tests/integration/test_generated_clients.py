"""Clients that others generate from the OpenAPI document: made without a warning, and ten routes called."""

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from linli_cli.interfaces.openapi import document
from linli_cli.layout import ROOT
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.neighbourhood import furnish
from tests.integration.people import STRANGER, WILLOW_MANAGER, WILLOW_RESIDENT, member
from tests.integration.served import serving

PEOPLE = {
    "manager": WILLOW_MANAGER,
    "resident": WILLOW_RESIDENT,
    "guard": member("willow-guard-1", "willow", "guard"),
    "stranger": STRANGER,
}
SERVICES = ("directory", "access", "maintenance")
WEB = ROOT / "functions" / "console" / "web" / "node_modules"
HERE = Path(__file__).parent / "clients"


@pytest.fixture
def url(service: Service, http: Http, invoke: Invoke) -> Iterator[str]:
    for name in SERVICES:
        furnish(name, service(name), http, invoke)
    with serving({name: service(name) for name in SERVICES}, PEOPLE, invoke) as served:
        yield served


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    return path


@pytest.fixture
def generated(written: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of the package that openapi-python-client makes, with every warning an error."""
    settings, folder = written.parent / "settings.yaml", written.parent / "town_client"
    settings.write_text("post_hooks: []\n", encoding="utf-8")
    command = ["generate", "--path", str(written), "--meta", "none", "--output-path", str(folder)]
    done = subprocess.run(
        [
            Path(sys.executable).with_name("openapi-python-client"),
            *command,
            "--fail-on-warning",
            "--config",
            settings,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "arning" not in done.stdout + done.stderr
    monkeypatch.syspath_prepend(written.parent)
    return folder.name


def test_a_python_client_has_every_operation_and_calls_ten_routes(generated: str, url: str) -> None:
    def of(module: str) -> Any:
        return importlib.import_module(f"{generated}.{module}")

    def api(service: str, operation: str) -> Any:
        return of(f"api.{service}.{operation}").sync

    def asking(token: str) -> Any:
        return of("client").AuthenticatedClient(base_url=url, token=token, raise_on_unexpected_status=True)

    # Given a manager, a resident and a guard, each with a client, and every operation as a module
    models, manager, resident, guard = of("models"), asking("manager"), asking("resident"), asking("guard")
    folder = Path(of("client").__file__).parent / "api"
    declared = {one["operationId"] for methods in document()["paths"].values() for one in methods.values()}
    assert {path.stem for path in folder.rglob("*.py")} - {"__init__"} == declared

    # When they ask, change and report
    me = api("directory", "get_me")(client=resident)
    community = api("directory", "get_community")("willow", client=manager)
    people = api("directory", "list_people")("willow", client=manager, limit=2)
    building = api("directory", "create_building")(
        "willow", client=manager, body=models.Building(building="b9", name="9号楼"), idempotency_key="once"
    )
    gates = api("access", "list_gates")("willow", client=manager)
    wanted = models.GatePassAsked(
        event_id="by-guard", credential=models.GatePassAskedCredential.CARD, value="willow-resident-1-card"
    )
    asked = api("access", "ask_pass")("willow", "willow-gate-1", client=guard, body=wanted)
    invitation = models.Invitation(
        visitor_name="Wang Fang",
        valid_from=datetime(2026, 1, 5, 8, tzinfo=UTC),
        valid_until=datetime(2026, 1, 5, 20, tzinfo=UTC),
    )
    invited = api("access", "invite_visitor")("willow", client=resident, body=invitation)
    withdrawn = of("api.access.withdraw_invitation").sync_detailed(
        "willow", invited.invitation, client=resident
    )
    report = models.Report(
        category=models.ReportCategory.PLUMBING, description="The tap drips", building="b1", unit="101"
    )
    ticket = api("maintenance", "report_ticket")("willow", client=resident, body=report)
    mine = api("maintenance", "list_own_tickets")("willow", "willow-resident-1", client=resident)
    refused = api("directory", "list_people")("willow", client=resident)
    unknown = api("directory", "get_community")("willow", client=asking("stranger"))

    # Then each answer is what the document promises
    assert me.person == "willow-resident-1"
    assert community.community == "willow"
    assert len(people.items) == 2
    assert people.next_cursor
    assert building.name == "9号楼"
    assert {each.gate for each in gates.items} == {"willow-gate-1", "willow-gate-2"}
    assert asked.open_ is True
    assert withdrawn.status_code == 204
    assert ticket.ticket in {each.ticket for each in mine.items}
    assert isinstance(ticket.created_at, datetime)
    assert (refused.type_, refused.status) == ("urn:linli:problem:forbidden", 403)
    assert unknown.type_ == "urn:linli:problem:not-found"


@pytest.mark.skipif(not shutil.which("node"), reason="Node is not there, which only the pages need")
@pytest.mark.skipif(not (WEB / "openapi-typescript").exists(), reason="the pages' packages are not installed")
def test_typescript_types_are_made_without_a_warning_and_ten_routes_compile_and_answer(
    written: Path, url: str
) -> None:
    # Given types of the document, and a program that calls ten routes, below where its packages are found
    folder = written.parent
    (folder / "node_modules").symlink_to(WEB)
    shutil.copy(HERE / "ten_routes.ts", folder)
    (folder / "package.json").write_text('{"type": "module"}')
    made = run("openapi-typescript", str(written), "--output", "schema.ts", where=folder)
    assert "⚠" not in made
    assert "arning" not in made

    # When it is compiled as strictly as can be, and run
    strict = ["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--skipLibCheck"]
    modern = ["--target", "es2022", "--module", "nodenext", "--lib", "es2023,dom"]
    run("tsc", *strict, *modern, "ten_routes.ts", where=folder)
    said = subprocess.run(
        ["node", "ten_routes.js", url], cwd=folder, capture_output=True, text=True, check=False
    )

    # Then every call was answered as the types say
    assert said.returncode == 0, said.stdout + said.stderr
    assert json.loads(said.stdout) == {
        "me": "willow-resident-1",
        "community": "willow",
        "people": 2,
        "building": "9号楼",
        "gates": 2,
        "open": True,
        "withdrawn": 204,
        "mine": True,
        "refused": "urn:linli:problem:forbidden",
        "unknown": "urn:linli:problem:not-found",
    }


def run(program: str, *arguments: str, where: Path) -> str:
    """What a program of the pages' packages says. It has to succeed."""
    done = subprocess.run(
        [WEB / ".bin" / program, *arguments], cwd=where, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
