"""What is the same: a client-made id names one message, not its sender's memory.

Devices lose counters and clocks, and apps make ids anew. The row of an effect therefore keeps a digest of
what was asked. The same id with the same content is the same question, and has its first answer; with another
content it is a question of its own, kept under `<id>~<digest>`, decided by itself and flagged `id_reused`.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import sha256
from typing import Self, TypeVar

from pynamodb.attributes import UnicodeAttribute

from linli.contracts import Contract
from linli.tables import Row, Rows

UNASKED: frozenset[str] = frozenset({"seq", "community", "device"})  # how it was sent, not what it says
DIGEST_LENGTH = (
    16  # 64 bits: what it tells apart are accidents among the contents of one id
)


class EffectRow(Row):
    """The row of an effect; `digest`: of what was asked. Rows of before digests were kept have none, and are
    the answer to no question: what is repeated just then is decided once more.
    """

    digest = UnicodeAttribute(null=True)


Effect = TypeVar("Effect", bound=EffectRow)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Identity:
    """A client-made id, with a digest of what was asked under it."""

    id: str
    digest: str

    @classmethod
    def of(cls, id: str, asked: Contract, but: AbstractSet[str] = frozenset()) -> Self:  # noqa: A002  the field's name
        """The identity of `asked` under `id`; members named in `but` make no difference.

        What must not be guessed from a digest (a card's number) is replaced by its keyed hash before.
        """
        content = asked.model_dump_json(exclude=set(UNASKED | but))
        return cls(id, sha256(content.encode()).hexdigest()[:DIGEST_LENGTH])

    @property
    def other(self) -> str:
        """The id of this question when its own id was used for another one."""
        return f"{self.id}~{self.digest}"

    def keys(self, key: Callable[[str], Key]) -> list[Key]:
        """The two places where the effect may be, to be read together; `key` says where an id is."""
        return [key(self.id), key(self.other)]

    def earlier(self, rows: Rows, kind: type[Effect], key: Callable[[str], Key]) -> Effect | None:
        """The effect of this very question, if it had one."""
        first = rows.one(kind, key(self.id))
        if first is not None and self.same(first):
            return first
        return rows.one(kind, key(self.other))

    def place(self, rows: Rows, key: Callable[[str], Key]) -> str:
        """The id to write the effect under: its own, or the other one when that was used before."""
        return self.id if key(self.id) not in rows else self.other

    def same(self, row: EffectRow) -> bool:
        """Whether a row is of this question."""
        return row.digest == self.digest
