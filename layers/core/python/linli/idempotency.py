"""`Idempotency-Key` on POSTs that create: the same key and request is the same creation.

The key's row is written in the transaction that creates, so that there is no moment between the two, and a
repeat costs one failed condition. (IETF draft-ietf-httpapi-idempotency-key-header, section 2.)

A repeat at the same moment may be refused by a rule for what the first has just done: `Creation.once` looks
at the key again before it says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeVar

from pynamodb.attributes import UnicodeAttribute

from linli.errors import IdempotencyKeyReused, LinliError
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.personal.fates import SOON_GONE
from linli.tables import RACES_LOST, ConditionsFailed, Row, Transaction, read, until_it_holds

Result = TypeVar("Result")
NAME = "idempotency"


class CreationRow(Row, discriminator="creation"):
    """What a key created; its scope is the person and the route."""

    KEPT = Lifetime("{}", timedelta(hours=48))
    PERSONAL = SOON_GONE
    key = Key("{tenant}#idempotency", "{scope}#{key}")

    digest = UnicodeAttribute()
    created = UnicodeAttribute()


@dataclass(frozen=True, slots=True)
class CreationKey:
    """A caller's key for one creation. Its scope is the tenant, the person and the route."""

    tenant: str
    scope: str
    key: str
    digest: str

    @classmethod
    def of(cls, tenant: str, person: str, route: str, key: str, body: bytes) -> "CreationKey":
        """The key of a request; `body` is what must not differ between two uses."""
        return cls(tenant, f"{person}#{route}", key, sha256(body).hexdigest())

    def claim(self, transaction: Transaction, created: str, now: datetime) -> None:
        """Let `transaction` succeed only if this key has not been used before."""
        row = CreationRow(
            *self._row_key,
            digest=self.digest,
            created=created,
            ttl=CreationRow.KEPT.until(now),
        )
        transaction.create(NAME, row)

    def earlier(self, failed: ConditionsFailed) -> str | None:
        """The id that an earlier use of this key created, if that is why the transaction failed.

        Raises IdempotencyKeyReused when the earlier request was another one.
        """
        return self._created(failed.one(CreationRow, NAME))

    def before(self) -> str | None:
        """The id that an earlier use of this key created, by a read of its own.

        Raises IdempotencyKeyReused when the earlier request was another one.
        """
        return self._created(read([self._row_key]).one(CreationRow, self._row_key))

    @property
    def _row_key(self) -> RowKey:
        return CreationRow.key(self.tenant, self.scope, self.key)

    def _created(self, row: CreationRow | None) -> str | None:
        if row is None:
            return None
        if row.digest != self.digest:
            raise IdempotencyKeyReused
        return row.created


@dataclass(frozen=True, slots=True)
class Creation:
    """Something about to be created: a new id, when, by which attempt, and the caller's key, if any."""

    id: str
    at: datetime
    attempt: str
    key: CreationKey | None = None

    def claim(self, transaction: Transaction, created: str | None = None) -> None:
        """Let `transaction` succeed only if the caller's key has not been used before.

        `created` is the id of what comes into being, where the caller chose it.
        """
        if self.key is not None:
            self.key.claim(transaction, created or self.id, self.at)

    def earlier(self, failed: ConditionsFailed) -> str | None:
        """The id that the same request created before, if that is why the transaction failed.

        Raises IdempotencyKeyReused when the earlier request was another one.
        """
        return self.key.earlier(failed) if self.key is not None else None

    def before(self) -> str | None:
        """The id that the same request created before, by a read; None without a key. Raises as `earlier`."""
        return self.key.before() if self.key is not None else None

    def once(
        self, attempt: Callable[[], Result], again: Callable[[str], Result], races: int = RACES_LOST
    ) -> Result:
        """What `attempt` (read, decide, claim, commit) creates, or `again` shows of what the same request, by
        its key, created before or at the same moment; tried again while others change the same rows.

        Raises what `attempt` raises, unless it was refused for what this very request has done; Unavailable.
        """

        def tried() -> Result:
            refusal: Exception
            try:
                return attempt()
            except ConditionsFailed as failed:
                refusal, created = failed, self.earlier(failed)
            except LinliError as error:
                if error.retryable:
                    raise
                refusal, created = error, self.before()
            if created is None:
                raise refusal
            return again(created)

        return until_it_holds(tried, races)
