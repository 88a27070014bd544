"""How a name and a phone are found in texts by those who are not told them.

No name and no phone is on the bus, in a queue or in a log. A fact carries traces instead: how long each is,
and a keyed mark of it, of which nobody without the stage's secret can make anything. Whoever looks through a
text marks every stretch of that length.
"""

import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

from linli.personal.models import Trace, Traces
from linli.phones import CHINA, compared, parts

MASK = "***"
SHORTEST_NAME = 2  # a surname alone is in half of all sentences
ABROAD_DIGITS = 9  # of numbers of other countries: how they begin depends on where one is
FEWEST_DIGITS = 5
MOST_AHEAD = 6
SIZE = 12
DIALLED_AHEAD = frozenset({"", "0", "86", "086", "0086", "00860", "860"})
_DIGITS = re.compile(r"\d*$")
_BETWEEN = re.compile(r"[\s().·\-\u2010-\u2015\u2212（）－＋+]{0,3}")
_AHEAD = re.compile(r"(?<!\d)(?:[+＋]|00)?(?:86)?[\s().\-（）－]*0?[\s().\-（）－]*$")


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the names and phones of one person in texts."""

    key: bytes
    traces: Traces

    def found(self, text: str) -> bool:
        """Whether any is in a text."""
        return bool(self._stretches(text))

    def is_name(self, text: str) -> bool:
        """Whether a text is a name of theirs, and nothing else."""
        return any(
            each.length == len(text) and each.mark == mark(self.key, text.lower())
            for each in self.traces.names
        )

    def is_phone(self, text: str) -> bool:
        """Whether a text is a phone of theirs in any spelling, and nothing else."""
        digits = reached_by(text)
        return any(
            each.length == len(digits) and each.mark == mark(self.key, digits) for each in self.traces.phones
        )

    def masked(self, text: str) -> str:
        """The text without them."""
        for begins, ends in sorted(self._stretches(text), reverse=True):
            text = f"{text[:begins]}{MASK}{text[ends:]}"
        return text

    def _stretches(self, text: str) -> list[tuple[int, int]]:
        joined: list[tuple[int, int]] = []
        for begins, ends in sorted((*self._names_in(text), *self._phones_in(text))):
            if joined and begins < joined[-1][1]:
                joined[-1] = joined[-1][0], max(ends, joined[-1][1])
            else:
                joined.append((begins, ends))
        return joined

    def _names_in(self, text: str) -> Iterator[tuple[int, int]]:
        lower = text.lower()
        plain = lower if len(lower) == len(text) else text
        for trace in self.traces.names:
            for at in range(len(plain) - trace.length + 1):
                ends = at + trace.length
                if mark(self.key, plain[at:ends]) == trace.mark and _stands_alone(plain, at, ends):
                    yield at, ends

    def _phones_in(self, text: str) -> Iterator[tuple[int, int]]:
        if not self.traces.phones:
            return
        for run in _runs(text):
            digits = "".join(str(int(text[at])) for at in run)
            for trace in self.traces.phones:
                for first in range(len(run) - trace.length + 1):
                    last = first + trace.length
                    if mark(self.key, digits[first:last]) != trace.mark:
                        continue
                    begins, ends = run[first], run[last - 1] + 1
                    if _is_a_number(text, begins, ends, trace.length):
                        ahead = _AHEAD.search(text[:begins])
                        yield (ahead.start() if ahead and ahead[0].strip() else begins), ends


def key_of(secret: str, request: str) -> bytes:
    """The key of one request: marks of two requests have nothing in common."""
    return hmac.digest(secret.encode(), f"personal\x1f{request}".encode(), "sha256")


def mark(key: bytes, text: str) -> str:
    """The mark of a text under a key."""
    return blake2b(text.encode(), key=key, digest_size=SIZE).hexdigest()


def traces_of(key: bytes, names: Iterable[str], phones: Iterable[str]) -> Traces:
    """What tells of these names and phones; names of one character, and what is no number, leave none."""
    called = [name.strip().lower() for name in names]
    numbers = [digits for digits in map(reached_by, phones) if len(digits) >= FEWEST_DIGITS]
    return Traces(
        names=[
            Trace(length=len(each), mark=mark(key, each)) for each in called if len(each) >= SHORTEST_NAME
        ],
        phones=[Trace(length=len(each), mark=mark(key, each)) for each in numbers],
    )


def reached_by(phone: str) -> str:
    """The digits of a number that are the same however it is written down."""
    number, _ = parts(compared(phone))
    digits = "".join(str(int(each)) for each in number if each.isdecimal())
    if number.startswith(f"+{CHINA}"):
        return digits.removeprefix(CHINA)
    return digits[-ABROAD_DIGITS:]


def _runs(text: str) -> Iterator[list[int]]:
    """Where the digits of what may be numbers are, a list each: what people put between them is left out."""
    places = [at for at, each in enumerate(text) if each.isdecimal()]
    if not places:
        return
    run = places[:1]
    for before, at in pairwise(places):
        if _BETWEEN.fullmatch(text, before + 1, at) is None:
            yield run
            run = []
        run.append(at)
    yield run


def _is_a_number(text: str, begins: int, ends: int, length: int) -> bool:
    """Whether the digits are no part of longer ones, but for what is dialled before a number."""
    digits = _DIGITS.search(text[:begins])
    ahead = "".join(str(int(each)) for each in digits[0]) if digits else ""
    is_dialled = ahead in DIALLED_AHEAD or (length == ABROAD_DIGITS and len(ahead) <= MOST_AHEAD)
    return is_dialled and not text[ends : ends + 1].isdecimal()


def _stands_alone(text: str, begins: int, ends: int) -> bool:
    """Whether it is no part of a longer word of a script that puts blanks between words."""
    inside = (text[begins - 1 : begins], text[begins]), (text[ends - 1], text[ends : ends + 1])
    return not any(_are_of_a_word(one, other) for one, other in inside)


def _are_of_a_word(one: str, other: str) -> bool:
    return all(each and each.isascii() and each.isalnum() for each in (one, other))
