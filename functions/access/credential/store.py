"""Credentials under their keyed hash, with the holder's standing copied onto them."""

from datetime import timedelta

from functions.access import qr_codes
from functions.access.credential.domain import credential_of, enrolled, own_qr
from functions.access.credential.models import EnrolledCredential, Enrolment, QrCode
from functions.access.credentials import Credential
from functions.access.holders import Standing
from functions.access.tables import (
    CredentialRow,
    HolderRow,
    Key,
    credential_hash,
    credential_keys,
    credentials_at,
    forget_revoked,
    write_standing,
)
from linli import communities
from linli.communities import CommunityRow
from linli.errors import Conflict, NotFound
from linli.idempotency import Creation
from linli.instants import to_epoch_seconds
from linli.tables import Row, Rows, Transaction, find, read, until_it_holds

KEPT_AFTER_ITS_END = timedelta(days=30)


def enrol(community: str, person: str, enrolment: Enrolment) -> EnrolledCredential:
    """Add a credential to a person. The value is its natural key: enrolling it again renews it.

    Raises NotFound for a person who is not of the community, Conflict when somebody else holds the value.
    """
    keys = credential_keys(community, enrolment.kind, enrolment.value)
    return until_it_holds(lambda: _enrol(community, person, enrolment, keys))


def _enrol(community: str, person: str, enrolment: Enrolment, keys: list[Key]) -> EnrolledCredential:
    holder_key = HolderRow.key(community, person)
    rows = read([holder_key, *keys])
    present = credentials_at(rows, keys)
    live = [row for row in present if not row.revoked]
    if any(row.credential.holder != person for row in live):
        raise Conflict("this credential is enrolled already")
    transaction = Transaction()
    if live:
        forget_revoked(transaction, present)
        return _renew(transaction, person, enrolment, live[0])
    row = CredentialRow(*keys[0])
    before = _standing(rows, holder_key)
    credential, after = enrolled(enrolment, before, row.digest)
    standing = write_standing(transaction, community, before, after)
    row.credential, row.standing, row.version = credential, standing, standing.version
    transaction.put("credential", row, Row.pk.does_not_exist() | (CredentialRow.revoked == True))  # noqa: E712  builds a condition
    forget_revoked(transaction, (one for one in present if one.digest != row.digest))
    transaction.commit()
    return _shown(row.digest, credential)


def _renew(
    transaction: Transaction, person: str, enrolment: Enrolment, row: CredentialRow
) -> EnrolledCredential:
    credential = credential_of(enrolment, person)
    actions = [CredentialRow.credential.set(credential)]
    transaction.update("renewed", row, actions, CredentialRow.revoked == False)  # noqa: E712  builds a condition
    transaction.commit()
    return _shown(row.digest, credential)


def revoke(community: str, person: str, digest: str) -> None:
    """Revoke one of a person's credentials; doing it again changes nothing. Raises NotFound."""
    until_it_holds(lambda: _revoke(community, person, digest))


def _revoke(community: str, person: str, digest: str) -> None:
    holder_key, key = HolderRow.key(community, person), CredentialRow.key(community, digest)
    rows = read([holder_key, key])
    before, row = _standing(rows, holder_key), rows.one(CredentialRow, key)
    if before is None or row is None or row.credential.holder != person:
        raise NotFound
    if row.revoked:
        return
    left = before.model_copy(update={"credentials": [one for one in before.credentials if one != digest]})
    transaction = Transaction()
    ended = to_epoch_seconds(row.credential.valid_until + KEPT_AFTER_ITS_END)
    actions = [CredentialRow.revoked.set(True), CredentialRow.ttl.set(ended)]
    transaction.update("revoked", row, actions, CredentialRow.revoked == False)  # noqa: E712
    write_standing(transaction, community, before, left)
    transaction.commit()


def of_person(community: str, person: str) -> list[EnrolledCredential]:
    """A person's credentials. Raises NotFound for a person the community does not know."""
    holder_key = HolderRow.key(community, person)
    standing = _standing(read([holder_key]), holder_key)
    if standing is None:
        raise NotFound
    keys = {CredentialRow.key(community, digest): digest for digest in standing.credentials}
    rows = read(keys)
    return [
        _shown(digest, row.credential)
        for key, digest in keys.items()
        if (row := rows.one(CredentialRow, key)) is not None
    ]


def show_qr(community: str, person: str, gates: list[str], creation: Creation) -> QrCode:
    """Make a resident's own code. Raises NotFound for a person the community does not know."""
    return creation.once(
        lambda: _show_qr(community, person, gates, creation),
        lambda earlier: _earlier_qr(community, person, earlier),
    )


def _show_qr(community: str, person: str, gates: list[str], creation: Creation) -> QrCode:
    holder_key = HolderRow.key(community, person)
    rows = read([holder_key, CommunityRow.key(community)])
    standing = _standing(rows, holder_key)
    if standing is None:
        raise NotFound
    policy = communities.known(rows, community).policies.access
    credential = own_qr(standing.holder, gates, policy, creation.at)
    transaction = Transaction()
    code = qr_codes.add(transaction, community, credential, creation.id)
    creation.claim(transaction)
    transaction.commit()
    return QrCode(code=code, valid_until=credential.valid_until)


def _earlier_qr(community: str, person: str, qr_id: str) -> QrCode:
    code = qr_codes.text(person, qr_id)
    key = CredentialRow.key(community, credential_hash(community, "qr", code))
    return QrCode(code=code, valid_until=find(CredentialRow, key).credential.valid_until)


def _standing(rows: Rows, key: Key) -> Standing | None:
    row = rows.one(HolderRow, key)
    return row.standing if row else None


def _shown(digest: str, credential: Credential) -> EnrolledCredential:
    return EnrolledCredential(
        credential=digest,
        person=credential.holder,
        kind=credential.kind,
        valid_from=credential.valid_from,
        valid_until=credential.valid_until,
        areas=credential.areas,
        gates=credential.gates,
        windows=credential.windows,
    )
