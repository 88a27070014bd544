"""Telephone numbers in one form, E.164 (`+8613800000000`), however they were written down.

Spaces, dashes, dots, brackets, full-width and invisible characters tell nothing; `00` is `+`. A number
without either is one of China (工业和信息化部《电信网编号计划》): a mobile number, one with its area code, or
400 and 800. What cannot be told (a number without its area code, a short one such as 110) is refused: a wrong
number is worse than none.

An extension (分机) is kept apart from the number, as RFC 3966 has it: `+861088880000;ext=801`. Only what says
that it is one is: behind a dash it may be anything.
"""

import re
from typing import Annotated, Any
from unicodedata import normalize

from pydantic import WithJsonSchema
from pydantic.functional_validators import BeforeValidator

from linli.errors import InvalidField

E164_PATTERN = r"^\+[1-9][0-9]{6,14}$"
_E164 = re.compile(E164_PATTERN.removesuffix("$"))
_DECORATION = re.compile(r"[\s().·\-\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_TRUNK = re.compile(r"\(0\)")  # +44 (0)20 …
CHINA = "86"
_IN_CHINA = re.compile(
    r"""
      1[3-9][0-9]{9}                         # mobile
    | 0(?:10|2[0-9])[0-9]{8}                 # area codes of two digits: Beijing, Shanghai, …
    | 0[3-9][0-9]{2}[0-9]{7,8}               # area codes of three digits
    | [48]00[0-9]{7}                         # paid for by who is called
    """,
    re.VERBOSE,
)
_EXTENSION = re.compile(r"(?:;ext=|ext(?:ension)?:?|[x#转]|分机:?)([0-9]{1,7})", re.IGNORECASE)
_WITHOUT_EXTENSIONS = re.compile(r"\+861[3-9][0-9]{9}")  # mobile numbers of China
APART = ";ext="
LONGEST = 40


def canonical(text: str) -> str:
    """The E.164 form of a number, and its extension if it has one. Raises ValueError for what is none, or
    cannot be told.
    """
    plain = _DECORATION.sub("", _TRUNK.sub("", normalize("NFKC", text)[:LONGEST])).removeprefix("tel:")
    told = _EXTENSION.search(plain)
    extension = told[1] if told and told.end() == len(plain) else None
    number = _with_country(plain[: told.start()] if told and extension else plain)
    if len(text) > LONGEST or _E164.fullmatch(number) is None:
        raise InvalidField("no_phone")
    if extension is None:
        return number
    if _WITHOUT_EXTENSIONS.fullmatch(number):
        raise InvalidField("no_phone")
    return f"{number}{APART}{extension}"


def compared(text: str) -> str:
    """What a number is compared by: its form, or the text itself where older rows hold what is none."""
    try:
        return canonical(text)
    except ValueError:
        return text


def parts(number: str) -> tuple[str, str | None]:
    """The number to dial, and the extension to ask for, of a canonical form."""
    dialled, _, extension = number.partition(APART)
    return dialled, extension or None


def _with_country(plain: str) -> str:
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    home = plain.removeprefix(f"+{CHINA}")
    if home != plain:
        return f"+{CHINA}{home.lstrip('0')}"
    if _IN_CHINA.fullmatch(plain):
        return f"+{CHINA}{plain.removeprefix('0')}"
    home = plain.removeprefix(CHINA)
    if home != plain and any(map(_IN_CHINA.fullmatch, (home, f"0{home}"))):
        return f"+{CHINA}{home.removeprefix('0')}"
    return plain


def _phone(value: Any) -> Any:
    return canonical(value) if isinstance(value, str) else value


Phone = Annotated[
    str,
    BeforeValidator(_phone),
    WithJsonSchema(
        {
            "type": "string",
            "description": "E.164, `;ext=` and an extension behind it; other spellings are kept so.",
            "examples": ["+8613800000000"],
            "maxLength": LONGEST,
        }
    ),
]
