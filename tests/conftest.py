"""How the tests are shared out among processes."""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling


class OneTown(LoadFileScheduling):
    """File by file, but end-to-end tests all in one process, since they share a local cloud.

    It is what xdist's groups are for, which pytest 9.2 no longer hears of:
    https://github.com/pytest-dev/pytest-xdist/issues/1386
    """

    def _split_scope(self, nodeid: str) -> str:
        return "town" if nodeid.startswith("tests/e2e/") else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneTown:
    return OneTown(config, log)
