"""One spelling per kind of credential, so that every reader's spelling of one card is the same card.

Readers print a card's number with or without leading noughts, in capitals or not, with separators or a line
end; cameras put a dot into a plate. `canonical` is what is hashed, when a credential is enrolled, revoked or
shown. What may be another card stays another one: a reversed byte order, a misread letter, a number in
decimals and the same one in hex. Rows of before were hashed as they had been typed: `former`.
"""

import re
import unicodedata
from collections.abc import Callable

from functions.access.gates.models import CredentialKind
from linli import plates

HEX = re.compile(r"[0-9A-Fa-f]+", re.ASCII)
HEX_LETTER = re.compile(r"[A-Fa-f]", re.ASCII)
HEX_MARK = re.compile(r"0[xX](?=[0-9A-Fa-f]+$)", re.ASCII)
DECIMAL = re.compile(r"[0-9]+", re.ASCII)
BYTES = re.compile(r"[0-9A-Fa-f]{2}(?:([:.-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2})*", re.ASCII)
SEPARATORS = re.compile(r"[:.-]", re.ASCII)
OURS = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\.[a-z2-7]{32}", re.ASCII)
SCANNERS_MARK = re.compile(r"^\](?:Q[0-6]|d[0-2])", re.ASCII)  # ISO/IEC 15424: QR, Data Matrix
CARD_DIGITS = (8, 10)  # which readers print at least, in hex and in decimals
UID_DIGITS = (8, 14)  # of four and of seven bytes
MOST_ROUNDS = 4  # what is left of removed characters may combine: the spelling of a spelling is itself
PLATE_AREA = 2  # 京A, then a dot as on the plate itself


def canonical(kind: CredentialKind, value: str) -> str:
    """The spelling that is hashed; empty when nothing was said but white space."""
    for _ in range(MOST_ROUNDS):
        before, value = value, CANONICAL[kind](value)
        if value == before:
            break
    return value


def card(value: str) -> str:
    """A number in decimals or hex without leading noughts or separators, in capitals; else as it is.

    `0x` in front of digits alone is kept: the same digits without it are another card's in decimals.
    """
    text = _compact(value)
    if HEX_MARK.match(text):
        digits = text[2:]
        text = digits if HEX_LETTER.search(digits) else f"0X{_short(digits)}"
    elif BYTES.fullmatch(text) or HEX_LETTER.search(text):
        joined = SEPARATORS.sub("", text)
        text = joined if HEX.fullmatch(joined) else text
    return _short(text.upper()) if HEX.fullmatch(text) else text


def phone(value: str) -> str:
    """A phone's key in hex without separators, in capitals; else as it is."""
    text = _compact(value)
    joined = SEPARATORS.sub("", text)
    return joined.upper() if HEX.fullmatch(joined) else text


def qr(value: str) -> str:
    """The text without line ends and the scanner's mark; a code of ours in small letters."""
    text = SCANNERS_MARK.sub("", _printed(value))
    ours = unicodedata.normalize("NFKC", text).lower()
    return ours if OURS.fullmatch(ours) else text


def face(value: str) -> str:
    """A template's id without white space around it."""
    return _printed(value)


CANONICAL: dict[CredentialKind, Callable[[str], str]] = {
    "card": card,
    "plate": plates.canonical,
    "phone": phone,
    "qr": qr,
    "face": face,
}


def former(kind: CredentialKind, value: str) -> list[str]:
    """The spellings under which the same credential may stand in rows of before: as shown, and as readers
    and people usually write it. The canonical one is not among them.
    """
    plain = canonical(kind, value)
    spelled = {"card": _cards, "plate": _plates, "phone": _phones}.get(kind, _as_shown)(plain)
    return [one for one in dict.fromkeys([value, *spelled]) if one != plain]


def _as_shown(_plain: str) -> list[str]:
    return []


def _cards(plain: str) -> list[str]:
    if not HEX.fullmatch(plain):
        return []
    if DECIMAL.fullmatch(plain):
        padded = [plain.zfill(digits) for digits in CARD_DIGITS]
        return [*padded, *_by_bytes(padded[0])]
    long = next((plain.zfill(digits) for digits in UID_DIGITS if len(plain) <= digits), plain)
    return [long, *(text.lower() for text in (plain, long)), *_by_bytes(long)]


def _plates(plain: str) -> list[str]:
    return [f"{plain[:PLATE_AREA]}{dot}{plain[PLATE_AREA:]}" for dot in ("·", "-", " ")]


def _phones(plain: str) -> list[str]:
    if not HEX.fullmatch(plain):
        return []
    return [plain.lower(), *_by_bytes(plain)]


def _by_bytes(text: str) -> list[str]:
    if len(text) % 2:
        return []
    spelled = ":".join(text[at : at + 2] for at in range(0, len(text), 2))
    return list(dict.fromkeys([spelled, spelled.lower()]))


def _short(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _printed(value: str) -> str:
    """Without control characters, and without white space around it."""
    if value.isascii() and value.isprintable():
        return value.strip()
    return "".join(one for one in value if unicodedata.category(one) not in {"Cc", "Cf"}).strip()


def _compact(value: str) -> str:
    """At the usual width, without control characters or any white space."""
    return "".join(_printed(unicodedata.normalize("NFKC", value)).split())
