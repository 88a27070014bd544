"""What was written down in English is told in the language of who reads it, as far as it is ours."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from linli.told import ACCEPTED, Told
from linli.words import PLACE, catalogue
from linli.words.retelling import retold
from linli_cli.layout import ROOT

CHINESE = {
    "usually moves within 3 h 10 min at this hour; 9 h so far":
        "此时段通常 3 小时 10 分钟 内会有动静；至今已 9 小时",
    "last sign: the door was used, Mon 05 Jan 16:00": "最近一次动静：开关过门，1月5日 16:00",
    "no rhythm known yet at this hour; 9 h are allowed": "此时段尚无规律可循；最多可静默 9 小时",
    "motion (willow-motion-1) is never silent, or beats like a clock, and does not count":
        "motion (willow-motion-1) 从不静默，或像钟一样规律，不予采信",
    "willow-motion-1 spoke 3 times with a clock of 1970 and once with an old number, last Tue 06 Jan 01:00":
        "willow-motion-1 发来消息 3 次（时钟停在 1970 年）、一次（编号是旧的），最近一次 1月6日 01:00",
    "something moved, by a clock of 1970: it may have been before the alert":
        "有人走动（时钟停在 1970 年）：可能发生在告警之前",
    "unknown button: a call button that nobody is assigned to was pressed":
        "呼叫按钮未登记：有人按了尚未登记到人的呼叫按钮",
    "nobody to call as caregiver": "没有可呼叫的“护理员”",
    "unknown button: it was a child": "呼叫按钮未登记：it was a child",
    "it needs another skill: lift": "需要另一工种：电梯",
    "an alert ended as needs help": "告警的结果是“需要帮助”",
    "an alert ended as needs_help": "告警的结果是“需要帮助”",
    "it is cut short": "文件不完整",
    "The sos button willow-button-1 is lost: it is not heard from any more; devices unseen with it: 3":
        "呼叫按钮 willow-button-1 失联：收不到它的消息；同时失联的设备：3 台",
    "A leak is suspected: water meter willow-meter-1": "疑似泄漏：水表 willow-meter-1",
    "她说没事": "她说没事",
    "on my way": "on my way",
}  # fmt: skip


@pytest.mark.parametrize(("text", "chinese"), CHINESE.items())
def test_our_sentences_are_told_in_chinese_and_what_people_wrote_stays(text: str, chinese: str) -> None:
    assert retold(text, "zh-CN") == chinese
    assert retold(text, "en") == text


@given(st.text(max_size=300))
def test_whatever_was_written_can_be_read(text: str) -> None:
    assert isinstance(retold(text, "zh-CN"), str)
    assert retold(text, "en") == text


def test_it_is_told_where_somebody_reads_and_kept_as_it_was_written() -> None:
    adapter, text = TypeAdapter(Told), "the fault is over"
    assert adapter.dump_json(text, context={ACCEPTED: "zh"}).decode() == '"故障已解除"'
    assert adapter.dump_json(text, context={ACCEPTED: ""}).decode() == adapter.dump_json(text).decode()
    assert adapter.dump_python(text) == text


SOURCES = ("functions/care", "layers/core/python/linli/escalation")


def composed(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The texts that are given as words, or logged as a line of a timeline."""
    for node in ast.walk(tree):
        values: list[ast.expr] = []
        if isinstance(node, ast.Assign) and any(ast.unparse(each) == "words" for each in node.targets):
            values.append(node.value)
        elif isinstance(node, ast.Call):
            values += [each.value for each in node.keywords if each.arg in {"words", "note"}]
            values += node.args[1:2] if ast.unparse(node.func).endswith(".log") else []
        for value in values:
            text = said(value)
            if text and " " in text.strip():
                yield node.lineno, text


def said(value: ast.expr) -> str:
    """A text with `x` where something is filled in; "" for what is no text."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.JoinedStr):
        return "".join("1" if isinstance(each, ast.FormattedValue) else said(each) for each in value.values)
    return ""


def test_every_sentence_of_a_timeline_is_in_the_catalogue() -> None:
    untold = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for source in SOURCES
        for path in sorted((ROOT / source).rglob("*.py"))
        for line, text in composed(ast.parse(Path(path).read_text(encoding="utf-8")))
        if re.search(r"[a-z]+ [a-z]+", retold(text, "zh-CN"))
    ]
    assert untold == []


def test_no_sentence_is_taken_for_another_one() -> None:
    told = catalogue("en")["told"]
    for code, text in told.items():
        places = dict.fromkeys(PLACE.findall(text), "7")
        filled = PLACE.sub(lambda found, places=places: places[found[1]], text)  # type: ignore[misc]
        expected = PLACE.sub(lambda found, places=places: places[found[1]], catalogue("zh-CN")["told"][code])  # type: ignore[misc]
        assert retold(filled, "zh-CN") == expected, code
