"""The rows of the access table; the README says who reads them how."""

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.access.credentials import Credential, CredentialKind
from functions.access.gates import Gate
from functions.access.holders import Standing
from functions.access.invitations import Invitation
from linli.secrets import keyed_hash
from linli.tables import ContractAttribute, InstantAttribute, Row, Transaction

Key = tuple[str, str]


def credential_hash(community: str, kind: CredentialKind, value: str) -> str:
    """The keyed hash that a credential is looked up by; its value is stored nowhere."""
    return keyed_hash("credential-key", community, kind, value)


class GateRow(Row, discriminator="gate"):
    """`<community>#gate` / `<gate>`. `registered_at`: the registry's last word on the device, and which of
    its words that was.
    """

    gate = ContractAttribute(Gate, null=True)
    revoked = BooleanAttribute(default=False)
    registered_at = InstantAttribute(null=True)
    registry_version = NumberAttribute(null=True)

    @staticmethod
    def key(community: str, gate: str) -> Key:
        """Where a gate is."""
        return f"{community}#gate", gate

    def known(self) -> Gate | None:
        """The gate, once it is set up, as the device registry sees it now."""
        return self.gate.model_copy(update={"revoked": self.revoked}) if self.gate else None


class HolderRow(Row, discriminator="holder"):
    """`<community>#holder#<holder>` / `holder`: the original of a standing."""

    standing = ContractAttribute(Standing)
    version = NumberAttribute()

    @staticmethod
    def key(community: str, holder: str) -> Key:
        """Where a holder's standing is."""
        return f"{community}#holder#{holder}", "holder"


class CredentialRow(Row, discriminator="credential"):
    """`<community>#credential#<hash>` / `credential`.

    `standing` and `version` are the copy of the holder's; a QR code has none, because it names its holder.
    `used_by`: the pass that used a single-use credential up. A revoked one may be enrolled anew. While a
    resident's standing names a credential it has no time to live: its copy must be there to be changed.
    """

    credential = ContractAttribute(Credential)
    standing = ContractAttribute(Standing, null=True)
    version = NumberAttribute(default=0)
    revoked = BooleanAttribute(default=False)
    used_by = UnicodeAttribute(null=True)

    @staticmethod
    def key(community: str, digest: str) -> Key:
        """Where the credential with this keyed hash is."""
        return f"{community}#credential#{digest}", "credential"


class InvitationRow(Row, discriminator="invitation"):
    """`<community>#invitations#<person>` / `<invitation>`."""

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


class PassRow(Row, discriminator="pass"):
    """`<community>#pass#<gate>` / `<event id>`: what was asked and decided, once.

    `at` is `<decided_at>#<gate>#<event id>`, unique and in time order; `holder` is `<community>#<holder>`.
    """

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
    verdict = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    checks = JSONAttribute()
    offline = BooleanAttribute(default=False)
    disagreed = BooleanAttribute(default=False)
    clock_off = BooleanAttribute(default=False)
    asked_by = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    entered_at = InstantAttribute(null=True)
    by_time = PassesByTime()
    by_holder = PassesByHolder()

    @staticmethod
    def key(community: str, gate: str, event_id: str) -> Key:
        """Where the pass that this event asked for is."""
        return f"{community}#pass#{gate}", event_id


def write_standing(
    transaction: Transaction, community: str, before: Standing | None, after: Standing
) -> Standing:
    """Add a change of standing to a transaction that fails if it moved since `before` was read.

    Writes the original and the copies on the credentials it had and keeps. Returns it as it will be written,
    for credentials that are new.
    """
    key = HolderRow.key(community, after.holder)
    if before is None:
        transaction.create("holder", HolderRow(*key, standing=after, version=after.version))
        return after
    now = after.model_copy(update={"version": before.version + 1})
    actions = [HolderRow.standing.set(now), HolderRow.version.set(now.version)]
    transaction.update("holder", HolderRow(*key), actions, HolderRow.version == before.version)
    for digest in set(before.credentials) & set(now.credentials):
        copy = CredentialRow(*CredentialRow.key(community, digest))
        copied = [CredentialRow.standing.set(now), CredentialRow.version.set(now.version)]
        transaction.update(f"copy-{digest}", copy, copied, CredentialRow.version == before.version)
    return now
