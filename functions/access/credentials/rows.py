"""The rows of credentials and of consents to faces, and where a credential is, by its spellings."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from functions.access.credentials.grants import Grants
from functions.access.credentials.models import Consent
from functions.access.credentials.spellings import canonical, former
from functions.access.credentials.validity import Credential
from functions.access.gates.models import CredentialKind
from functions.access.holders.standing import Standing
from linli.instants import to_epoch_seconds
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.personal.fates import gone_with, kept
from linli.secrets import keyed_hash
from linli.tables import ContractAttribute, Row, Rows, expired

MOST_OF_A_PLATE = 4  # holders at once: whose car it is, and invitations of several hosts or for several days


def credential_hash(community: str, kind: CredentialKind, value: str) -> str:
    """The keyed hash that a credential is looked up by; its value is stored nowhere."""
    return keyed_hash("credential-key", community, kind, canonical(kind, value))


class CredentialRow(Row, discriminator="credential"):
    """A credential, by its keyed hash; for further holders of one plate `<hash>-2` and so on.

    `standing` and `version` are the copy of the holder's; a QR code has none, because it names its holder.
    `used_by`: the pass that used a single-use credential up. `grants`: what was granted to it last, as of
    `last_pass`, so that one passing is not two. `consent`: the reference of that to a face. A revoked one may
    be enrolled anew. While a resident's standing names a credential it has no time to live: its copy must be
    there to be changed.
    """

    KEPT = Lifetime("until revoked, then {} after its end; a visitor's until then", timedelta(days=30))
    PERSONAL = gone_with("credential.holder")
    key = Key("{community}#credential#{digest}", "credential")

    credential = ContractAttribute(Credential)
    standing = ContractAttribute(Standing, null=True)
    version = NumberAttribute(default=0)
    revoked = BooleanAttribute(default=False)
    used_by = UnicodeAttribute(null=True)
    grants = ContractAttribute(Grants, null=True)
    last_pass = UnicodeAttribute(null=True)
    consent = UnicodeAttribute(null=True)

    @property
    def digest(self) -> str:
        """The keyed hash it is looked up by."""
        return self.key.parts(self)[1]

    @property
    def of_guest(self) -> bool:
        """Whether an invitation made it."""
        return self.standing is not None and self.standing.person is None

    @property
    def of_former_member(self) -> bool:
        """Whether its holder has left the community."""
        return self.standing is not None and "membership_ended" in self.standing.in_force()


class ConsentRow(Row, discriminator="consent"):
    """Consent to a face; kept for ever, or for three years after it was withdrawn."""

    KEPT = Lifetime("for ever, {} after it was withdrawn", timedelta(days=3 * 365))  # PIPL art. 56
    PERSONAL = kept("consent", "person", span=timedelta(days=3 * 365), whole=True)
    key = Key("{community}#consents#{person}", "{reference}")

    consent = ContractAttribute(Consent)
    withdrawn = BooleanAttribute(default=False)


def credential_keys(community: str, kind: CredentialKind, value: str) -> list[RowKey]:
    """A credential's keys: its own, then those of rows of before, which were hashed as they were typed."""
    former_ones = [keyed_hash("credential-key", community, kind, one) for one in former(kind, value)]
    keys = [CredentialRow.key(community, digest) for digest in former_ones]
    return [*own_keys(community, kind, value), *keys]


def own_keys(community: str, kind: CredentialKind, value: str) -> list[RowKey]:
    """The keys of a credential: one, or one for each who may hold the same plate at once."""
    digest = credential_hash(community, kind, value)
    further = range(2, MOST_OF_A_PLATE + 1) if kind == "plate" else ()
    return [CredentialRow.key(community, one) for one in (digest, *(f"{digest}-{at}" for at in further))]


def free_key(rows: Rows, keys: Sequence[RowKey], now: datetime) -> RowKey | None:
    """The first of a credential's keys that nobody holds now."""
    held = {(row.pk, row.sk) for row in credentials_at(rows, keys) if not (row.revoked or expired(row, now))}
    return next((key for key in keys if key not in held), None)


def free(now: datetime) -> Condition:
    """The condition that nobody holds a credential's key now."""
    over: Condition = (CredentialRow.ttl <= to_epoch_seconds(now)) | (CredentialRow.revoked == True)  # noqa: E712  builds a condition
    over |= Row.pk.does_not_exist()
    return over


def credentials_at(rows: Rows, keys: Sequence[RowKey]) -> list[CredentialRow]:
    """The credentials that were found there, in that order."""
    return [row for key in keys if (row := rows.one(CredentialRow, key)) is not None]
