"""What READMEs say is made from the code: what is changed in the code alone is noticed."""

import sys
import textwrap
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from functions.devices.heartbeat.models import Heartbeat
from functions.devices.life.rows import FaultRow
from linli.device_messages import DeviceAnswer, DeviceEvent
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.words import LANGUAGES
from linli_cli.develop.actions import topic_rules
from linli_cli.documents import commits, examples, glossary, readme, rows
from linli_cli.documents import words as words_of_codes
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, services
from linli_cli.reading import messages
from linli_cli.reading.following import Following, Place, functions_in

PAGE = (ROOT / "functions/devices/README.md").read_text(encoding="utf-8")


def a_module(tmp_path: Path, source: str) -> ModuleType:
    path = tmp_path / "probe.py"
    path.write_text(textwrap.dedent(source))
    module = ModuleType("functions.probe")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    exec(path.read_text(), vars(module))  # noqa: S102  the test's own source
    return module


def outcomes(tmp_path: Path, source: str) -> tuple[set[str], list[str]]:
    module = a_module(tmp_path, source)
    following = Following([module])
    found = following.returned(Place(module, functions_in(module)["end"]))
    return found, list(following.lost)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def end(): return 'a' if x else 'b'", {"a", "b"}),
        ("def end():\n    found = 'a'\n    while True: found = 'b'\n    return found", {"a", "b"}),
        ("def inner(): return 'a'\ndef end(): return inner() or 'b'", {"a", "b"}),
        ("def by(what): return what()\ndef end(): return by(lambda: 'a')", {"a"}),
        ("NAMES = {'x': 'a', 'y': 'b'}\ndef end(): return NAMES['x']", {"a", "b"}),
        ("def end(): return next((each for each in ('a', 'b') if each != 'b'), 'c')", {"a", "c"}),
        ("from typing import Literal\ndef end() -> Literal['a', 'b']: return unknown", {"a", "b"}),
        ("def end(): return max('a', 'b', key=len)", {"a", "b"}),
        (
            """
            from dataclasses import dataclass
            @dataclass
            class Kept:
                outcome: str
            def keep(): return Kept('a')
            def end(): return keep().outcome
            """,
            {"a"},
        ),
    ],
)
def test_what_a_function_can_return_is_found_by_following_it(
    tmp_path: Path, source: str, expected: set[str]
) -> None:
    assert outcomes(tmp_path, source) == (expected, [])


def test_what_cannot_be_followed_is_told_and_never_guessed(tmp_path: Path) -> None:
    found, lost = outcomes(tmp_path, "def end(): return open('x').read()")
    assert found == set()
    assert "functions.probe:1" in lost[0]


def test_a_longer_life_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert readme.renewed_service(PAGE, "devices") == PAGE
    monkeypatch.setattr(FaultRow, "KEPT", Lifetime("{}", timedelta(days=3)))
    assert "3 days" in readme.first_difference(PAGE, readme.renewed_service(PAGE, "devices"))


def test_another_key_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FaultRow, "key", Key("{community}#x", "{device}"))
    assert "<community>#x" in readme.first_difference(PAGE, readme.renewed_service(PAGE, "devices"))


def test_a_row_without_a_key_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(FaultRow, "key")
    with pytest.raises(CommandError, match="FaultRow"):
        rows.rows("devices")


def test_a_member_of_a_message_that_may_be_something_else_is_noticed() -> None:
    shown = messages.may_be("battery_percent", {"type": "integer", "ge": 0, "le": 100}, {})
    assert f"| `battery_percent` | optional | {shown} |" in PAGE
    assert set(Heartbeat.model_fields) >= {"battery_percent", "firmware", "via"}


def test_all_that_a_device_may_say_stands_where_its_firmware_and_its_service_are_written() -> None:
    rules = {rule.topic for service in services() for rule in topic_rules(service)}
    assert {topic for each in messages.spoken() for topic in each.action.topics} == rules
    for each in messages.spoken():
        for page in (messages.messages("devices"), messages.messages(each.service)):
            assert all(f"`{topic}` from `" in page for topic in each.action.topics)
            told = {name for model in (each.sent, each.answer) for name in model.model_fields}
            common = set(DeviceEvent.model_fields) | set(DeviceAnswer.model_fields)
            assert all(f"| `{name}` |" in page for name in told - common)
    assert messages.messages("payments") == "No device speaks to this service."


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"door": "entered", "pass_event_id"', '"door": "entering", "pass_event_id"'),
        ('"temperature_c": 37.6', '"temperature_c": 376'),
        ('"outcome": "alive", "every_minutes": 60', '"outcome": "alive", "every_minutes": "60"'),
    ],
)
def test_an_example_that_is_none_is_noticed(right: str, wrong: str) -> None:
    assert right in PAGE
    complaints = [
        complaint
        for said, block in examples._blocks(PAGE.replace(right, wrong))
        for complaint in examples._of_messages(said, block, ROOT)
    ]
    assert complaints


def test_all_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words_of_codes, "codes_of_all", lambda _: {"no_such_code": "somewhere"})
    monkeypatch.setattr(commits, "_git", lambda _, *asked: ["abc " + "x" * 73] if "log" in asked else [])
    lacking, too_long = readme.complained(words_of_codes.check_words, commits.check_subjects)
    assert all(f"{language}.json lacks: no_such_code" in lacking for language in LANGUAGES)
    assert "73 characters" in too_long


def test_terms_stand_in_the_glossary() -> None:
    assert glossary.rows()["门禁"] == "access"


def test_a_subject_that_is_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "_git", lambda _, *asked: ["abc " + "x" * 73] if "log" in asked else [])
    with pytest.raises(CommandError, match="73 characters of at most 72"):
        commits.check_subjects()
