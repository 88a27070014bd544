"""What is the same: a client-made id names one message, not its sender's memory.

Devices lose counters and clocks, and apps make ids anew. The row of an effect therefore keeps a digest of
what was asked. The same id with the same content is the same question, and has its first answer; with another
content it is a question of its own, kept under `<id>~<digest>`, decided by itself and flagged `id_reused`.

A device whose counter and clock both begin anew says the very same message again hours later. Where its time
is not its own, or an app says none, the same content is therefore the same question only for a moment after
it first came; later it is a new one, under `<id>~<digest>~<moment>`.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self, TypeVar

from pynamodb.attributes import UnicodeAttribute

from linli.contracts import Contract
from linli.instants import EPOCH
from linli.keys import RowKey
from linli.tables import InstantAttribute, Row, Rows

UNASKED: frozenset[str] = frozenset({"seq", "community", "device"})  # how it was sent, not what it says
DIGEST_LENGTH = 16  # 64 bits: what it tells apart are accidents among the contents of one id


# A silence is noticed after 1.5 keep-alives (MQTT 3.1.1, 3.1.2.10), which are a minute as a rule; then the
# device connects again and repeats what nobody acknowledged.
REPEATED_WITHIN = timedelta(minutes=2)


class EffectRow(Row):
    """The row of an effect. `digest`: of what was asked. Rows of before digests were kept have none, and are
    the answer to no question: what is repeated just then is decided once more.

    `came_at`: when it first came, where its own time does not tell it from a later one.
    """

    digest = UnicodeAttribute(null=True)
    came_at = InstantAttribute(null=True)


Effect = TypeVar("Effect", bound=EffectRow)


@dataclass(frozen=True, slots=True)
class Identity:
    """A client-made id, with a digest of what was asked under it.

    `came_at`: when it came, if its own time may not tell it from a later one of the same content.
    """

    id: str
    digest: str
    came_at: datetime | None = None

    @classmethod
    def of(
        cls,
        id: str,  # noqa: A002  the field's name
        asked: Contract,
        but: AbstractSet[str] = frozenset(),
        *,
        came_at: datetime | None = None,
    ) -> Self:
        """The identity of `asked` under `id`; members named in `but` make no difference, nor one that is left
        out, so that a field added to the message later leaves the digests of before as they are.

        What must not be guessed from a digest (a card's number) is replaced by its keyed hash before.
        """
        content = asked.model_dump_json(exclude=set(UNASKED | but), exclude_defaults=True)
        return cls(id, sha256(content.encode()).hexdigest()[:DIGEST_LENGTH], came_at)

    @property
    def other(self) -> str:
        """The id of this question when its own id was used for another one."""
        return f"{self.id}~{self.digest}"

    def keys(self, key: Callable[[str], RowKey]) -> list[RowKey]:
        """Where the effect may be, to be read together; `key` says where an id is."""
        return [key(one) for one in (self.id, self.other, *self._moments(-1, 0, 1))]

    def earlier(self, rows: Rows, kind: type[Effect], key: Callable[[str], RowKey]) -> Effect | None:
        """The effect of this very question, if it had one."""
        found = (rows.one(kind, one) for one in self.keys(key))
        return next((row for row in found if row is not None and self.same(row)), None)

    def place(self, rows: Rows, key: Callable[[str], RowKey]) -> str:
        """The id to write the effect under: its own, or another one when that was used before."""
        last = (*self._moments(0), self.other)[0]
        return next((one for one in (self.id, self.other) if key(one) not in rows), last)

    def same(self, row: EffectRow) -> bool:
        """Whether a row is of this question."""
        if row.digest != self.digest or row.came_at is None or self.came_at is None:
            return row.digest == self.digest
        return abs(self.came_at - row.came_at) <= REPEATED_WITHIN

    def _moments(self, *offsets: int) -> list[str]:
        """The ids of this question by when it came; one moment is as long as a repeat may take."""
        if self.came_at is None:
            return []
        moment = (self.came_at - EPOCH) // REPEATED_WITHIN
        return [f"{self.other}~{moment + offset}" for offset in offsets]
