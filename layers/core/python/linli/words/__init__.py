"""Words for people: what a code of an answer (an outcome, a reason, a state, a type of problem) is called.

A catalogue for each language, as data that pages and apps load as well. A check holds them complete.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")
OF_A_KIND = "…"  # `blocked_…` has the words of all that begin so


@cache
def catalogue(language: Language) -> dict[str, str]:
    """The words of a language, by code."""
    text = files(__name__).joinpath(f"{language}.json").read_text(encoding="utf-8")
    return {str(code): str(words) for code, words in json.loads(text).items()}


def words(code: str, language: Language = "zh-CN") -> str:
    """What a code is called: its own words, those of its kind, or the code itself where there are none."""
    known = catalogue(language)
    kind = code.partition("_")[0] + "_" + OF_A_KIND
    return known.get(code) or known.get(kind) or code
