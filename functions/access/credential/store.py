"""Credentials under their keyed hash, with the holder's standing copied onto them; consents to faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pynamodb.expressions.update import Action

from functions.access.credential.domain import (
    check_leaves_more_than_a_face,
    check_not_alone,
    credential_of,
    enrolled,
    own_qr,
    recorded,
)
from functions.access.credential.models import EnrolledCredential, EnrolledCredentials, Enrolment, QrCode
from functions.access.credentials.models import Consent
from functions.access.credentials.rows import (
    ConsentRow,
    CredentialRow,
    credential_hash,
    credential_keys,
    credentials_at,
    free,
    free_key,
    own_keys,
)
from functions.access.credentials.store import add_qr_code, forget_revoked, qr_code_of, write_standing
from functions.access.credentials.validity import Credential, another_way
from functions.access.gates.reach import Reach
from functions.access.gates.store import reach
from functions.access.holders.rows import HolderRow
from functions.access.holders.standing import Standing
from linli import communities
from linli.communities import CommunityRow
from linli.contracts import shown_as
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict, Forbidden, NotFound
from linli.idempotency import Creation
from linli.keys import RowKey
from linli.tables import Rows, Transaction, expired, find, read, until_it_holds
from linli.vocabulary.access import AccessPolicy


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be enrolled for whom, by whom, and when."""

    community: str
    person: str
    enrolment: Enrolment
    by: str
    now: datetime

    @property
    def consent_key(self) -> RowKey | None:
        """Where its consent is."""
        consent = self.enrolment.consent if self.enrolment.kind == "face" else None
        return ConsentRow.key(self.community, self.person, consent.reference) if consent else None


def enrol(wanted: Wanted) -> EnrolledCredential:
    """Add a credential to a person. The value is its natural key: enrolling it again renews it.

    Raises NotFound for a person who is not of the community, InvalidRequest for gates and areas that are not
    there, Conflict when somebody else who has not left holds the value, or a face would be the only way in.
    """
    enrolment = wanted.enrolment
    if enrolment.areas or enrolment.gates:
        reach(wanted.community).check(areas=enrolment.areas, gates=enrolment.gates)
    keys = credential_keys(wanted.community, enrolment.kind, enrolment.value)
    return until_it_holds(lambda: _enrol(wanted, keys))


def _enrol(wanted: Wanted, keys: list[RowKey]) -> EnrolledCredential:
    holder_key, enrolment = HolderRow.key(wanted.community, wanted.person), wanted.enrolment
    rows = read([holder_key, *keys, *([wanted.consent_key] if wanted.consent_key else [])])
    before, present = _standing(rows, holder_key), credentials_at(rows, keys)
    live = [row for row in present if not (row.revoked or expired(row, wanted.now))]
    theirs = [row for row in live if row.credential.holder != wanted.person and not row.of_guest]
    for row in theirs:
        if not (enrolment.move or row.of_former_member):
            raise _held(row)
    transaction = Transaction()
    consent = _consented(transaction, wanted, rows)
    mine = _mine(wanted, live)
    if enrolment.kind == "face":
        others = _credentials(wanted.community, before, but=mine.digest if mine else "")
        check_not_alone(enrolment, others.values(), wanted.now)
    if mine is not None:
        forget_revoked(transaction, present)
        return _renew(transaction, wanted, mine, consent)
    key = (theirs[0].pk, theirs[0].sk) if theirs else free_key(rows, _own(wanted, keys), wanted.now)
    if key is None:
        raise Conflict("plate_of_too_many_at_once")
    row = CredentialRow(*key)
    credential, after = enrolled(enrolment, before, row.digest)
    for other in theirs:
        _take(transaction, wanted.community, other, put=other.digest == row.digest)
    standing = write_standing(transaction, wanted.community, before, after)
    row.credential, row.standing, row.version = credential, standing, standing.version
    row.consent = consent.reference if consent else None
    unchanged = CredentialRow.version == theirs[0].version if theirs else free(wanted.now)
    transaction.put("credential", row, unchanged)
    forget_revoked(transaction, (one for one in present if one.digest != row.digest))
    transaction.commit()
    moved_from = theirs[0].credential.holder if theirs else None
    return _shown(row.digest, credential, consent=consent, moved_from=moved_from)


def _mine(wanted: Wanted, live: Sequence[CredentialRow]) -> CredentialRow | None:
    """What is to be renewed: of a plate's several hours the very same ones, else the first."""
    mine = [row for row in live if row.credential.holder == wanted.person]
    same = [row for row in mine if row.credential.windows == wanted.enrolment.windows]
    return next(iter(same if wanted.enrolment.add else [*same, *mine]), None)


