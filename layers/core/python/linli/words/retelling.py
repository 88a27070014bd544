"""What was written down in English, in another language: lines of timelines, why an alert was opened.

They are kept as they were composed, from the sentences of the catalogue's part `told`; who reads them is told
the same sentences in their language. What somebody wrote themselves, and what is no sentence of ours, stays.
"""

import re
from functools import cache

from linli.words import PLACE, SPOKEN, Language, Part, catalogue, words

OF_PHOTOS = (
    "no_photo",
    "no_heic",
    "cut_short",
    "jpeg_without_picture",
    "png_without_picture",
    "webp_without_picture",
)
NUMBERS = frozenset({"hours", "minutes", "count", "again", "status", "year", "key"})
IDS = frozenset({"device", "meter"})
CLAUSE = "; "
AFTER: dict[Language, str] = {"zh-CN": "；", "en": CLAUSE}
COLON: dict[Language, str] = {"zh-CN": "：", "en": ": "}
LONGEST = 1000
DEEPEST = 4
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WHEN = re.compile(rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([0-9]{{2}}) ({'|'.join(MONTHS)}) ([0-9:]{{5}})")
_CODE = re.compile(r"[a-z]+(?:[ _][a-z]+)*")


def retold(text: str, language: Language) -> str:
    """The text in a language, as far as it is ours."""
    if language == "en" or not text.strip():
        return text
    return AFTER[language].join(_clause(each, language, DEEPEST) for each in text.split(CLAUSE))


def _clause(text: str, language: Language, deep: int) -> str:
    if not deep or len(text) > LONGEST:
        return text
    for part, code, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return _filled(catalogue(language)[part][code], found.groupdict(), language, deep)
    head, colon, rest = text.partition(": ")  # `unknown button: …`, `fine: …`
    label = _label(head, language)
    if label is None:
        return text
    return label + (COLON[language] + _clause(rest, language, deep - 1) if colon else "")


def _filled(template: str, found: dict[str, str], language: Language, deep: int) -> str:
    def place(name: str) -> str:
        value = found[name]
        if name in SPOKEN:
            return _label(value, language) or words(value, language)
        return value if name in NUMBERS else _clause(_WHEN.sub(_day, value), language, deep - 1)

    return PLACE.sub(lambda each: place(each[1]), template)


def _day(found: re.Match[str]) -> str:
    """`1月5日 16:00`."""
    return f"{MONTHS.index(found[2]) + 1}月{int(found[1])}日 {found[3]}"


def _label(text: str, language: Language) -> str | None:
    code = text.replace(" ", "_")
    return catalogue(language)["codes"].get(code) if _CODE.fullmatch(text) else None


@cache
def _patterns() -> list[tuple[Part, str, re.Pattern[str]]]:
    """Each sentence as it is recognised, the most particular first."""
    known = catalogue("en")
    every: list[tuple[Part, str, str]] = [("told", code, text) for code, text in known["told"].items()]
    every += [("fields", code, known["fields"][code]) for code in OF_PHOTOS]
    every.sort(key=lambda each: -len(PLACE.sub("", each[2])))
    return [(part, code, re.compile(_pattern(text))) for part, code, text in every]


def _pattern(template: str) -> str:
    parts = PLACE.split(template)
    return "".join(
        re.escape(part) if at % 2 == 0 else f"(?P<{part}>{_value(part)})" for at, part in enumerate(parts)
    )


def _value(name: str) -> str:
    return "[0-9]+" if name in NUMBERS else r"\S+" if name in IDS else ".+?"
