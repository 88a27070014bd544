"""README.zh-CN.md is in step with README.md, and what gets out of step is named."""

from pathlib import Path

import pytest

from linli_cli.documents.readme import service_list
from linli_cli.documents.translation import CHINESE, ENGLISH, check_translation, in_chinese
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

TEXTS = {page: (ROOT / page).read_text(encoding="utf-8") for page in (ENGLISH, CHINESE)}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    for page, text in TEXTS.items():
        (tmp_path / page).write_text(text, encoding="utf-8")
    return tmp_path


def changed(root: Path, page: Path, old: str, new: str) -> None:
    assert old in TEXTS[page]
    (root / page).write_text(TEXTS[page].replace(old, new), encoding="utf-8")


def test_both_pages_are_in_step(pages: Path) -> None:
    check_translation(pages)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("## Services", "### Services", "other headings"),
        ("## Licence", "## Thanks\n\n## Licence", "other headings.*Thanks"),
        (
            "make test     #",
            "make tests    #",
            "Start it: blocks: lacks make tests #; has besides make test #",
        ),
        ("  # open the pages", "", "Try it: blocks: lacks"),
        ("linli status ", "linli urls ", "Try it: blocks"),
        ("--> relay", "--> bus", "Linli 邻里: blocks"),
        ("Python 3.11", "Python 3.12", r"Start it: numbers: lacks 3\.12; has besides 3\.11"),
        ("`make reset` forgets", "`make down` forgets", "Start it: code"),
        ("(localstack/README.md).\n\n## Try", "(localstack).\n\n## Try", "Start it: links"),
        (
            "| know what it costs",
            "| know more | much |\n| know what it costs",
            "next: table rows: lacks 2 columns",
        ),
        ("[docs/cost.md](docs/cost.md)", "[docs/cost.md](docs/scale.md)", "next: table rows"),
        ("[中文](README.zh-CN.md)\n", "", r"README\.md: no link to README\.zh-CN\.md at its top"),
    ],
)
def test_what_is_changed_in_one_language_alone_is_named(pages: Path, old: str, new: str, named: str) -> None:
    changed(pages, ENGLISH, old, new)
    with pytest.raises(CommandError, match=named):
        check_translation(pages)


def test_rows_that_changed_places_are_out_of_step(pages: Path) -> None:
    first, second = (line for line in TEXTS[CHINESE].splitlines() if line.startswith(("| 查领", "| 了解两")))
    changed(pages, CHINESE, f"{first}\n{second}", f"{second}\n{first}")
    with pytest.raises(CommandError, match="table rows: in another order"):
        check_translation(pages)


def test_the_chinese_page_leads_back(pages: Path) -> None:
    changed(pages, CHINESE, "[English](README.md)\n", "")
    with pytest.raises(CommandError, match=r"README\.zh-CN\.md: no link to README\.md at its top"):
        check_translation(pages)


def test_a_comment_in_a_block_is_no_heading(pages: Path) -> None:
    for page, text in TEXTS.items():
        told = text.replace("```\nmake up", f"```\n# {page} says it\nmake up", 1)
        (pages / page).write_text(told, encoding="utf-8")
    check_translation(pages)


def test_the_table_of_services_is_told_in_chinese_from_the_same_docstrings() -> None:
    lines = service_list(ROOT, chinese=True).splitlines()
    assert lines[0] == "| 服务 | 做什么 | 动作 |"
    assert len(lines) == len(service_list(ROOT).splitlines())
    assert any(line.startswith("| [access](functions/access/README.md) | 门禁：谁能过") for line in lines)


@pytest.mark.parametrize("told", ['"""Ballots."""', '"""Ballots.\n\nMore of it.\n"""', ""])
def test_a_service_that_says_nothing_in_chinese_is_refused(tmp_path: Path, told: str) -> None:
    (tmp_path / "__init__.py").write_text(told, encoding="utf-8")
    with pytest.raises(CommandError, match=r"__init__\.py: .* no second paragraph"):
        in_chinese(tmp_path / "__init__.py", tmp_path)
