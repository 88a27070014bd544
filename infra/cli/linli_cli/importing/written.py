"""Cells as they are written: no text becomes a formula in whoever's spreadsheet opens it (CSV injection)."""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # the wide ones are as good to East Asian Excel
_HARMLESS = re.compile(r"[+-]?[0-9][0-9 .]*")


def guarded(text: str) -> str:
    """A text for a CSV file: `'` in front of what a spreadsheet would compute."""
    return f"'{text}" if _FORMULA.match(text) and not _HARMLESS.fullmatch(text) else text


def unguarded(text: str) -> str:
    """What was meant by it."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text
