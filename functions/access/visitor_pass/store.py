"""Invitations, under the resident who made them; the visitor is a holder of their own."""

from datetime import datetime

from functions.access.credentials.rows import (
    CredentialRow,
    credential_keys,
    credentials_at,
    free,
    free_key,
    own_keys,
)
from functions.access.credentials.store import add_qr_code, forget_revoked, qr_code_of, write_standing
from functions.access.gates.store import reach
from functions.access.holders.rows import HolderRow
from functions.access.invitations.models import Invitation
from functions.access.invitations.rows import InvitationRow
from functions.access.visitor_pass.domain import admitted, code_of, visitor
from functions.access.visitor_pass.models import Invited
from linli import communities, tables
from linli.communities import CommunityRow
from linli.contracts import shown_as
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict
from linli.idempotency import Creation
from linli.instants import to_epoch_seconds
from linli.keys import RowKey
from linli.tables import Transaction, expired, read, until_it_holds
from linli.vocabulary.access import AccessPolicy


def invite(community: str, person: str, invitation: Invitation, creation: Creation) -> Invited:
    """Keep an invitation and make its credentials. A plate may be good for several invitations at once.

    Raises as `admitted` does, InvalidRequest for gates that are not there, and Conflict when too many hold
    the plate.
    """
    return creation.once(
        lambda: _invite(community, person, invitation, creation),
        lambda earlier: find(community, person, earlier),
    )


def _invite(community: str, person: str, invitation: Invitation, creation: Creation) -> Invited:
    holder_key = HolderRow.key(community, person)
    plate = invitation.plate
    keys = credential_keys(community, "plate", plate) if plate else []
    rows = read([holder_key, CommunityRow.key(community), *keys])
    inviter = rows.one(HolderRow, holder_key)
    policy = communities.known(rows, community).policy(AccessPolicy)
    admitted(invitation, inviter.standing if inviter else None, policy, creation.at)
    if invitation.gates:
        reach(community).check(gates=invitation.gates)
    own = own_keys(community, "plate", plate) if plate else []
    key = free_key(rows, own, creation.at)
    if plate and key is None:
        raise Conflict("plate_of_too_many")
    transaction = _creation(community, person, invitation, creation, key)
    forget_revoked(transaction, credentials_at(rows, [one for one in keys if one not in own]))
    creation.claim(transaction)
    transaction.commit()
    return _shown(creation.id, invitation, withdrawn=False)


def _creation(
    community: str, person: str, invitation: Invitation, creation: Creation, plate: RowKey | None
) -> Transaction:
    invitation_id = creation.id
    row = CredentialRow(*plate) if plate else None
    standing = visitor(invitation_id, invitation.entries, row.digest if row else None)
    code = code_of(invitation_id, invitation)
    ttl = InvitationRow.KEPT.until(invitation.valid_until)
    transaction = Transaction()
    key = InvitationRow.key(community, person, invitation_id)
    transaction.create("invitation", InvitationRow(*key, invitation=invitation, ttl=ttl))
    transaction.create(
        "visitor", HolderRow(*HolderRow.key(community, invitation_id), standing=standing, version=0, ttl=ttl)
    )
    add_qr_code(transaction, community, code, invitation_id)
    if row is not None:
        row.credential, row.standing = code.model_copy(update={"kind": "plate"}), standing
        row.ttl = to_epoch_seconds(invitation.valid_until)
        transaction.put("plate", row, free(creation.at))
    return transaction


def withdraw(community: str, person: str, invitation_id: str) -> None:
    """Withdraw an invitation: its code and plate are revoked, once or again. Raises NotFound.

    A plate that is somebody else's by now, and a code that has been deleted, are left alone.
    """
    until_it_holds(lambda: _withdraw(community, person, invitation_id))


def _withdraw(community: str, person: str, invitation_id: str) -> None:
    invited = find(community, person, invitation_id)
    transaction = Transaction()
    invitation = InvitationRow(*InvitationRow.key(community, person, invitation_id))
    transaction.update("invitation", invitation, [InvitationRow.withdrawn.set(True)])
    keys = credential_keys(community, "qr", invited.code)
    if invited.plate:
        keys += credential_keys(community, "plate", invited.plate)
    holder_key = HolderRow.key(community, invitation_id)
    rows = read([holder_key, *keys])
    for row in credentials_at(rows, keys):
        if row.credential.holder == invitation_id:
            unchanged = CredentialRow.credential == row.credential
            transaction.update(f"revoked-{row.pk}", row, [CredentialRow.revoked.set(True)], unchanged)
    visitor_row = rows.one(HolderRow, holder_key)
    if visitor_row and visitor_row.standing.credentials:  # the plate's key may be another's next
        before = visitor_row.standing
        write_standing(transaction, community, before, before.model_copy(update={"credentials": []}))
    transaction.commit()


def find(community: str, person: str, invitation_id: str) -> Invited:
    """One of a resident's own invitations. Raises NotFound."""
    key = InvitationRow.key(community, person, invitation_id)
    row = tables.find(InvitationRow, key)
    return _shown(invitation_id, row.invitation, withdrawn=row.withdrawn)


def invitations(community: str, person: str, query: PageQuery, now: datetime) -> Page[Invited]:
    """A resident's own invitations, newest first."""
    partition = InvitationRow.key.partition(community, person)
    return page_of(
        InvitationRow,
        partition,
        query,
        lambda row: None if expired(row, now) else _shown(row.sk, row.invitation, withdrawn=row.withdrawn),
        newest_first=True,
    )


def _shown(invitation_id: str, invitation: Invitation, *, withdrawn: bool) -> Invited:
    return shown_as(
        Invited,
        invitation,
        invitation=invitation_id,
        withdrawn=withdrawn,
        code=qr_code_of(invitation_id, invitation_id),
    )
