"""What differs between a table and its restored copy, and what of it may be brought back: pure, no I/O.

A row is as DynamoDB has it: attributes with their types.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Raw = Mapping[str, Mapping[str, Any]]
GONE, CHANGED, NEW = "gone", "changed", "new"
PUBLISHED, EXPIRED, AHEAD, LEFT = "published", "expired", "ahead", "left"
TOLD_ONCE = "outbox"
VERSION = "version"
SETS = ("SS", "NS", "BS")


@dataclass(frozen=True)
class Difference:
    """A row that is not as it was: `before` in the copy, `now` in the table; one of them may be None."""

    before: Raw | None
    now: Raw | None

    @property
    def row(self) -> Raw:
        """The row as it was, or as it is where it was not there."""
        return self.before or self.now or {}

    @property
    def key(self) -> tuple[str, str]:
        return text(self.row, "pk"), text(self.row, "sk")

    @property
    def kind(self) -> str:
        return text(self.row, "kind")

    @property
    def state(self) -> str:
        """Whether the row is gone, changed, or new since."""
        if self.now is None:
            return GONE
        return CHANGED if self.before else NEW

    @property
    def attributes(self) -> list[str]:
        """The names of what differs in a row that is in both."""
        before, now = self.before or {}, self.now or {}
        if not (before and now):
            return []
        return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


def text(row: Raw, name: str) -> str:
    """An attribute that is a text; empty where it is none."""
    return str(row.get(name, {}).get("S", ""))


def comparable(row: Raw) -> Raw:
    """A row whose sets have one order: that of two tables need not be the same."""
    return {
        name: {kind: sorted(held) if kind in SETS else held for kind, held in value.items()}
        for name, value in row.items()
    }


def difference(before: Raw | None, now: Raw | None) -> Difference | None:
    """How a row differs; None where it is as it was."""
    before, now = before and comparable(before), now and comparable(now)
    return None if before == now else Difference(before, now)


def kept_back(found: Difference, now_s: int, *, over: bool) -> str:
    """Why a row is not brought back; empty where it is.

    A fact was published when it was written: its row in the outbox, written anew, would be published again.
    What has expired meanwhile would have been deleted. A row that has been changed may have been so rightly:
    it is left unless `over`, and where it has a version that went on, always, since those who keep copies
    pass over what is older than what they know.
    """
    if found.before is None:
        return NEW
    if found.kind == TOLD_ONCE:
        return PUBLISHED
    if expires_by(found.before, now_s):
        return EXPIRED
    if found.now is None:
        return ""
    if went_on(found.before, found.now):
        return AHEAD
    return "" if over else LEFT


def expires_by(row: Raw, now_s: int) -> bool:
    """Whether the time to live of a row is over (seconds since the epoch)."""
    said = row.get("ttl", {}).get("N")
    return said is not None and float(said) <= now_s


def went_on(before: Raw, now: Raw) -> bool:
    """Whether a version of a row is higher now, or is one only now."""
    return any(
        float(value["N"]) > float(before.get(name, {}).get("N", "-Infinity"))
        for name, value in now.items()
        if (name == VERSION or name.endswith(f"_{VERSION}")) and "N" in value
    )


def falls_due(row: Raw, now: str) -> bool:
    """Whether a row is one that the next sweep sees to (RFC 3339, as rows have it)."""
    return "due_shard" in row and text(row, "due_at") <= now
