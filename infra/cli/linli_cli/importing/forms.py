"""The form: which sheets there are, their columns in both languages, and what a cell of each may hold.

It stands in forms.yaml, for those who know what offices call things.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

import yaml

Words = Mapping[str, tuple[str, ...]]
Kind = Literal[
    "text", "code", "exact", "phone", "day", "moment", "clock", "number", "whole", "choice", "roles", "list"
]

_STARS = re.compile(r"[*＊★:：\s_-]+")
_BRACKETS = re.compile(r"[(（\[【](.*?)[)）\]】]")


@dataclass(frozen=True)
class Column:
    """A column: its code, what it is called in Chinese, what else files call it, and what its cells hold.

    `note` is for whoever fills it in.
    """

    code: str
    heading: str
    others: tuple[str, ...] = ()
    kind: Kind = "text"
    choices: Words = field(default_factory=dict)
    needed: bool = False
    example: str = ""
    note: str = ""

    @property
    def shown(self) -> str:
        """As the template has it: `房号 (unit)`, with an asterisk where it must be filled in."""
        return f"{self.heading} ({self.code}){' *' if self.needed else ''}"


@dataclass(frozen=True)
class Form:
    """A sheet: its code, what it is called in Chinese, what else files call it."""

    code: str
    heading: str
    others: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, code: str) -> Column:
        """A column by its code."""
        return next(each for each in self.columns if each.code == code)


_SAID: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("forms.yaml").read_text(encoding="utf-8"))
WORDS: Mapping[str, Words] = {
    name: {code: tuple(spelled) for code, spelled in words.items()} for name, words in _SAID["words"].items()
}
AMBIGUOUS_ROLES = frozenset(_SAID["ambiguous_roles"])
NOWHERE, IDENTITY = frozenset(_SAID["nowhere"]), frozenset(_SAID["identity"])
WINDOWS: Mapping[str, str] = _SAID["windows"]


def _column(said: dict[str, Any]) -> Column:
    choices = WORDS[said["choices"]] if "choices" in said else {}
    return Column(**said | {"others": tuple(said.get("others", ())), "choices": choices})


FORMS = tuple(
    Form(each["code"], each["heading"], tuple(each["others"]), tuple(map(_column, each["columns"])))
    for each in _SAID["forms"]
)


def spellings(said: str) -> list[str]:
    """What a heading may be looked up by: whole, without brackets, what stands in them, each of its words."""
    plain = normalize("NFKC", said).casefold()
    bare = _BRACKETS.sub("", plain)
    found = [plain, bare, *_BRACKETS.findall(plain), *bare.split("/"), *bare.split()]
    return list(dict.fromkeys(filter(None, map(_looked_up, found))))


def _looked_up(word: str) -> str:
    return _STARS.sub("", normalize("NFKC", word).casefold())


def is_one_of(said: str, words: Iterable[str]) -> bool:
    """Whether a heading is one of these words."""
    return not set(spellings(said)).isdisjoint(words)


def column_called(form: Form, said: str) -> Column | None:
    """The column of a form that a heading is about, in either language."""
    for spelled in spellings(said):
        for column in form.columns:
            if spelled in map(_looked_up, (column.code, column.heading, *column.others)):
                return column
    return None


def form_called(said: str) -> Form | None:
    """The form that a sheet's or file's name is about, in either language; a number may stand before it."""
    for spelled in spellings(said):
        for form in FORMS:
            if spelled.lstrip("0123456789.、") in map(_looked_up, (form.code, form.heading, *form.others)):
                return form
    return None


def form_of(code: str) -> Form:
    """A form by its code."""
    return next(each for each in FORMS if each.code == code)
