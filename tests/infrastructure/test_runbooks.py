"""A runbook for each alarm: there is none without, its description names it, and its commands exist."""

import re
import shlex
from functools import cache

import pytest
from typer.testing import CliRunner

from linli_cli.commands import understood
from linli_cli.deploy import declared, packaging, runbooks, templates, wiring
from linli_cli.deploy.alarms import Alarm, alarms_of
from linli_cli.deploy.packaging import package
from linli_cli.errors import CommandError
from linli_cli.layout import projects, service_of, services
from linli_cli.main import app
from linli_cli.standing import runbook


@pytest.fixture(scope="module", params=services())
def alarms(request: pytest.FixtureRequest) -> list[Alarm]:
    return alarms_of(request.param)


def commands(alarm: Alarm) -> list[str]:
    """What a runbook tells to type."""
    quoted = [each for step in alarm.runbook["Do"] for each in re.findall(r"`((?:linli|aws) [^`]*)`", step)]
    return [each.partition("  #")[0] for each in [*alarm.runbook["Look"], *quoted]]


def test_no_alarm_is_without_a_runbook(alarms: list[Alarm]) -> None:
    for alarm in alarms:
        assert list(alarm.runbook) == list(runbooks.PARTS), alarm.name
        assert all(alarm.runbook[part] for part in runbooks.PARTS), alarm.name


@pytest.mark.parametrize("project", projects())
def test_the_description_of_an_alarm_as_deployed_names_its_runbook(project: str) -> None:
    packaged = package(project)
    whole = [packaging.state_template(service_of(project)), templates.load(packaged.template)]
    known = {each.name for each in alarms_of(service_of(project))}
    for template in whole:
        for _, alarm in templates.of_type(template, wiring.ALARM):
            text = templates.text_of(alarm["Properties"]["AlarmDescription"])
            named = re.search(r"linli runbook (\S+) --stage \$\{Stage\}$", text)
            assert named, text
            assert named[1] == wiring.alarm_name(alarm["Properties"])
            assert named[1] in known
            assert len(text) <= 1024


def test_a_command_of_a_runbook_is_one_that_there_is(alarms: list[Alarm]) -> None:
    for alarm in alarms:
        for command in commands(alarm):
            words = shlex.split(command)
            if words[0] == "linli":
                assert parses(words[1:]), f"{alarm.name}: {command}"


def test_what_a_runbook_looks_into_is_there(alarms: list[Alarm]) -> None:
    for alarm in alarms:
        for command in commands(alarm):
            if named := re.match(r"linli (?:logs|dlq \w+) (\S+)", command):
                assert named[1] in functions(), f"{alarm.name}: {command}"


@pytest.mark.parametrize("name", ["care-sweep-silent", "linli-prod-care-sweep-silent"])
def test_a_runbook_is_printed_with_the_commands_of_its_stage(name: str) -> None:
    told = CliRunner().invoke(app, ["runbook", name, "--stage", "prod"]).stdout

    assert "linli logs care-sweep --errors --since 1h --stage prod" in told
    assert "`linli rollback care --stage prod`" in told


@pytest.mark.parametrize("name", ["nothing", "care-nothing", "", "access-relay-backlog"])
def test_an_alarm_that_is_not_there_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(CommandError, match="there is no alarm"):
        runbook.found(name, "prod")


def parses(words: list[str]) -> bool:
    """Whether the command line has this command and takes its options."""
    command = understood(words)
    if command is None:
        return False
    known = {option for each in command.params for option in each.opts}
    return {word for word in words if word.startswith("-")} <= known


@cache
def functions() -> set[str]:
    """The names of all functions, which are those of their dead-letter queues as well."""
    called = {
        f"{service}-{each.action.replace('_', '-')}"
        for service in services()
        for each in declared.triggers(service)
    }
    everywhere = {f"{each}-relay" for each in services()} | {f"{each}-api" for each in projects()}
    return called | everywhere | {"directory-authorizer"}
