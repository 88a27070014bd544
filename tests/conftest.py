"""How the tests are shared out among processes."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

DYNAMODB_LOCAL = "dynamodb_local"
WITHOUT_A_CLOUD = "tests/e2e/browser/test_signing_in.py"
# How fast a machine is says nothing of a rule: time is measured by tests/bench.
settings.register_profile("linli", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("linli")


class OneTown(LoadFileScheduling):
    """File by file, but end-to-end tests all in one process, since they share a local cloud.

    It is what xdist's groups are for, which pytest 9.2 no longer hears of:
    https://github.com/pytest-dev/pytest-xdist/issues/1386
    """

    def _split_scope(self, nodeid: str) -> str:
        is_of_town = nodeid.startswith("tests/e2e/") and not nodeid.startswith(WITHOUT_A_CLOUD)
        return "town" if is_of_town else super()._split_scope(nodeid)


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: that of the town waits more than it works."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneTown:
    return OneTown(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What needs Java and a download is run by whoever asks for it."""
    if DYNAMODB_LOCAL in config.option.markexpr:
        return
    asked_for = [item for item in items if item.get_closest_marker(DYNAMODB_LOCAL) is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(asked_for)])
    items[:] = asked_for


# What the actions were seen to ask of AWS is gathered from all processes, and judged if all tests of it ran.

INTEGRATION = Path(__file__).parent / "integration"
unused: list[str] = []


def _is_whole(session: pytest.Session) -> bool:
    wanted = set(INTEGRATION.glob("test_*.py"))
    option = session.config.option
    chosen = option.keyword or option.markexpr or any("::" in each for each in session.config.args)
    return not chosen and wanted <= {item.path for item in session.items}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    output = getattr(node, "workeroutput", {})
    _witness().hear_of(output.get("seen", []))
    node.config.stash[WHOLE] = output.get("whole", False)


WHOLE = pytest.StashKey[bool]()


def _witness() -> Any:
    from tests.integration import witness  # noqa: PLC0415  unit tests alone need no AWS

    return witness


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["whole"] = _is_whole(session)
        output["seen"] = _witness().testimony() if output["whole"] else []
        return
    whole = session.config.stash.get(WHOLE, None)
    if (_is_whole(session) if whole is None else whole) and not session.testsfailed:
        unused.extend(_witness().granted_and_never_called())
        if unused:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in unused:
        terminalreporter.write_line(f"FAILED least privilege: {line}", red=True)
