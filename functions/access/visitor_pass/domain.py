"""What a resident may invite to."""

from datetime import datetime, timedelta

from functions.access.credentials.spellings import canonical
from functions.access.credentials.validity import Credential
from functions.access.holders.standing import Standing
from functions.access.invitations.models import Invitation
from linli.errors import Forbidden, InvalidRequest
from linli.vocabulary.access import AccessPolicy


def admitted(
    invitation: Invitation, inviter: Standing | None, policy: AccessPolicy, now: datetime
) -> tuple[datetime, datetime]:
    """The window of an invitation.

    Raises Forbidden when the inviter's own passes are blocked, InvalidRequest when the window is over, empty
    or longer than the community allows, or the plate says nothing.
    """
    if inviter is None or inviter.in_force():
        raise Forbidden("own_passes_blocked")
    longest = timedelta(hours=policy.invitation_hours)
    if not invitation.valid_from < invitation.valid_until <= invitation.valid_from + longest:
        raise InvalidRequest("invitation_too_long", {"hours": policy.invitation_hours})
    if invitation.plate is not None and not canonical("plate", invitation.plate):
        raise InvalidRequest("plate_says_nothing")
    if invitation.valid_until <= now:
        raise InvalidRequest("is_over")
    return invitation.valid_from, invitation.valid_until


def visitor(invitation_id: str, entries: int, plate_digest: str | None) -> Standing:
    """The standing of the visitor: a holder of their own, with counted entries."""
    credentials = [plate_digest] if plate_digest else []
    return Standing(holder=invitation_id, entries_left=entries, credentials=credentials)


def code_of(invitation_id: str, invitation: Invitation) -> Credential:
    """What the visitor's QR code is good for."""
    return Credential(
        kind="qr",
        holder=invitation_id,
        valid_from=invitation.valid_from,
        valid_until=invitation.valid_until,
        gates=invitation.gates,
        windows=invitation.windows,
    )
