"""Words for people, in every language that they are told in: what a code is called, and whole sentences.

A catalogue for each language, as data that pages and apps load as well, in parts: `codes` (an outcome, a
reason, a state, a role), `problems` (titles, by the slug of a problem's type), `details` (what a problem
says), `fields` (what is wrong with a member, by Pydantic's types of errors and our own), `told` (lines of
timelines, and why an alert was opened), `messages` (what gateways push, text and say). A sentence has places
for parameters, `{name}`. It is read when it is needed, never on the way to a decision that goes well.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Language = Literal["zh-CN", "en"]
Part = Literal["codes", "problems", "details", "fields", "told", "messages"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
PARTS: tuple[Part, ...] = get_args(Part)
OF_A_KIND = "…"  # `blocked_…` has the words of all that begin so
SPOKEN = frozenset(  # parameters whose values are codes, and are told by their words
    {"capacity", "command", "kind", "medium", "mismatch", "outcome", "provider", "role", "state"}
)
BETWEEN: dict[Language, str] = {"zh-CN": "、", "en": ", "}
SPOKEN_AS: dict[str, Language] = {"zh": "zh-CN", "en": "en"}
PLACE = re.compile(r"\{([a-z_]+)\}")
MOST_RANGES = 20
_WEIGHT = re.compile(r"[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


@cache
def catalogue(language: Language) -> dict[str, dict[str, str]]:
    """The words of a language: parts, and in each the words by code."""
    found: dict[str, dict[str, str]] = json.loads(
        Path(__file__).with_name(f"{language}.json").read_text(encoding="utf-8")
    )
    return found


def words(code: str, language: Language = "zh-CN") -> str:
    """What a code is called: its own words, those of its kind, or the code itself where there are none."""
    known = catalogue(language)["codes"]
    kind = code.partition("_")[0] + "_" + OF_A_KIND
    return known.get(code) or known.get(kind) or code


def sentence(part: Part, code: str, parameters: Mapping[str, object], language: Language) -> str:
    """A sentence with its parameters in their places; the code itself where there is none."""
    template = catalogue(language)[part].get(code, code)
    return PLACE.sub(lambda place: _said(place[1], parameters, language), template)


def _said(name: str, parameters: Mapping[str, object], language: Language) -> str:
    value = parameters.get(name, f"{{{name}}}")
    if isinstance(value, str):
        return words(value, language) if name in SPOKEN else value
    if isinstance(value, Iterable):
        return BETWEEN[language].join(map(str, value))
    return str(value)


def language_of(accepted: str | None, otherwise: Language = "en") -> Language:
    """The language that somebody wants most of ours, by their `Accept-Language` (RFC 9110, 12.5.4).

    Chinese is `zh-CN`, however it is written and wherever it is spoken (`zh`, `zh-Hans`, `zh-TW`).
    """
    best, chosen = 0.0, otherwise
    for each in (accepted or "").split(",")[:MOST_RANGES]:
        tag, _, weight = each.strip().partition(";")
        language = otherwise if tag.strip() == "*" else SPOKEN_AS.get(tag.strip().partition("-")[0].lower())
        if language is not None and (quality := _quality(weight)) > best:
            best, chosen = quality, language
    return chosen


def language_set(*settings: str | None) -> Language:
    """What somebody is told in who asks for nothing: the first language of ours that was set, the person's
    before the community's; Chinese where none was.
    """
    known = (each for setting in settings for each in LANGUAGES if each == setting)
    return next(known, "zh-CN")


def _quality(weight: str) -> float:
    """From 0 to 1; 1 where none is named, or one that is none."""
    named = _WEIGHT.fullmatch(weight.strip())
    return float(named[1]) if named else 1.0
