"""The rows of the access table; the README says who reads them how."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.access.credentials import Consent, Credential, CredentialKind, Grants
from functions.access.gates import Gate, Places
from functions.access.holders import Passing, Standing
from functions.access.invitations import Invitation
from functions.access.spellings import canonical, former
from linli.device_messages import LONGEST_OFFLINE
from linli.identities import EffectRow
from linli.instants import to_epoch_seconds
from linli.lifetimes import Lifetime
from linli.registered import RegisteredRow
from linli.secrets import keyed_hash
from linli.tables import ContractAttribute, InstantAttribute, Row, Rows, Transaction, all_readable, expired
from linli.vocabulary.access import AccessPolicy

Key = tuple[str, str]

ENTRIES_BELIEVED = timedelta(days=1)
MOST_OF_A_PLATE = 4  # holders at once: whose car it is, and invitations of several hosts or for several days


def credential_hash(community: str, kind: CredentialKind, value: str) -> str:
    """The keyed hash that a credential is looked up by; its value is stored nowhere."""
    return keyed_hash("credential-key", community, kind, canonical(kind, value))


class GateRow(Row, discriminator="gate"):
    """`<community>#gate` / `<gate>`: as a manager has set it up. `registered_at`: when the registry last
    spoke of it as a gate, and which of its words that was (`registry_version`). `entry_told_at`: when its
    door last told that somebody went through, to the hour.
    """

    KEPT = Lifetime()

    gate = ContractAttribute(Gate, null=True)
    revoked = BooleanAttribute(default=False)
    registered_at = InstantAttribute(null=True)
    registry_version = NumberAttribute(null=True)
    entry_told_at = InstantAttribute(null=True)

    @staticmethod
    def key(community: str, gate: str) -> Key:
        """Where a gate is."""
        return f"{community}#gate", gate

    def known(self, word: RegisteredRow | None = None) -> Gate | None:
        """The gate, once it is set up, as the device registry sees it now; `word`: the registry's last."""
        revoked = self.revoked if word is None else word.revoked
        return self.gate.model_copy(update={"revoked": revoked}) if self.gate else None

    def tells_entries(self, now: datetime) -> bool:
        """Whether its door says who goes through: it has, within a day. A contact that broke says nothing."""
        return self.entry_told_at is not None and now - self.entry_told_at < ENTRIES_BELIEVED


class HolderRow(Row, discriminator="holder"):
    """`<community>#holder#<holder>` / `holder`: the original of a standing."""

    KEPT = Lifetime("residents for ever, visitors {} after their window", timedelta(days=30))

    standing = ContractAttribute(Standing)
    version = NumberAttribute()

    @staticmethod
    def key(community: str, holder: str) -> Key:
        """Where a holder's standing is."""
        return f"{community}#holder#{holder}", "holder"


class CredentialRow(Row, discriminator="credential"):
    """`<community>#credential#<hash>` / `credential`; for further holders of one plate `<hash>-2` and so on.

    `standing` and `version` are the copy of the holder's; a QR code has none, because it names its holder.
    `used_by`: the pass that used a single-use credential up. `grants`: what was granted to it last, as of
    `last_pass`, so that one passing is not two. `consent`: the reference of that to a face. A revoked one may
    be enrolled anew. While a resident's standing names a credential it has no time to live: its copy must be
    there to be changed.
    """

    KEPT = Lifetime("until revoked, then {} after its end; a visitor's until then", timedelta(days=30))

    credential = ContractAttribute(Credential)
    standing = ContractAttribute(Standing, null=True)
    version = NumberAttribute(default=0)
    revoked = BooleanAttribute(default=False)
    used_by = UnicodeAttribute(null=True)
    grants = ContractAttribute(Grants, null=True)
    last_pass = UnicodeAttribute(null=True)
    consent = UnicodeAttribute(null=True)

    @staticmethod
    def key(community: str, digest: str) -> Key:
        """Where the credential with this keyed hash is."""
        return f"{community}#credential#{digest}", "credential"

    @property
    def digest(self) -> str:
        """The keyed hash it is looked up by."""
        return str(self.pk).rpartition("#")[2]

    @property
    def of_guest(self) -> bool:
        """Whether an invitation made it."""
        return self.standing is not None and self.standing.person is None

    @property
    def of_former_member(self) -> bool:
        """Whether its holder has left the community."""
        return self.standing is not None and "membership_ended" in self.standing.in_force()


class ConsentRow(Row, discriminator="consent"):
    """`<community>#consents#<person>` / `<reference>`: consent to a face; kept for ever, or for three years
    after it was withdrawn.
    """

    KEPT = Lifetime("for ever, {} after it was withdrawn", timedelta(days=3 * 365))  # PIPL art. 56

    consent = ContractAttribute(Consent)
    withdrawn = BooleanAttribute(default=False)

    @staticmethod
    def key(community: str, person: str, reference: str) -> Key:
        """Where a consent is."""
        return f"{community}#consents#{person}", reference


