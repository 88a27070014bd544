"""What people meant by a cell: numbers that were texts, dates in any spelling, digits of full width.

A cell is what a sheet holds: a text, a number, a day, a time of day, or nothing. What cannot be told is
refused (`Odd`): a digit that the sheet has rounded away is not guessed.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from unicodedata import category, normalize

from linli.ids import is_id
from linli.instants import parsed as instant
from linli.local_times import clock_text
from linli.phones import canonical as canonical_phone

Cell = str | int | float | bool | datetime | date | time | timedelta | None

WINDOWS_EPOCH = date(1899, 12, 30)  # day 0 of serial dates: Excel takes 1900 for a leap year
MAC_EPOCH = date(1904, 1, 1)
SERIALS = range(
    20_000, 80_000
)  # 1954 to 2119: no year, no room, no price is meant by these in a date's column
YEARS = range(1900, 2200)  # what office systems write for "never" and "for ever" (0001, 9999) is no day
LONGEST = 1000  # characters; no name, no list of roles is longer
PASTED = 10 * LONGEST  # as far as a cell is read: blanks may be among it
SIGNIFICANT = 12  # digits of a number; what is beyond is what binary floats add
LARGEST = 10**18
EXACT = 10**15  # sheets keep fifteen digits of a number
DAY_MINUTES = 24 * 60
MIDNIGHT_AGAIN = (24, 0)
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!"})
CJK = "\u3007\u3400-\u4dbf\u4e00-\u9fff"
CHINESE_DIGITS = {each: number for number, each in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}

_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_BETWEEN_CJK = re.compile(rf"(?<=[{CJK}·])\s+(?=[{CJK}·])")
ROUNDED = re.compile(r"([0-9]+)(?:\.([0-9]+))?[eE]\+?([0-9]+)")
WRITTEN_BY_A_SHEET = re.compile(r"[1-9](?:\.[0-9]+)?E\+[0-9]{2,3}")  # an id of somebody else may be `1e10`
_DAY = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:[ T]0?0:00(?::00)?)?"
)
_COMPACT_DAY = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_CLOCK = re.compile(r"([0-9]{1,2})[:点时h]([0-9]{2})?(?::00)?分?")
_NUMBER = re.compile(
    r"([-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|[-+]?\.[0-9]+)(?![0-9.,])\s*(.*)"
)  # a comma stands before three digits, or may mean a point
_CARD = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_PLACES = re.compile(r"号楼|号院|单元|[栋幢座楼层室号户期门]")
_JOINTS = re.compile(r"[\s._/\\#~—–－-]+")
_TENS = re.compile(r"[零〇一二两三四五六七八九十]+(?=号|栋|幢|座|楼|单元|期|层|门|室)")


class Odd(ValueError):
    """What a cell holds is not what its column asks for; the text says why, without the value."""


def tidy(text: str) -> str:
    """A text without what cannot be seen, blanks at its ends, or between Chinese characters (张　三)."""
    seen = "".join(" " if one.isspace() else one for one in text if one.isspace() or _visible(one))
    return _BETWEEN_CJK.sub("", " ".join(seen.split()))


def says_something(text: str) -> bool:
    """Whether anything of it can be seen."""
    return any(not one.isspace() and _visible(one) for one in text)


def _visible(one: str) -> bool:
    return category(one) not in _INVISIBLE


def text(cell: Cell) -> str:
    """What is written in a cell; empty for nothing. Raises Odd for an error of the sheet (#N/A), and for
    more than any column holds.
    """
    if cell is None:
        return ""
    if isinstance(cell, int | float) and not abs(cell) < LARGEST:
        raise Odd("is no number that anybody meant")
    said = tidy(cell[:PASTED]) if isinstance(cell, str) else _shown(cell)
    if len(said) > LONGEST:
        raise Odd(f"is longer than {LONGEST} characters")
    if said.upper() in ERRORS:
        raise Odd(f"holds an error of the sheet ({said.upper()})")
    return said


def _shown(cell: float | datetime | date | time | timedelta) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case int() | float():
            return plain(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case timedelta() | time():
            return clock_text(clock(cell))
        case _:
            return cell.isoformat()


def plain(number: float) -> str:
    """A number in digits, without an exponent, and without a point where it is whole: 502.0 is 502."""
    shown = Decimal(number) if isinstance(number, int) else Decimal(f"{number:.15g}")
    if shown == shown.to_integral_value():
        return f"{shown:.0f}"
    return f"{shown.normalize():f}"


def code(cell: Cell) -> str:
    """A number or code that somebody types: at the usual width, without blanks."""
    return "".join(normalize("NFKC", text(cell)).split())


def exact(cell: Cell) -> str:
    """What somebody else calls something, to the letter. Raises Odd for what a sheet may have rounded."""
    if not isinstance(cell, str | None) and not _is_exact(cell):
        raise Odd("is a number or a day, of which the sheet may have rounded digits away: write it as a text")
    said = text(cell)
    if WRITTEN_BY_A_SHEET.fullmatch(said):
        raise Odd("is a number that the sheet has rounded: write it as a text")
    return said


def _is_exact(cell: float | datetime | date | time | timedelta) -> bool:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return False
    return 0 <= cell < EXACT and cell == int(cell)


def name(cell: Cell) -> str:
    """What somebody is called. Raises Odd where an identity card's number is written: none is stored."""
    said = text(cell)
    if holds_identity_number(said):
        raise Odd("holds the number of an identity card, which is not stored")
    return said


def holds_identity_number(said: str) -> bool:
    """Whether a resident identity number (公民身份号码, GB 11643) stands in a text, by its check digit."""
    return any(_is_identity_number(found) for found in _CARD.findall(normalize("NFKC", said)))


def _is_identity_number(digits: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == digits[-1].upper()


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: blanks, width and capitals tell nothing."""
    return _compared(one) == _compared(other)


def _compared(called: str) -> str:
    return " ".join(normalize("NFKC", tidy(called)).casefold().split())


def phone(cell: Cell) -> str:
    """A telephone number as the directory keeps it. Raises Odd, also for one that the sheet has rounded."""
    said = normalize("NFKC", text(cell))
    rounded = ROUNDED.fullmatch(said)
    if rounded:
        said = _unrounded(rounded)
    try:
        return canonical_phone(re.sub(r"(?<=[0-9])\.0+$", "", said))
    except ValueError as error:
        raise Odd(str(error)) from error


def _unrounded(found: re.Match[str]) -> str:
    whole, fraction, exponent = found[1], found[2] or "", int(found[3])
    if len(fraction) < exponent:
        raise Odd("was rounded by the sheet (as 1.38E+10): format its column as text and type it again")
    return f"{whole}{fraction[:exponent]}"


def day(cell: Cell, epoch: date = WINDOWS_EPOCH) -> date:
    """A day: of a date's cell, its serial number, 2026/1/5, 2026.1.5, 2026年1月5日, 20260105. Raises Odd."""
    found = _day(cell, epoch)
    if found.year not in YEARS:
        raise Odd(f"is no day of the years {YEARS[0]} to {YEARS[-1]}: leave it empty if none is meant")
    return found


def _day(cell: Cell, epoch: date) -> date:
    match cell:
        case datetime():
            return cell.date()
        case bool() | time() | timedelta() | None:
            raise Odd("is no day such as 2026-01-05")
        case date():
            return cell
        case _:
            said = normalize("NFKC", text(cell))
    found = _DAY.fullmatch(said) or _COMPACT_DAY.fullmatch(said)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
        serial = Decimal(said)
    except (ValueError, InvalidOperation):
        raise Odd("is no day such as 2026-01-05, 2026/1/5 or 2026年1月5日") from None
    if not serial.is_finite() or not SERIALS.start <= serial < SERIALS.stop:
        raise Odd("is no day such as 2026-01-05, nor the number of one")
    return epoch + timedelta(days=int(serial))


def moment(cell: Cell, epoch: date = WINDOWS_EPOCH) -> date | datetime:
    """A day, or an instant where one is written with its offset (2026-01-05T08:00:00Z). Raises Odd."""
    try:
        found = instant(text(cell))
    except ValueError:
        return day(cell, epoch)
    day(found)
    return found


def clock(cell: Cell) -> time:
    """A time of day: 08:30, 8点30分, 24:00 for the end, or the part of a day (0.354). Raises Odd."""
    match cell:
        case datetime():
            return cell.time().replace(second=0, microsecond=0)
        case time():
            return cell
        case timedelta():
            return time(*divmod(int(cell.total_seconds()) // 60 % DAY_MINUTES, 60))
        case int() | float() if 0 <= cell <= 1:
            minutes = round(cell * DAY_MINUTES) % DAY_MINUTES
            return time(*divmod(minutes, 60))
    found = _CLOCK.fullmatch(normalize("NFKC", text(cell)).replace(" ", ""))
    if not found:
        raise Odd("is no time of day such as 08:30")
    hour, minute = int(found[1]), int(found[2] or 0)
    try:
        return time(0 if (hour, minute) == MIDNIGHT_AGAIN else hour, minute)
    except ValueError:
        raise Odd("is no time of day such as 08:30") from None


def number(cell: Cell) -> tuple[Decimal, str]:
    """A number, and the unit that is written behind it (89.5㎡), in small letters. Raises Odd."""
    if isinstance(cell, bool):
        raise Odd("is no number")
    if isinstance(cell, int | float) and abs(cell) < LARGEST:
        return Decimal(f"{cell:.{SIGNIFICANT}g}") if isinstance(cell, float) else Decimal(cell), ""
    found = _NUMBER.fullmatch(normalize("NFKC", text(cell)).lower().removeprefix("¥").strip())
    if not found:
        raise Odd("is no number")
    try:
        return Decimal(found[1].replace(",", "")), found[2].strip().replace("³", "3")
    except InvalidOperation:
        raise Odd("is no number") from None


def whole(cell: Cell) -> int:
    """A whole number. Raises Odd."""
    value, _ = number(cell)
    if value != value.to_integral_value():
        raise Odd("is no whole number")
    return int(value)


def choice(cell: Cell, choices: Mapping[str, Sequence[str]]) -> str:
    """The code that one of its words means. Raises Odd, which tells the words."""
    said = _compared(text(cell)).replace(" ", "").replace("_", "").replace("-", "")
    for meant, words in choices.items():
        if said in {_compared(word).replace("_", "").replace("-", "") for word in (meant, *words)}:
            return meant
    known = ", ".join(f"{words[0]} ({meant})" if words else meant for meant, words in choices.items())
    raise Odd(f"is none of {known}")


def several(cell: Cell) -> list[str]:
    """Words that are written after each other: 业主、保安 or resident/guard."""
    return [each for each in re.split(r"[、,，;；/|+\s]+", text(cell)) if each]


def identifier(cell: Cell) -> str:
    """The id that what people call a place stands for: 3号楼 is `3`, 2单元0502室 is `2-0502`, A座 is `a`.

    Raises Odd for one that no id can be made of.
    """
    spelled = normalize("NFKC", text(cell)).lower()
    if is_id(spelled):
        return spelled
    said = _TENS.sub(lambda found: str(_tens(found[0])), spelled)
    joined = _JOINTS.sub("-", _PLACES.sub("-", said)).strip("-")
    if not is_id(joined):
        raise Odd("no id can be made of it: small letters, digits and dashes, 64 at most; write what people "
                  "call it into the column of names")  # fmt: skip
    return joined


def _tens(numeral: str) -> int:
    """三 is 3, 十二 12, 二十 20, 一二 12. Raises Odd for 十十 and 二三十, which are none."""
    if "十" not in numeral:
        return int("".join(str(CHINESE_DIGITS[each]) for each in numeral))
    tens, _, ones = numeral.partition("十")
    if len(tens) > 1 or len(ones) > 1 or ones == "十":
        raise Odd(f"no id can be made of it: {numeral} is no number")
    return (CHINESE_DIGITS[tens] if tens else 1) * 10 + (CHINESE_DIGITS[ones] if ones else 0)


def without_noughts(identifier_: str) -> str:
    """An id as sheets leave it that took it for a number: 0502 is 502."""
    return "-".join(part.lstrip("0") or "0" for part in identifier_.split("-"))
