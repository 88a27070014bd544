"""A service goes through all its rows for one person: whoever is to be forgotten, or asks for their data.

Where somebody is mentioned no key can tell (a note on a neighbour's ticket), so the table is scanned, a page
at a time, by a function of its own for which no request waits. A delivery that has taken its time leaves the
rest to the next one; what was read before and written after by somebody else is found by the next turn.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Literal

from linli import tasks
from linli.aws import answering, client, error_code, failures
from linli.errors import Unavailable
from linli.events import BusEnvelope
from linli.keys import Key
from linli.personal import items
from linli.personal.fates import Fate, unnamed
from linli.personal.items import Change, Item, Whose
from linli.personal.models import Kept, PersonalDataAnswered, PersonalDataAsked, Waits
from linli.personal.rows import Progress, ProgressRow
from linli.personal.traces import Finder, key_of
from linli.queues import Received
from linli.secrets import secret
from linli.tables import HELD_BY_OTHERS, REFUSED, ConditionsFailed, Row, SeenRow, Transaction, read
from linli.vocabulary.directory import PersonExportAsked

SECRET = "cursor-key"  # noqa: S105  the name of it
ACTION = "personal_data"
WALKS_S = 60.0
PAGE = 2000  # rows looked at by one request, which ends at 1 MB anyhow
ONCE_MORE_S = 60  # longer than any function of ours holds what it has read
WAITS_S = 240  # of a queue whose messages wait longer there is an alarm
MOST_TURNS = 5
WAITS_AT_MOST = timedelta(days=14)
RACES = 5
UNKNOWN = unnamed()  # what newer code, before it was rolled back, has written

Outcome = Literal["not_yet", "waits", "went_on", "once_more", "answered", "duplicate"]
Asked = Received[Any]
Holds = Callable[[str, str, datetime], Waits | None]
"""Ends what a service does for the person, or says why it cannot yet."""
Tells = Callable[[dict[str, Any]], PersonalDataAnswered]
"""Makes the service's own fact of what is said in it."""
Gone = Mapping[str, Callable[[Row], None]]
"""What else goes with a row of a kind."""


def alias_of(request: str) -> str:
    """The id that stands for a person's after a request to forget them."""
    return f"gone-{request}"


def see_to(received: Asked, tells: Tells, holds: Holds | None = None, gone: Gone | None = None) -> Outcome:
    """Do what is asked about a person in all rows of this service, and tell what was done, once.

    Raises Unavailable when the store is silent, or somebody has had to be waited for too long.
    """
    asked, now = received.fact, received.delivery.first_at
    exports = isinstance(asked, PersonExportAsked)
    seen = SeenRow.of(asked.community, received.event, now)
    at = ProgressRow.key(asked.community, asked.request)
    rows = read([(seen.pk, seen.sk), at])
    if (seen.pk, seen.sk) in rows:
        return "duplicate"
    if now < asked.not_before:
        _again(received, min(WAITS_S, int((asked.not_before - now).total_seconds()) + 1))
        return "not_yet"
    why = holds(asked.community, asked.person, now) if holds and not exports else None
    if why is not None:
        return _wait(received, tells, why, now)
    row = rows.one(ProgressRow, at)
    walk = _Walk(asked, row.progress if row else Progress(), now, gone or {}, exports=exports)
    if not walk.go_on():
        _save(at, walk.progress, now)
        _again(received, 0)
        return "went_on"
    if walk.progress.changed and walk.progress.turn < MOST_TURNS:
        anew: dict[str, Any] = {"turn": walk.progress.turn + 1, "begins": None, "changed": 0, "kept": {}}
        _save(at, walk.progress.model_copy(update=anew), now)
        _again(received, ONCE_MORE_S)
        return "once_more"
    return _answer(received, tells, walk.progress, seen, now)


def _again(received: Asked, after_s: int) -> None:
    tasks.leave(ACTION, [BusEnvelope(detail=received.event)], after_s=after_s)


def _save(at: tuple[str, str], progress: Progress, now: datetime) -> None:
    transaction = Transaction()
    transaction.put("progress", ProgressRow(*at, progress=progress, ttl=ProgressRow.KEPT.until(now)))
    transaction.commit()


