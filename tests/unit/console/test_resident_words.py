"""The resident page says the same in both languages, and has words for all that services answer."""

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from functions.care.relative.models import How
from functions.maintenance.reports.models import Category
from functions.maintenance.tickets.models import Capacity, PauseReason, State
from functions.maintenance.tickets.moves import Command
from linli.escalation.alerts import State as AlertState
from linli.vocabulary.payments import Means
from linli_cli.layout import ROOT

WEB = ROOT / "functions/console/web/src"
LANGUAGES = ("zh-CN", "en")
SAID = re.compile(r"""\bt\(\s*['"`]([a-z_]+(?:\.[a-z_]+)*)['"]""")
CHOICES = re.compile(r"'([a-z_]+(?:\.[a-z_]+)+)'")
PARAMETER = re.compile(r"\{(\w+)\}")


def told(language: str) -> dict[str, str]:
    """Every word of the page by its key, as the page puts them together."""
    found: dict[str, str] = {}
    for folder, prefix in ((WEB / "shared", ""), (WEB / "home", "")):
        found |= dict(flat(json.loads((folder / f"words.{language}.json").read_text("utf-8")), prefix))
    for file in sorted((WEB / "home/screens").glob(f"*/words.{language}.json")):
        found |= dict(flat(json.loads(file.read_text("utf-8")), f"{file.parent.name}."))
    return found


def flat(words: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in words.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def test_both_languages_say_the_same_with_the_same_parameters() -> None:
    chinese, english = (told(language) for language in LANGUAGES)

    assert chinese.keys() == english.keys()
    for key, words in chinese.items():
        assert words.strip(), key
        assert english[key].strip(), key
        assert set(PARAMETER.findall(words)) == set(PARAMETER.findall(english[key])), key


def test_what_the_page_says_is_in_its_words() -> None:
    known = told("zh-CN")
    groups = {key.split(".")[0] for key in known if "." in key}

    for file in sorted((WEB / "home").rglob("*.vue")):
        text = file.read_text("utf-8")
        said = set(SAID.findall(text)) | {key for key in CHOICES.findall(text) if key.split(".")[0] in groups}
        assert not {key for key in said if key not in known}, file.name


@pytest.mark.parametrize(
    ("prefix", "codes"),
    [
        ("trades", Category),
        ("tickets.says", State),
        ("tickets.pauses", PauseReason),
        ("tickets.by", Capacity),
        ("tickets.commands", Command),
        ("family.hows", How),
        ("family.states", AlertState),
        ("pay.providers", Means),
    ],
)
def test_every_code_that_a_resident_is_answered_has_words(prefix: str, codes: Any) -> None:
    known = told("zh-CN")

    assert not [code for code in get_args(codes) if f"{prefix}.{code}" not in known]