class InvitationRow(Row, discriminator="invitation"):
    """`<community>#invitations#<person>` / `<invitation>`: a visitor whom a person has invited."""

    KEPT = Lifetime("{} after its window", timedelta(days=30))

    invitation = ContractAttribute(Invitation)
    withdrawn = BooleanAttribute(default=False)

    @staticmethod
    def key(community: str, person: str, invitation: str) -> Key:
        """Where an invitation is."""
        return f"{community}#invitations#{person}", invitation


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
    """`<community>#pass#<gate>` / `<event id>` or `<event id>~<digest>`: what was asked and decided, once.

    `at` is `<decided_at>#<gate>#<event id>`, unique and in time order; `holder` is `<community>#<holder>`.
    `id_reused`: the id was another question's, so that it stands behind `~`; `latest`: where the newest one
    of this id is, if it is not here. `same_as`: the pass that this showing was the same passing as, so that
    it counts for nothing; the gate may open until `open_until`, by its own clock. `awaited`: what it counts
    for, once the gate tells that somebody went through (`entered_at`).
    """

    KEPT = Lifetime.as_said_by(AccessPolicy)

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

    @staticmethod
    def key(community: str, gate: str, event_id: str) -> Key:
        """Where the pass that this event asked for is."""
        return f"{community}#pass#{gate}", event_id

    @classmethod
    def under(cls, community: str, gate: str) -> Callable[[str], Key]:
        """Where the passes of a gate are, by their ids."""
        return partial(cls.key, community, gate)


class EntryRow(Row, discriminator="entry"):
    """`<community>#entry#<gate>` / `<event id of its pass>`: an entry that came before its offline pass."""

    KEPT = Lifetime("until its offline pass is told, {} at most", LONGEST_OFFLINE)

    event_id = UnicodeAttribute()
    entered_at = InstantAttribute()
    occurred_at = InstantAttribute()

    @staticmethod
    def key(community: str, gate: str, pass_event_id: str) -> Key:
        """Where the pass will find it."""
        return f"{community}#entry#{gate}", pass_event_id


def credential_keys(community: str, kind: CredentialKind, value: str) -> list[Key]:
    """Where a credential may be: its own places, then those of rows of before, hashed as they were typed."""
    former_ones = [keyed_hash("credential-key", community, kind, one) for one in former(kind, value)]
    keys = [CredentialRow.key(community, digest) for digest in former_ones]
    return [*own_keys(community, kind, value), *keys]


def own_keys(community: str, kind: CredentialKind, value: str) -> list[Key]:
    """The places of a credential: one, or one for each who may hold the same plate at once."""
    digest = credential_hash(community, kind, value)
    further = range(2, MOST_OF_A_PLATE + 1) if kind == "plate" else ()
    return [CredentialRow.key(community, one) for one in (digest, *(f"{digest}-{at}" for at in further))]


def free_key(rows: Rows, keys: Sequence[Key], now: datetime) -> Key | None:
    """The first of a credential's places that nobody holds now."""
    held = {(row.pk, row.sk) for row in credentials_at(rows, keys) if not (row.revoked or expired(row, now))}
    return next((key for key in keys if key not in held), None)


def free(now: datetime) -> Condition:
    """The condition that nobody holds a credential's place now."""
    over: Condition = (CredentialRow.ttl <= to_epoch_seconds(now)) | (CredentialRow.revoked == True)  # noqa: E712  builds a condition
    over |= Row.pk.does_not_exist()
    return over


def places(community: str) -> Places:
    """What credentials may be good for: one Query over the community's gates."""
    partition, _ = GateRow.key(community, "")
    gates = (row.known() for row in all_readable(GateRow, partition))
    return Places.of(gate for gate in gates if gate is not None)


def credentials_at(rows: Rows, keys: Sequence[Key]) -> list[CredentialRow]:
    """The credentials that were found there, in that order."""
    return [row for key in keys if (row := rows.one(CredentialRow, key)) is not None]


def forget_revoked(transaction: Transaction, rows: Iterable[CredentialRow]) -> None:
    """Let a card that is enrolled anew no longer be the one that was revoked in another spelling."""
    for row in rows:
        if row.revoked:
            transaction.delete(f"forgotten-{row.digest}", row, CredentialRow.revoked == True)  # noqa: E712  builds a condition


class CredentialChange(NamedTuple):
    """A change of one credential that may have to go with the change of its copy of the standing."""

    digest: str
    actions: Sequence[Action]
    condition: Condition


def write_standing(
    transaction: Transaction,
    community: str,
    before: Standing | None,
    after: Standing,
    shown: CredentialChange | None = None,
) -> Standing:
    """Add a change of standing to a transaction that fails if it moved since `before` was read.

    Writes the original and the copies on the credentials it had and keeps; `shown` is changed besides, in one
    write, as a transaction has but one for a row. Returns it as it will be written, for credentials that are
    new.
    """
    key, name = HolderRow.key(community, after.holder), f"holder-{after.holder}"
    if before is None:
        transaction.create(name, HolderRow(*key, standing=after, version=after.version))
        return after
    now = after.model_copy(update={"version": before.version + 1})
    actions = [HolderRow.standing.set(now), HolderRow.version.set(now.version)]
    transaction.update(name, HolderRow(*key), actions, HolderRow.version == before.version)
    for digest in set(before.credentials) & set(now.credentials):
        copied: list[Action] = [CredentialRow.standing.set(now), CredentialRow.version.set(now.version)]
        copy = CredentialChange(digest, copied, CredentialRow.version == before.version)
        if shown and shown.digest == digest:
            copy = CredentialChange(digest, [*copied, *shown.actions], copy.condition & shown.condition)
        write_credential(transaction, community, copy)
    if shown and shown.digest not in before.credentials:
        write_credential(transaction, community, shown)
    return now


def write_credential(transaction: Transaction, community: str, change: CredentialChange) -> None:
    """Add a change of one credential to a transaction."""
    row = CredentialRow(*CredentialRow.key(community, change.digest))
    transaction.update(f"credential-{change.digest}", row, change.actions, change.condition)