def _wait(received: Asked, tells: Tells, why: Waits, now: datetime) -> Outcome:
    """Tell once that it has to wait, and look again in some minutes."""
    asked = received.fact
    if now - asked.asked_at > WAITS_AT_MOST:
        raise Unavailable("waited_too_long")
    told = _told(asked, tells, state="waits", waits_for=why)
    transaction = Transaction()
    transaction.publish([told], f"{received.event.id}/waits", now)
    with suppress(ConditionsFailed):
        transaction.commit()
    _again(received, WAITS_S)
    return "waits"


def _answer(received: Asked, tells: Tells, done: Progress, seen: SeenRow, now: datetime) -> Outcome:
    asked = received.fact
    stays = [(*each.split("#"), rows) for each, rows in sorted(done.kept.items())]
    kept = [Kept.model_validate({"kind": kind, "reason": why, "rows": rows}) for kind, why, rows in stays]
    told = _told(asked, tells, state="done", rows=done.rows, kept=kept, parts=done.parts)
    transaction = Transaction()
    transaction.create("seen", seen)
    transaction.delete("progress", ProgressRow(*ProgressRow.key(asked.community, asked.request)))
    transaction.publish([told], f"{received.event.id}/answered", now)
    try:
        transaction.commit()
    except ConditionsFailed:
        return "duplicate"
    return "answered"


def _told(asked: PersonalDataAsked, tells: Tells, **said: Any) -> PersonalDataAnswered:
    what = "export" if isinstance(asked, PersonExportAsked) else "forgetting"
    about = {"community": asked.community, "request": asked.request, "person": asked.person, "asked": what}
    return tells(about | said)


class _Walk:
    """One delivery's way through the table."""

    def __init__(
        self, asked: PersonalDataAsked, begun: Progress, now: datetime, gone: Gone, *, exports: bool
    ) -> None:
        self.asked, self.progress, self.now, self.gone, self.exports = asked, begun, now, gone, exports
        finder = Finder(key_of(secret(SECRET), asked.request), asked.traces)
        self.whose = Whose(asked.community, asked.person, alias_of(asked.request), finder)
        self.kinds = dict(kinds())
        self.rows, self.kept = dict(begun.rows), dict(begun.kept)
        self.changed, self.begins = begun.changed, begun.begins
        self.lines: list[str] = []

    def go_on(self) -> bool:
        """Go through the table for a while. Returns whether that was all of it."""
        until, ended = time.monotonic() + WALKS_S, False
        while not ended:
            page, self.begins = _scanned(self.asked.community, self.begins)
            for item in page:
                self._see_to(item)
            ended = self.begins is None
            if time.monotonic() >= until:
                break
        parts = self.progress.parts + self._write_part()
        self.progress = Progress(
            begins=self.begins,
            turn=self.progress.turn,
            changed=self.changed,
            rows=self.rows,
            kept=self.kept,
            parts=parts,
        )
        return ended

    def _see_to(self, item: Item) -> None:
        fate, parts = self._declared(item)
        if not items.is_here(parts, item, self.whose.community):
            return
        if self.exports:
            if items.is_theirs(fate, parts, item, self.whose.person):
                self.lines.append(json.dumps(items.exported(parts, item, self.whose), ensure_ascii=False))
                self._count("exported")
            return
        why = items.stays(fate, parts, item, self.whose)
        if why is not None:
            place = f"{item['kind']['S']}#{why}"
            self.kept[place] = self.kept.get(place, 0) + 1
        self._carry_out(item)

    def _carry_out(self, item: Item | None) -> None:
        """Change an item as its kind says, whoever else changes it meanwhile. Raises Unavailable."""
        for _ in range(RACES):
            change = self._change_of(item) if item else None
            if change is None:
                return
            if change.after is None and (also := self.gone.get(change.before["kind"]["S"])):
                also(Row.from_raw_data(change.before))
            if _written(change):
                self.changed += 1
                self._count(change.deed)
                return
            item = _read_again(change.before)
        raise Unavailable("too_many_changes")

    def _change_of(self, item: Item) -> Change | None:
        fate, parts = self._declared(item)
        return items.change_of(fate, parts, item, self.whose, self.now)

    def _declared(self, item: Item) -> tuple[Fate, dict[str, str]]:
        kind = self.kinds.get(item["kind"]["S"])
        return (kind.PERSONAL, parts_of(kind, item)) if kind else (UNKNOWN, {})

    def _count(self, deed: str) -> None:
        self.rows[deed] = self.rows.get(deed, 0) + 1

    def _write_part(self) -> int:
        """Whether there was anything to write."""
        if not self.lines:
            return 0
        text = "".join(f"{line}\n" for line in self.lines)
        with answering():
            client("s3").put_object(
                Bucket=bucket(),
                Key=part_of(self.asked.request, os.environ["LINLI_SERVICE"], self.progress.parts),
                Body=text.encode(),
                ContentType="application/x-ndjson",
            )
        return 1


