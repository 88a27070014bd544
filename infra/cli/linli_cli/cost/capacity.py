"""Capacity as DynamoDB counts it, of items as its JSON has them.

Rules: the developer guide's "DynamoDB read and write operations" (read and write consumption), "Using Global
Secondary Indexes" (write and storage considerations) and "Item sizes and formats".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

Item = Mapping[str, Mapping[str, Any]]

READ_BYTES, WRITE_BYTES = 4096, 1024
ITEM_OVERHEAD_BYTES = 100  # of each item that is stored, in the table and in each index
NESTED_BYTES, MEMBER_BYTES = 3, 1
DIGITS_A_BYTE = 2
IN_A_TRANSACTION = 2  # times what the same read or write takes alone; the indexes follow it outside


@dataclass(frozen=True)
class Index:
    """A global secondary index: its keys, and what it holds beside them and the table's; None for all."""

    keys: tuple[str, ...]
    holds: frozenset[str] | None

    def shown(self, item: Item | None, table_keys: Iterable[str]) -> Item | None:
        """What the index holds of an item: nothing without all of its keys."""
        if item is None or not all(key in item for key in self.keys):
            return None
        if self.holds is None:
            return item
        held = self.holds | {*self.keys, *table_keys}
        return {name: value for name, value in item.items() if name in held}


def size_of(item: Item) -> int:
    """The bytes of an item: its names in UTF-8, and its values."""
    return sum(len(name.encode()) + _size_of_value(value) for name, value in item.items())


def _size_of_value(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    match kind:
        case "S":
            size = len(held.encode())
        case "N":
            size = ceil(len(held.strip("-").replace(".", "").strip("0")) / DIGITS_A_BYTE) + 1
        case "B":
            size = len(held)
        case "BOOL" | "NULL":
            size = 1
        case "SS" | "NS" | "BS":
            size = sum(_size_of_value({kind[0]: each}) for each in held)
        case "L":
            size = NESTED_BYTES + sum(MEMBER_BYTES + _size_of_value(each) for each in held)
        case "M":
            size = NESTED_BYTES + size_of(held) + MEMBER_BYTES * len(held)
        case _:
            raise ValueError(kind)
    return size


def read_units(size: int, *, consistent: bool) -> float:
    """What one item takes, or all that one query has read. An item that is not there takes as a small one."""
    return max(ceil(size / READ_BYTES), 1) * (1 if consistent else 0.5)


def write_units(before: Item | None, after: Item | None, *, transacted: bool) -> int:
    """What a write of one item takes: by the larger of what was there and what is, whether or not its
    condition held.
    """
    size = max(size_of(before or {}), size_of(after or {}))
    return max(ceil(size / WRITE_BYTES), 1) * (IN_A_TRANSACTION if transacted else 1)


def index_units(before: Item | None, after: Item | None, index: Index, table_keys: Iterable[str]) -> int:
    """What a write takes in one index: nothing where it shows the same, a write to put in, to take out or to
    change, two where the item moves.
    """
    keys = tuple(table_keys)
    old, new = index.shown(before, keys), index.shown(after, keys)
    if old == new:
        return 0
    sizes = [max(ceil(size_of(each) / WRITE_BYTES), 1) for each in (old, new) if each is not None]
    moves = old is not None and new is not None and any(old[key] != new[key] for key in index.keys)
    return sum(sizes) if moves else max(sizes)
