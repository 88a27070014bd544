"""The long forms: `make soak`. Each test says what it did, at the end."""

from typing import Any

from tests.integration.conftest import (  # noqa: F401  fixtures
    _dynamodb_local,
    _served_issuer,
    atomic,
    cloud,
    http,
    invoke,
    issuer,
    service,
    store,
)

DID = "did"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What each test has recorded under `did`."""
    terminalreporter.section("what was done")
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            for name, text in report.user_properties:
                if name == DID:
                    terminalreporter.write_line(f"{outcome}: {text}")