def bucket() -> str:
    """Where exports are."""
    return os.environ["LINLI_EXPORTS_BUCKET"]


def part_of(request: str, service: str, number: int) -> str:
    """The key of what a service adds to an export."""
    return f"parts/{request}/{service}-{number:04}.ndjson"


def kinds() -> Iterator[tuple[str, type[Row]]]:
    """The kinds of rows that this process knows, of which no other is made."""
    waiting: list[type[Row]] = [Row]
    while waiting:
        kind = waiting.pop()
        below = kind.__subclasses__()
        waiting += below
        name = Row.kind.get_discriminator(kind)
        if name and not below:
            yield name, kind


def parts_of(kind: type[Row], item: Item) -> dict[str, str]:
    """The parts of an item's keys by their names."""
    at = Row(item["pk"]["S"], item["sk"]["S"])
    forms = (each for each in vars(kind).values() if isinstance(each, Key))
    return next((named for form in forms if (named := form.named(at)) is not None), {})


def _scanned(community: str, begins: dict[str, str] | None) -> tuple[Sequence[Item], dict[str, str] | None]:
    """A page of what may be of a community, and where the next one begins. Raises Unavailable."""
    start = {"ExclusiveStartKey": {name: {"S": each} for name, each in begins.items()}} if begins else {}
    with answering():
        answer = client("dynamodb").scan(
            TableName=Row.Meta.table_name,
            Limit=PAGE,
            FilterExpression="begins_with(pk, :tenant) OR contains(sk, :community) OR community = :community",
            ExpressionAttributeValues={":tenant": {"S": f"{community}#"}, ":community": {"S": community}},
            **start,
        )
    last = answer.get("LastEvaluatedKey")
    return answer["Items"], {name: typed["S"] for name, typed in last.items()} if last else None


def _read_again(item: Item) -> Item | None:
    table = Row.Meta.table_name
    with answering():
        asked = {table: {"Keys": [_key_of(item)], "ConsistentRead": True}}
        found: list[Item] = client("dynamodb").batch_get_item(RequestItems=asked)["Responses"].get(table, [])
    return found[0] if found else None


def _written(change: Change) -> bool:
    """Whether a change was made; it is not if the item is another by now. Raises Unavailable."""
    table, store = Row.Meta.table_name, client("dynamodb")
    unchanged = _unchanged(change.before)
    try:
        with answering():
            if change.after is None:
                store.delete_item(TableName=table, Key=_key_of(change.before), **unchanged)
            elif change.moves:
                put = {"Put": {"TableName": table, "Item": change.after}}
                leave = {"Delete": {"TableName": table, "Key": _key_of(change.before), **unchanged}}
                store.transact_write_items(TransactItems=[put, leave])
            else:
                store.put_item(TableName=table, Item=change.after, **unchanged)
    except failures() as error:
        if error_code(error) in {REFUSED, *HELD_BY_OTHERS}:
            return False
        raise
    return True


def _unchanged(item: Item) -> dict[str, Any]:
    """The condition that an item is as it was read."""
    names = [name for name in item if name not in items.KEYS]
    return {
        "ConditionExpression": " AND ".join(f"#n{at} = :v{at}" for at in range(len(names))),
        "ExpressionAttributeNames": {f"#n{at}": name for at, name in enumerate(names)},
        "ExpressionAttributeValues": {f":v{at}": item[name] for at, name in enumerate(names)},
    }


def _key_of(item: Item) -> Item:
    return {name: item[name] for name in items.KEYS}
