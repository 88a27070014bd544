"""QR codes of ours: the holder, so that a gate needs one read, and a secret nobody can guess.

The secret is derived from the code's id and our key, so that it is stored nowhere and yet can be told again.
"""

from functions.access.credentials import QR_SEPARATOR, Credential
from functions.access.tables import CredentialRow, credential_hash
from linli.instants import to_epoch_seconds
from linli.secrets import keyed_hash
from linli.tables import Transaction

SECRET_LENGTH = 32  # base32 characters: 160 bits


def text(holder: str, qr_id: str) -> str:
    """What the code with this id says."""
    return f"{holder}{QR_SEPARATOR}{keyed_hash('credential-key', 'qr', qr_id)[:SECRET_LENGTH]}"


def add(transaction: Transaction, community: str, credential: Credential, qr_id: str) -> str:
    """Let the transaction create the credential under a new code. Returns what the code says."""
    code = text(credential.holder, qr_id)
    key = CredentialRow.key(community, credential_hash(community, "qr", code))
    ttl = to_epoch_seconds(credential.valid_until)
    transaction.create("code", CredentialRow(*key, credential=credential, ttl=ttl))
    return code