def _own(wanted: Wanted, keys: list[RowKey]) -> list[RowKey]:
    own = own_keys(wanted.community, wanted.enrolment.kind, wanted.enrolment.value)
    return [key for key in keys if key in own]


def _held(row: CredentialRow) -> Conflict:
    return Conflict(
        "credential_of_another",
        holder=row.credential.holder,
        credential=row.digest,
    )


def _take(transaction: Transaction, community: str, row: CredentialRow, *, put: bool) -> None:
    """Take a credential from its holder; unless it is `put` anew, it is no more."""
    before = row.standing
    if before is not None:
        write_standing(transaction, community, before, _without(before, [row.digest]))
    if not put:
        transaction.delete(f"taken-{row.digest}", row, CredentialRow.version == row.version)


def _without(standing: Standing, digests: Sequence[str]) -> Standing:
    left = [one for one in standing.credentials if one not in digests]
    return standing.model_copy(update={"credentials": left})


def _consented(transaction: Transaction, wanted: Wanted, rows: Rows) -> Consent | None:
    """The consent to a face, written down when first referred to. Raises Conflict for a withdrawn one."""
    given, key = wanted.enrolment.consent, wanted.consent_key
    if given is None or key is None:
        return None
    known = rows.one(ConsentRow, key)
    if known is None:
        consent = recorded(given, wanted.person, wanted.by, wanted.now)
        transaction.create("consent", ConsentRow(*key, consent=consent))
        return consent
    if known.withdrawn:
        raise Conflict("consent_withdrawn")
    transaction.check("consent", ConsentRow, key, ConsentRow.withdrawn == False)  # noqa: E712  builds a condition
    return known.consent


def _renew(
    transaction: Transaction, wanted: Wanted, row: CredentialRow, consent: Consent | None
) -> EnrolledCredential:
    credential = credential_of(wanted.enrolment, wanted.person)
    actions: list[Action] = [CredentialRow.credential.set(credential)]
    if consent is not None:
        actions.append(CredentialRow.consent.set(consent.reference))
    transaction.update("renewed", row, actions, CredentialRow.revoked == False)  # noqa: E712  builds a condition
    transaction.commit()
    shown = _shown(row.digest, credential, consent=consent)
    return shown.model_copy(update={"replaced": row.credential if row.credential != credential else None})


def revoke(community: str, person: str, digest: str, now: datetime, *, lost: bool) -> None:
    """Revoke one of a person's credentials; doing it again changes nothing.

    Raises NotFound, and Conflict when nothing but a face would be left for one that is not `lost`.
    """
    until_it_holds(lambda: _revoke(community, person, digest, now, lost=lost))


def _revoke(community: str, person: str, digest: str, now: datetime, *, lost: bool) -> None:
    holder_key, key = HolderRow.key(community, person), CredentialRow.key(community, digest)
    rows = read([holder_key, key])
    before, row = _standing(rows, holder_key), rows.one(CredentialRow, key)
    if before is None or row is None or row.credential.holder != person:
        raise NotFound
    if row.revoked:
        return
    if row.credential.kind != "face" and not lost:
        left = _credentials(community, before, but=digest).values()
        check_leaves_more_than_a_face(row.credential, left, now)
    transaction = Transaction()
    _end(transaction, row)
    write_standing(transaction, community, before, _without(before, [digest]))
    transaction.commit()


def _end(transaction: Transaction, row: CredentialRow) -> None:
    ended = CredentialRow.KEPT.until(row.credential.valid_until)
    actions: list[Action] = [CredentialRow.revoked.set(True), CredentialRow.ttl.set(ended)]
    transaction.update(f"revoked-{row.digest}", row, actions, CredentialRow.revoked == False)  # noqa: E712


def revoke_own(
    community: str, person: str, digest: str, now: datetime, *, of_any_kind: bool, lost: bool
) -> None:
    """Revoke a credential of one's own: of a face the consent is withdrawn with it.

    Raises NotFound, Conflict, and Forbidden for what is no face, unless one may revoke those `of_any_kind`.
    """
    key = CredentialRow.key(community, digest)
    row = read([key]).one(CredentialRow, key)
    if row is None or row.credential.holder != person:
        raise NotFound
    if row.credential.kind != "face" and not of_any_kind:
        raise Forbidden
    if row.consent is None:
        revoke(community, person, digest, now, lost=lost)
    else:
        withdraw(community, person, row.consent, person, now)


def withdraw(community: str, person: str, reference: str, by: str, now: datetime) -> Consent:
    """End a consent and all faces that it was given for; doing it again changes nothing. Raises NotFound."""
    return until_it_holds(lambda: _withdraw(community, person, reference, by, now))


