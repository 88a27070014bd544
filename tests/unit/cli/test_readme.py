"""The table of README.md."""

import pytest

from linli_cli.develop.actions import actions
from linli_cli.documents.readme import BEGIN, BEGIN_SERVICES, END, END_SERVICES, renewed, table, with_table
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT


def test_table_has_a_line_with_a_sample_for_every_action() -> None:
    lines = table().splitlines()[2:]
    assert len(lines) == len(actions())
    for action, line in zip(actions(), lines, strict=True):
        trigger, name, folder, sample = (cell.strip() for cell in line.strip("|").split(" | "))
        assert trigger
        assert name == f"`{action.title}`"
        for link in (folder, sample):
            assert (ROOT / link.rpartition("(")[2].rstrip(")")).exists()


def test_only_what_is_between_the_marks_is_replaced() -> None:
    assert with_table(f"a\n{BEGIN}\nold\n{END}\nb", "new") == f"a\n{BEGIN}\nnew\n{END}\nb"


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(CommandError, match="no place for the table"):
        with_table("a", "new")


def test_a_new_service_is_listed() -> None:
    page = f"{BEGIN}{END} {BEGIN_SERVICES}{END_SERVICES}"
    assert f"{BEGIN_SERVICES}[access](functions/access/README.md), " in renewed(page)
