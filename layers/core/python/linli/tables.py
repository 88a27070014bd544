"""State: rows of a service's one table, and transactions over them.

A service's table has string keys `pk`, `sk`, a `kind` that says which row it is, and `ttl`. The partition key
of every tenant row begins with `<community>#`.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import reduce
from operator import and_
from typing import Any, ClassVar, TypeVar

from pynamodb.attributes import Attribute, DiscriminatorAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.constants import STRING
from pynamodb.exceptions import TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Value
from pynamodb.expressions.update import Action, RemoveAction, SetAction

from linli.aws import answering, error_code, met_itself
from linli.contracts import Contract
from linli.dynamodb import Connection, Model, TableConnection, TransactWrite, over_our_client
from linli.errors import NotFound, Unavailable
from linli.events import Event, Fact, envelope
from linli.instants import to_epoch_seconds, to_text
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.naming import stage
from linli.observability import correlation_id, observed
from linli.pauses import pause
from linli.personal.fates import SOON_GONE, Fate
from linli.reading import read_as

OUTBOX_KEPT = timedelta(days=7)
RACES_LOST = 12
LONGEST_RACE_S = 0.04
KEYS_AT_ONCE = 100  # which one BatchGetItem takes
STANDSTILLS, LONGEST_STANDSTILL_S = 8, 0.4
KEYS = ("pk", "sk", "kind")
REFUSED = "ConditionalCheckFailedException"
HELD_BY_OTHERS = frozenset({"TransactionCanceledException", "TransactionConflictException"})


class _TableName:
    """`linli-<stage>-<service>`, read when a request is made: Chalice imports models without a stage."""

    def __get__(self, _instance: object, _owner: type) -> str:
        return f"linli-{stage()}-{os.environ['LINLI_SERVICE']}"


class InstantAttribute(Attribute[datetime]):
    """An instant as RFC 3339 text with milliseconds: readable, and sorts in time order."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        return to_text(value)

    def deserialize(self, value: str) -> datetime:
        return datetime.fromisoformat(value)


Document = TypeVar("Document", bound=Contract)


class ContractAttribute(Attribute[Document]):
    """A contract as JSON text, parsed as strictly as if it came from outside, but for members it does not
    know: after a rollback, rows that newer code has written can still be read.
    """

    attr_type = STRING

    def __init__(self, contract: type[Document], *, null: bool = False) -> None:
        super().__init__(null=null)
        self.contract = contract

    def serialize(self, value: Document) -> str:
        return value.model_dump_json()

    def deserialize(self, value: str) -> Document:
        return read_as(self.contract, value)


