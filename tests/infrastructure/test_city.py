"""A city on DynamoDB Local, in processes of its own: what the command plays, in the small."""

from datetime import date
from typing import Any

import pytest
from typer.testing import CliRunner

from linli_cli.errors import CommandError
from linli_cli.local.dynamodb_local import installed
from linli_cli.main import app
from simulation.city import running
from simulation.city.running import Reached, Wanted
from tests.integration.dynamodb_local import HOME
from tests.integration.dynamodb_local import running as dynamodb_local

SEED = 470


@pytest.mark.dynamodb_local
def test_two_processes_play_a_city_that_holds_together() -> None:
    with dynamodb_local():
        pass  # skipped where it cannot be
    wanted, said = Wanted((0, 1), date(2026, 1, 4), SEED), list[list[Reached]]()
    played = running.on_all_cores(wanted, installed(HOME), 2, said.append)
    assert played.contradictions == []
    assert played.tickets >= played.reports > 0
    assert said, "it tells how far it is"
    spent = [each.spent for each in played.tenths if each.tickets]
    assert all(each.read > 0 < each.written for each in spent)
    assert played.store_cpu_s > 0 < played.cpu_s


def test_what_goes_wrong_in_a_process_is_told(tmp_path: Any) -> None:
    """There is no DynamoDB Local in an empty folder."""
    wanted = Wanted((0,), date(2026, 1, 2), SEED)
    with pytest.raises(CommandError, match=r"^a process ended: "):
        running.on_all_cores(wanted, tmp_path, 1, lambda _: None)


def test_the_command_says_what_it_wants() -> None:
    assert CliRunner().invoke(app, ["simulate", "city", "--months", "13"]).exit_code == 2