def _withdraw(community: str, person: str, reference: str, by: str, now: datetime) -> Consent:
    holder_key, key = HolderRow.key(community, person), ConsentRow.key(community, person, reference)
    rows = read([holder_key, key])
    before, row = _standing(rows, holder_key), rows.one(ConsentRow, key)
    if before is None or row is None:
        raise NotFound
    if row.withdrawn:
        return row.consent
    consent = row.consent.model_copy(update={"withdrawn_by": by, "withdrawn_at": now})
    transaction = Transaction()
    ended = ConsentRow.KEPT.until(now)
    actions: list[Action] = [ConsentRow.consent.set(consent), ConsentRow.withdrawn.set(True)]
    actions.append(ConsentRow.ttl.set(ended))
    transaction.update("consent", row, actions, ConsentRow.withdrawn == False)  # noqa: E712  builds a condition
    faces = [one for one in _rows(community, before) if one.consent == reference]
    for face in faces:
        _end(transaction, face)
    write_standing(transaction, community, before, _without(before, [face.digest for face in faces]))
    transaction.commit()
    return consent


def consents(community: str, person: str, query: PageQuery, now: datetime) -> Page[Consent]:
    """The consents to a person's face, in force or withdrawn. Raises NotFound for a person nobody knows."""
    find(HolderRow, HolderRow.key(community, person))
    partition = ConsentRow.key.partition(community, person)
    return page_of(ConsentRow, partition, query, lambda row: None if expired(row, now) else row.consent)


def of_person(community: str, person: str, now: datetime) -> EnrolledCredentials:
    """A person's credentials. Raises NotFound for a person the community does not know."""
    holder_key = HolderRow.key(community, person)
    standing = _standing(read([holder_key]), holder_key)
    if standing is None:
        raise NotFound
    found = _rows(community, standing)
    there = reach(community) if any(row.credential.areas or row.credential.gates for row in found) else None
    keys = {row.consent: ConsentRow.key(community, person, row.consent) for row in found if row.consent}
    kept = read(keys.values()) if keys else Rows()
    items = []
    for row in found:
        consent = kept.one(ConsentRow, keys[row.consent]) if row.consent else None
        items.append(_shown(row.digest, row.credential, there, consent=consent.consent if consent else None))
    credentials = [row.credential for row in found]
    faces = any(one.kind == "face" and one.in_force(now) for one in credentials)
    return EnrolledCredentials(items=items, only_a_face=faces and not another_way(credentials, now))


def _rows(community: str, standing: Standing) -> list[CredentialRow]:
    keys = [CredentialRow.key(community, digest) for digest in standing.credentials]
    return credentials_at(read(keys), keys) if keys else []


def _credentials(community: str, standing: Standing | None, *, but: str) -> dict[str, Credential]:
    """What a holder has that is not revoked, but for one."""
    rows = _rows(community, standing) if standing else []
    return {row.digest: row.credential for row in rows if row.digest != but and not row.revoked}


def show_qr(community: str, person: str, gates: list[str], creation: Creation) -> QrCode:
    """Make a resident's own code. Raises NotFound for a person the community does not know, InvalidRequest
    for gates that are not there.
    """
    return creation.once(
        lambda: _show_qr(community, person, gates, creation),
        lambda earlier: _earlier_qr(community, person, earlier),
    )


def _show_qr(community: str, person: str, gates: list[str], creation: Creation) -> QrCode:
    if gates:
        reach(community).check(gates=gates)
    holder_key = HolderRow.key(community, person)
    rows = read([holder_key, CommunityRow.key(community)])
    standing = _standing(rows, holder_key)
    if standing is None:
        raise NotFound
    policy = communities.known(rows, community).policy(AccessPolicy)
    credential = own_qr(standing.holder, gates, policy, creation.at)
    transaction = Transaction()
    code = add_qr_code(transaction, community, credential, creation.id)
    creation.claim(transaction)
    transaction.commit()
    return QrCode(code=code, valid_until=credential.valid_until)


def _earlier_qr(community: str, person: str, qr_id: str) -> QrCode:
    code = qr_code_of(person, qr_id)
    key = CredentialRow.key(community, credential_hash(community, "qr", code))
    return QrCode(code=code, valid_until=find(CredentialRow, key).credential.valid_until)


def _standing(rows: Rows, key: RowKey) -> Standing | None:
    row = rows.one(HolderRow, key)
    return row.standing if row else None


def _shown(
    digest: str,
    credential: Credential,
    there: Reach | None = None,
    *,
    consent: Consent | None = None,
    moved_from: str | None = None,
) -> EnrolledCredential:
    gone = there.gone(areas=credential.areas, gates=credential.gates) if there else ([], [])
    return shown_as(
        EnrolledCredential,
        credential,
        credential=digest,
        person=credential.holder,
        areas_gone=gone[0],
        gates_gone=gone[1],
        moved_from=moved_from,
        consent=consent,
    )
