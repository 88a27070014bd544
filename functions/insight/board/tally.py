"""What a board adds up to, kept in step with its things one by one: how many are open, and of what they are.

Both are sums over the things that are open, in any order; so a board that comes back to what it was has the
same sums again, and nobody has to read all of it to know them.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Literal

from functions.insight.board.models import BySeverity, Count, Item, Kind
from linli.contracts import Contract

NOTHING = f"{0:032x}"


class Tally(Contract):
    """How many are open, by severity and by kind. `digest`: of all that is shown of them."""

    digest: str = NOTHING
    by_severity: BySeverity = BySeverity()
    by_kind: dict[Kind, Count] = {}

    @property
    def open(self) -> int:
        """How many things are open."""
        return sum(self.by_kind.values())

    def put(self, item: Item, digest: str) -> "Tally":
        """With one more thing open, which is shown under `digest`."""
        return self._moved(item, digest, 1)

    def taken(self, item: Item, digest: str) -> "Tally":
        """Without a thing that was open, and shown under `digest`."""
        return self._moved(item, digest, -1)

    def _moved(self, item: Item, digest: str, by: Literal[1, -1]) -> "Tally":
        severity = {str(item.severity): getattr(self.by_severity, item.severity) + by}
        kinds: dict[Kind, Count] = {**self.by_kind, item.kind: self.by_kind.get(item.kind, 0) + by}
        return Tally(
            digest=f"{int(self.digest, 16) ^ int(digest, 16):032x}",
            by_severity=self.by_severity.model_copy(update=severity),
            by_kind={kind: kinds[kind] for kind in sorted(kinds) if kinds[kind]},
        )


def together(counts: Iterable[BySeverity]) -> BySeverity:
    """How many are open of each severity, in all."""
    each = [one.model_dump() for one in counts]
    return BySeverity(**{name: sum(one[name] for one in each) for name in BySeverity.model_fields})


def digest_of(item: Item) -> str:
    """What stands in a board's digest for a thing: of all that is shown of it."""
    return sha256(item.model_dump_json(exclude_none=True).encode()).hexdigest()[:32]
