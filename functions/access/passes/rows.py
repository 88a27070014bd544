"""The rows of passes as they were decided, and of entries that came before their pass."""

from collections.abc import Callable
from functools import partial

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.access.holders.standing import Passing
from linli.device_messages import LONGEST_OFFLINE
from linli.identities import EffectRow
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY, kept
from linli.tables import ContractAttribute, InstantAttribute, Row
from linli.vocabulary.access import AccessPolicy


class PassesByTime(GlobalSecondaryIndex["PassRow"]):
    """A community's passes in time order."""

    class Meta:
        index_name = "passes_by_time"
        projection = AllProjection()

    community = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class PassesByHolder(GlobalSecondaryIndex["PassRow"]):
    """One holder's passes in time order."""

    class Meta:
        index_name = "passes_by_holder"
        projection = AllProjection()

    holder = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class PassRow(EffectRow, discriminator="pass"):
    """What was asked and decided, once; under `<event id>~<digest>` when the id was another question's.

    `at` is `<decided_at>#<gate>#<event id>`, unique and in time order; `holder` is `<community>#<holder>`.
    `id_reused`: the id was another question's, so that it stands behind `~`; `latest`: where the newest one
    of this id is, if it is not here. `same_as`: the pass that this showing was the same passing as, so that
    it counts for nothing; the gate may open until `open_until`, by its own clock. `awaited`: what it counts
    for, once the gate tells that somebody went through (`entered_at`).
    """

    KEPT = Lifetime.as_said_by(AccessPolicy)
    PERSONAL = kept("gate_record", "person")
    key = Key("{community}#pass#{gate}", "{event_id}")

    community = UnicodeAttribute()
    at = UnicodeAttribute()
    holder = UnicodeAttribute(null=True)
    gate = UnicodeAttribute()
    area = UnicodeAttribute(null=True)
    direction = UnicodeAttribute(null=True)
    person = UnicodeAttribute(null=True)
    credential_kind = UnicodeAttribute()
    decided_at = InstantAttribute()
    occurred_at = InstantAttribute()
    received_at = InstantAttribute(null=True)
    id_reused = BooleanAttribute(default=False)
    latest = UnicodeAttribute(null=True)
    same_as = UnicodeAttribute(null=True)
    open_until = InstantAttribute(null=True)
    verdict = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    checks = JSONAttribute()
    offline = BooleanAttribute(default=False)
    disagreed = BooleanAttribute(default=False)
    clock_off = BooleanAttribute(default=False)
    asked_by = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    entered_at = InstantAttribute(null=True)
    awaited = ContractAttribute(Passing, null=True)
    by_time = PassesByTime()
    by_holder = PassesByHolder()

    @classmethod
    def under(cls, community: str, gate: str) -> Callable[[str], RowKey]:
        """Where the passes of a gate are, by their ids."""
        return partial(cls.key, community, gate)


class EntryRow(Row, discriminator="entry"):
    """An entry that came before its offline pass."""

    KEPT = Lifetime("until its offline pass is told, {} at most", LONGEST_OFFLINE)
    PERSONAL = NOBODY
    key = Key("{community}#entry#{gate}", "{pass_event_id}")

    event_id = UnicodeAttribute()
    entered_at = InstantAttribute()
    occurred_at = InstantAttribute()
