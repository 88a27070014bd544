"""Page cursors: opaque, signed, and bound to the list they came from.

A cursor of one community, list or person is worthless for another: the scope is part of what is signed.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from pynamodb.expressions.condition import Condition
from pynamodb.indexes import Index

from linli.errors import InvalidCursor
from linli.pages import Item, Page, PageQuery
from linli.secrets import keyed_hash
from linli.tables import Row

__all__ = ["Page", "PageQuery", "page_of", "page_of_several", "sign", "verify"]
KEY = "cursor-key"
Source = TypeVar("Source", bound=Row)


def sign(position: Any, scope: str) -> str:
    """The cursor for a DynamoDB position (`LastEvaluatedKey`) in the list `scope`."""
    text = json.dumps(position, separators=(",", ":"), sort_keys=True)
    return urlsafe_b64encode(f"{keyed_hash(KEY, scope, text)}{text}".encode()).decode()


def verify(cursor: str, scope: str) -> Any:
    """The position inside a cursor.

    Raises InvalidCursor when it was not signed by us for exactly this list.
    """
    try:
        signed = urlsafe_b64decode(cursor.encode()).decode()
    except ValueError as error:
        raise InvalidCursor from error
    signature, text = signed[:52], signed[52:]
    if not hmac.compare_digest(signature.encode(), keyed_hash(KEY, scope, text).encode()):
        raise InvalidCursor
    return json.loads(text)


def page_of(
    source: type[Source] | Index[Source],
    partition: str,
    query: PageQuery,
    shown: Callable[[Source], Item | None],
    *,
    newest_first: bool = False,
    within: Condition | None = None,
) -> Page[Item]:
    """One page of a table's or index's rows under `partition`, as `shown` presents them; None leaves one out.

    Reads at most `limit` rows in one round trip. A page may be shorter than `limit` although more follow:
    only a missing `next_cursor` means the end. `within`: a condition on the sort key, which may grow wider
    from page to page. Raises InvalidCursor.
    """
    name = source.Meta.index_name if isinstance(source, Index) else source.__name__
    narrower = f"|{within.operator}" if within is not None else ""  # DynamoDB takes no position outside of it
    scope = f"{name}|{partition}|{newest_first}{narrower}"
    rows = source.query(
        partition,
        within,
        limit=query.limit,
        page_size=query.limit,
        last_evaluated_key=verify(query.cursor, scope) if query.cursor else None,
        scan_index_forward=not newest_first,
    )
    items = [item for row in rows if (item := shown(row)) is not None]
    end = rows.last_evaluated_key
    return Page(items=items, next_cursor=sign(end, scope) if end else None)


def page_of_several(
    source: type[Source] | Index[Source],
    partitions: Sequence[str],
    query: PageQuery,
    shown: Callable[[Source], Item | None],
    at: Callable[[Source], Any],
) -> Page[Item]:
    """One page of what is under several partitions, the last first by `at`, which their range key holds.

    The cursor says how far all of them have been shown, and how many of each at that very place, so that it
    is as long for forty partitions as for two. Reads a row more than `limit` of each, in a round trip each.
    Raises InvalidCursor, also when the partitions are others than those of the page before.
    """
    name = source.Meta.index_name if isinstance(source, Index) else source.__name__
    scope = "|".join([name, *partitions])
    attributes = source.Meta.attributes if isinstance(source, Index) else source.get_attributes()
    place = next(each for each in attributes.values() if each.is_range_key)
    reached, seen = verify(query.cursor, scope) if query.cursor else (None, {})
    until = None if reached is None else place <= place.deserialize(reached)
    rows = [
        islice(_last_first(source, partition, query.limit + 1 + skipped, until), skipped, None)
        for number, partition in enumerate(partitions)
        for skipped in [seen.get(str(number), 0)]
    ]
    heads = {number: row for number, each in enumerate(rows) if (row := next(each, None)) is not None}
    items: list[Item] = []
    for _ in range(query.limit):
        if not heads:
            break
        number = max(heads, key=lambda each: at(heads[each]))
        row = heads.pop(number)
        here = place.serialize(at(row))
        seen = {} if here != reached else seen
        reached, seen = here, seen | {str(number): seen.get(str(number), 0) + 1}
        items += [item for item in [shown(row)] if item is not None]
        if (following := next(rows[number], None)) is not None:
            heads[number] = following
    return Page(items=items, next_cursor=sign([reached, seen], scope) if heads else None)


def _last_first(
    source: type[Source] | Index[Source], partition: str, most: int, until: Any
) -> Iterator[Source]:
    return source.query(partition, until, limit=most, page_size=most, scan_index_forward=False)
