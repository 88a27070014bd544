"""Writes credentials, each with the standing of its holder; QR codes; what was revoked and comes again."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from functions.access.credentials.qr_codes import QR_SEPARATOR, SECRET_LENGTH
from functions.access.credentials.rows import CredentialRow, credential_hash
from functions.access.credentials.validity import Credential
from functions.access.holders.rows import HolderRow
from functions.access.holders.standing import Standing
from linli.instants import to_epoch_seconds
from linli.secrets import keyed_hash
from linli.tables import Transaction


def qr_code_of(holder: str, qr_id: str) -> str:
    """What the QR code with this id says. Its secret follows from the id and our key; nothing stores it."""
    return f"{holder}{QR_SEPARATOR}{keyed_hash('credential-key', 'qr', qr_id)[:SECRET_LENGTH]}"


def add_qr_code(transaction: Transaction, community: str, credential: Credential, qr_id: str) -> str:
    """Let the transaction create the credential under a new QR code. Returns what that says."""
    code = qr_code_of(credential.holder, qr_id)
    key = CredentialRow.key(community, credential_hash(community, "qr", code))
    ttl = to_epoch_seconds(credential.valid_until)
    transaction.create("code", CredentialRow(*key, credential=credential, ttl=ttl))
    return code


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