class Row(Model):
    """Any row of the service's table; reading through this class gives each row its own type."""

    class Meta:
        table_name = _TableName()

    KEPT: ClassVar[Lifetime]
    """Each kind of rows says it."""
    PERSONAL: ClassVar[Fate]
    """What becomes of a person in it: each kind of rows says it."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()
    ttl = NumberAttribute(null=True)

    @property
    def community(self) -> str:
        """Whose row it is, by its key: a community, or what else is a tenant."""
        return str(self.pk).partition("#")[0]

    @classmethod
    def _get_connection(cls) -> TableConnection:
        """One connection for all kinds of rows: PynamoDB makes another for a class that asks before Row."""
        return over_our_client(super()._get_connection()) if cls is Row else Row._get_connection()


class CopyRow(Row):
    """A copy of what another service tells of: its newest version wins, in whatever order they come."""

    version = NumberAttribute()


class OutboxRow(Row, discriminator="outbox"):
    """An event to be published, written with the state it tells of; the relay sends it on."""

    KEPT = Lifetime("{}", OUTBOX_KEPT)
    PERSONAL = SOON_GONE
    key = Key("{community}#outbox", "{event_id}")

    event = UnicodeAttribute()

    @classmethod
    def of(cls, event: Event, now: datetime) -> "OutboxRow":
        """`event` to be published once the transaction that holds this row succeeds."""
        key = cls.key(event.subject.split("/")[0], event.id)
        return cls(*key, event=event.model_dump_json(), ttl=cls.KEPT.until(now))


class SeenRow(Row, discriminator="seen"):
    """A fact of another service that has had its effect."""

    KEPT = Lifetime("{}", OUTBOX_KEPT)
    PERSONAL = SOON_GONE
    key = Key("{community}#seen", "{source}#{event_id}")

    @classmethod
    def of(cls, community: str, event: Event, now: datetime) -> "SeenRow":
        """The mark of `event`, kept as long as the bus may repeat it."""
        return cls(*cls.key(community, event.source, event.id), ttl=cls.KEPT.until(now))


Found = TypeVar("Found", bound=Row)
_RawRow = dict[str, dict[str, Any]]
_RawKey = dict[str, dict[str, str]]


class ConditionsFailed(Exception):
    """A transaction changed nothing because conditions did not hold: the rows that stood in the way.

    `rows` maps the name each write was given to the row as it is, or None when there is none.
    """

    def __init__(self, rows: dict[str, Row | None]) -> None:
        super().__init__(", ".join(rows))
        self.rows = rows

    def one(self, kind: type[Found], name: str) -> Found | None:
        """The row that stood in the way of the write `name`, if it is of this kind."""
        row = self.rows.get(name)
        return row if isinstance(row, kind) else None


class Contended(Unavailable):
    """Another transaction held the same rows: nothing was written; the next attempt sees what it did."""


class Transaction:
    """Writes that happen together or not at all (TransactWriteItems), each under a name of its own.

    Each call has a ClientRequestToken, so one that is made again after a lost reply is not applied twice.
    """

    def __init__(self) -> None:
        self._checks: list[tuple[str, type[Row], RowKey, Condition]] = []
        self._deletes: list[tuple[str, Row, Condition | None]] = []
        self._puts: list[tuple[str, Row, Condition | None]] = []
        self._updates: list[tuple[str, Row, Sequence[Action], Condition | None]] = []

    def put(self, name: str, row: Row, condition: Condition | None = None) -> None:
        """Write a whole row, if `condition` holds."""
        self._puts.append((name, row, condition))

    def create(self, name: str, row: Row) -> None:
        """Write a row that must not exist yet."""
        self.put(name, row, Row.pk.does_not_exist())

    def keep_newest(self, name: str, row: CopyRow) -> None:
        """Write a row unless the same version of it, or a newer one, is there."""
        self.put(name, row, CopyRow.version.does_not_exist() | (CopyRow.version < row.version))

    def update(
        self, name: str, row: Row, actions: Sequence[Action], condition: Condition | None = None
    ) -> None:
        """Change a row in place, if `condition` holds."""
        self._updates.append((name, row, actions, condition))

    def check(self, name: str, kind: type[Row], key: RowKey, condition: Condition) -> None:
        """Depend on a row that is not changed: `condition` must hold of what is under `key`.

        A failed condition does not tell what the row was. The function needs `dynamodb:ConditionCheckItem`.
        """
        self._checks.append((name, kind, key, condition))

    def delete(self, name: str, row: Row, condition: Condition | None = None) -> None:
        """Remove a row, if `condition` holds. A failed condition does not tell what the row was."""
        self._deletes.append((name, row, condition))

    def publish(self, facts: Iterable[Fact], cause: str, now: datetime, *, chain: str = "") -> None:
        """Add the outbox rows of `facts`; `cause` makes their event ids the same on every attempt.

        `cause` is `<action>/<community>/…`: two facts of a service under one id would be one to all others.
        A second one is refused, since the relay sends new rows only. `chain`: their correlation id, where it
        is not that of the attempt.
        """
        for number, fact in enumerate(facts):
            event = envelope(fact, f"{cause}-{number}" if number else cause, now, chain or correlation_id())
            self.create(f"outbox-{number}", OutboxRow.of(event, now))

    def commit(self) -> None:
        """Apply all writes in one round trip.

        Raises ConditionsFailed with the rows in the way, Contended when another transaction held them, or
        Unavailable for what trying again at once cannot mend.
        """
        try:
            with TransactWrite(connection=_connection()) as transaction:
                for _, kind, key, holds in self._checks:
                    transaction.condition_check(kind, *key, condition=holds)
                for _, row, condition in self._deletes:
                    transaction.delete(row, condition=condition)
                for _, row, condition in self._puts:
                    transaction.save(row, condition=condition, return_values="ALL_OLD")
                for _, row, actions, condition in self._updates:
                    transaction.update(
                        row, actions=list(actions), condition=condition, return_values="ALL_OLD"
                    )
        except TransactWriteError as error:
            raise self._explained(error) from error

    def _explained(self, error: TransactWriteError) -> Exception:
        writes = (self._checks, self._deletes, self._puts, self._updates)  # in the order PynamoDB sends them
        names = [name for each in writes for name, *_ in each]
        failed = {
            name: _as_far_as_readable(reason.raw_item) if reason.raw_item else None
            for name, reason in zip(names, error.cancellation_reasons, strict=False)
            if reason is not None and reason.code == "ConditionalCheckFailed"
        }
        if failed:
            return ConditionsFailed(failed)
        if error_code(error) in HELD_BY_OTHERS:
            return Contended("rows_held")
        return Unavailable("not_stored")


def _as_far_as_readable(raw: dict[str, Any]) -> Row | None:
    try:
        return Row.from_raw_data(raw)
    except ValueError:
        return None


def _connection() -> Connection:
    return Row._get_connection().connection  # noqa: SLF001  the same connection as every other call


def change(row: Row, actions: Sequence[Action], condition: Condition) -> None:
    """Change one row in place, if `condition` holds: an UpdateItem, at half the price of a transaction.

    Raises ConditionsFailed, Contended, or Unavailable, as a transaction. A call whose reply was lost has been
    sent again, and finds its own write in the way: where the row is as it was to become, that is no refusal.
    """
    try:
        row.update(actions=list(actions), condition=condition)
    except UpdateError as error:
        if error_code(error) in HELD_BY_OTHERS:
            raise Contended("row_held") from error
        if error_code(error) != REFUSED:
            raise Unavailable("not_stored") from error
        if not (met_itself(error) and _is_so(row, actions)):
            raise ConditionsFailed({"row": None}) from error


def _is_so(row: Row, actions: Sequence[Action]) -> bool:
    """Whether a row is as `actions` make it, as far as they say so themselves; then it is read."""
    stated = [(action, so) for action in actions if (so := _effect(action)) is not None]
    if not stated:
        return False
    so_still = reduce(and_, [so for _, so in stated], Row.pk.exists())
    try:
        row.update([action for action, _ in stated], so_still)
    except UpdateError as error:
        if error_code(error) == REFUSED:
            return False
        raise Unavailable("not_stored") from error
    return True


def _effect(action: Action) -> Condition | None:
    """What holds once it is done, of one that names what will be there."""
    path: Any = action.values[0]
    so: Condition | None = None
    if isinstance(action, RemoveAction):
        so = path.does_not_exist()
    elif isinstance(action, SetAction) and isinstance(action.values[1], Value):
        so = path == action.values[1]
    return so


def keep_newest(row: CopyRow) -> bool:
    """Write a copy unless the same version of it, or a newer one, is there. Returns whether it was."""
    transaction = Transaction()
    transaction.keep_newest("copy", row)
    try:
        transaction.commit()
    except ConditionsFailed:
        return False
    return True


class Rows(dict[RowKey, Row]):
    """Rows that were read together, by key."""

    def one(self, kind: type[Found], key: RowKey) -> Found | None:
        """The row under `key`, if it is there and of this kind."""
        row = self.get(key)
        return row if isinstance(row, kind) else None


def read(keys: Iterable[RowKey], *, only: Sequence[str] = ()) -> Rows:
    """The rows under `keys` in one consistent round trip; those that do not exist are left out.

    `only`: so many of their attributes, which are read whatever the others hold. Raises Unavailable when the
    store does not answer, or leaves keys out again and again.
    """
    wanted = [{"pk": {STRING: pk}, "sk": {STRING: sk}} for pk, sk in dict.fromkeys(keys)]
    attributes = [*KEYS, *only] if only else None
    rows = (
        Row.from_raw_data(raw)
        for first in range(0, len(wanted), KEYS_AT_ONCE)
        for raw in _read_all(wanted[first : first + KEYS_AT_ONCE], attributes)
    )
    return Rows(((row.pk, row.sk), row) for row in rows)


def _read_all(keys: Sequence[_RawKey], attributes: Sequence[str] | None) -> Iterator[_RawRow]:
    """What is under so many keys. PynamoDB would ask for those that the store left out at once, for ever."""
    left, standstills = keys, 0
    while standstills < STANDSTILLS:
        with answering():
            answer = Row._get_connection().batch_get_item(  # noqa: SLF001  the same client again
                left,  # type: ignore[arg-type]  # keys of two parts, as its own models give
                consistent_read=True,
                attributes_to_get=attributes,
            )
        yield from answer["Responses"].get(Row.Meta.table_name, ())
        before, left = left, answer.get("UnprocessedKeys", {}).get(Row.Meta.table_name, {}).get("Keys", ())
        if not left:
            return
        standstills = 0 if len(left) < len(before) else standstills + 1
        pause(standstills, LONGEST_STANDSTILL_S)
    raise Unavailable("store_busy")


def readable(keys: Iterable[RowKey]) -> Rows:
    """The rows under `keys` as `read`, without those that cannot be understood, which are logged and counted.

    For what must happen whatever newer code, before it was rolled back, or a hand has written there.
    """
    wanted = list(dict.fromkeys(keys))
    try:
        return read(wanted)
    except ValueError:
        found = Rows()
        for key in wanted:
            with suppress(ValueError), observed("read_alone", "/".join(key)):
                found.update(read([key]))
        return found


def all_readable(kind: type[Found], partition: str) -> list[Found]:
    """All rows of a kind in a partition but those that cannot be read, likewise. Raises Unavailable."""
    try:
        with answering():
            return list(kind.query(partition, consistent_read=True))
    except ValueError:
        with answering():
            rows = list(kind.query(partition, consistent_read=True, attributes_to_get=list(KEYS)))
        found = readable((row.pk, row.sk) for row in rows)
        return [row for row in found.values() if isinstance(row, kind)]


def as_read(kind: type[Found], row: Found | None, *names: str) -> Condition:
    """The condition that these attributes are as they were read; of no row, that there is still none."""
    if row is None:
        return Row.pk.does_not_exist()
    pairs = [(getattr(kind, name), getattr(row, name)) for name in names]
    same = [path.does_not_exist() if value is None else path == value for path, value in pairs]
    condition: Condition = reduce(and_, same)
    return condition


def find(kind: type[Found], key: RowKey) -> Found:
    """The row under `key`. Raises NotFound."""
    row = read([key]).one(kind, key)
    if row is None:
        raise NotFound
    return row


Result = TypeVar("Result")


def until_it_holds(attempt: Callable[[], Result], races: int = RACES_LOST) -> Result:
    """Run `attempt` (read, decide, commit) again while others change the same rows in between.

    Raises Unavailable when it loses `races` in a row: nothing has been written then. Where many are at one
    row by nature, a repairer's hands or a person's state, it takes more of them.
    """
    lost: Exception | None = None
    for number in range(races):
        if number > 1:  # the first race is lost to one who is through by now
            pause(number, LONGEST_RACE_S)
        try:
            return attempt()
        except (ConditionsFailed, Contended) as error:
            lost = error
    raise Unavailable("too_many_changes") from lost


def expired(row: Row, now: datetime) -> bool:
    """Whether a row is past its time to live; DynamoDB deletes it up to two days later."""
    return row.ttl is not None and row.ttl <= to_epoch_seconds(now)
