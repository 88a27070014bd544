"""How the tests are shared out among processes."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """End-to-end tests go to one process, since they share a local cloud; others go file by file."""
    for item in items:
        group = "town" if "e2e" in item.path.parts else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))
