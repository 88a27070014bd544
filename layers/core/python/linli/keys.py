"""Where rows of a kind are: declared once with the kind, for its writers, its readers and the READMEs."""

import re
from typing import Protocol

RowKey = tuple[str, str]
Part = str | int
_PART = re.compile(r"\{([a-z_]+)\}")
_SEGMENT = re.compile(r"\{[a-z_]+\}|[^{}#]*")


class _Placed(Protocol):
    @property
    def pk(self) -> str: ...

    @property
    def sk(self) -> str: ...


class Key:
    """The two keys of a kind of rows: words and `{parts}`, a `#` between them.

    `key = Key("{community}#alert#{alert}", "message#{message}")`; then `key(community, alert, message)` is
    where one of them is.
    """

    def __init__(self, pk: str, sk: str) -> None:
        self.pk, self.sk = pk, sk
        segments = pk.split("#"), sk.split("#")
        if not all(_SEGMENT.fullmatch(each) for side in segments for each in side):
            raise ValueError(f"{pk} / {sk}: a part of a key stands alone between two #")
        self._pk, self._sk = _PART.sub("%s", pk), _PART.sub("%s", sk)
        self._of_partition = self._pk.count("%s")
        self._of_place = [""] * self._sk.count("%s")
        self._separators = len(segments[0]) - 1, len(segments[1]) - 1
        self._are_parts = [each.startswith("{") for side in segments for each in side]
        self._words = [each for side in segments for each in side]

    def __call__(self, *parts: Part) -> RowKey:
        """Where the row of these parts is, in the order of the templates.

        Raises TypeError for more or fewer of them, ValueError for one that would reach into a partition of
        others.
        """
        pk = self._pk % parts[: self._of_partition]
        if pk.count("#") != self._separators[0]:
            raise ValueError(f"{self.pk}: a part of it has a # of its own")
        return pk, self._sk % parts[self._of_partition :]

    def partition(self, *parts: Part) -> str:
        """The partition with these parts, which come first in a key. Raises as a call."""
        return self(*parts, *self._of_place)[0]

    def parts(self, row: _Placed) -> tuple[str, ...]:
        """What a row's keys were made of, in the same order; the last one may have a `#` of its own."""
        segments = [*row.pk.split("#", self._separators[0]), *row.sk.split("#", self._separators[1])]
        return tuple(each for each, is_part in zip(segments, self._are_parts, strict=True) if is_part)

    def named(self, row: _Placed) -> dict[str, str] | None:
        """The parts of a row's keys by their names, if it is a key of this form."""
        segments = [*row.pk.split("#", self._separators[0]), *row.sk.split("#", self._separators[1])]
        if len(segments) != len(self._words):
            return None
        pairs = list(zip(self._words, segments, self._are_parts, strict=True))
        if any(word != each for word, each, is_part in pairs if not is_part):
            return None
        return {word[1:-1]: each for word, each, is_part in pairs if is_part}
