"""A community of 1,000 homes by `linli import`, then once more, on the deployed local cloud."""

import sys
import time
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from linli_cli.cloud import LOCAL
from linli_cli.devices.registering import Registrar
from linli_cli.importing.commands import Import, Tokens
from linli_cli.importing.journal import Journal
from linli_cli.importing.reporting import OUTCOMES
from linli_cli.operate import addresses
from linli_cli.operate.front_door import FrontDoor
from tests.e2e.conftest import Town, town  # noqa: F401  the fixture
from tests.soak import a_community


def test_a_community_of_a_thousand_homes(
    town: Town,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LINLI_HOME", str(town.base))
    source = tmp_path / "oak.xlsx"
    rows = a_community.write(source)
    found = addresses.of_stage(LOCAL)
    door = FrontDoor(found.http, Tokens(LOCAL))
    table = Table("import", "seconds", *OUTCOMES)

    for which in ("first", "again"):
        registrar = Registrar(door, found.mqtt, "acme-operator-1", "oak")
        one = Import(registrar, tmp_path / "keys", Journal.of(tmp_path / "journal"), company="acme")
        begun = time.monotonic()
        lines = one.run(source, lambda _: None)[1]
        outcomes = [each.outcome for each in lines]
        took = f"{time.monotonic() - begun:.0f}"
        table.add_row(which, took, *(str(outcomes.count(each)) for each in OUTCOMES))
        assert len(lines) == rows
    Console(file=sys.__stdout__, width=110).print(table)
