"""Links as they are shown to the community that made them."""

from datetime import datetime

from functions.directory.identities import store as identities
from functions.directory.identity.models import Identities, Identity, IdentityGiven
from functions.directory.people.identities import Voucher


def link(community: str, person: str, given: IdentityGiven, by: str, now: datetime) -> Identity:
    """Raises NotFound for who is no member, Conflict for an identity that is somebody's."""
    return _shown(given.named, person, identities.link(community, person, given.named, by, now))


def linked(community: str, person: str) -> Identities:
    """What this community has said of a person; nothing of what others have."""
    return Identities(
        items=[_shown(each, person, said) for each, said in identities.linked(community, person)]
    )


def _shown(identity: str, person: str, said: Voucher) -> Identity:
    return Identity(identity=identity, person=person, by=said.by, at=said.at)
