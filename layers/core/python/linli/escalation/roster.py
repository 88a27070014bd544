"""The duty roster (值班表): who is on duty, and whether they still are what they stand there as."""

from collections.abc import Collection

from linli.contracts import Contract
from linli.escalation.models import Roles
from linli.ids import Id
from linli.phones import Phone


class OnDuty(Contract):
    """Somebody on the duty roster (值班表), and as what; on duty or not, and their phone."""

    person: Id
    capacity: str
    phone: Phone | None = None
    on_duty: bool = True


def is_still(capacity: str, held: Collection[str] | None, roles: Roles) -> bool:
    """Whether somebody is what they are called as, by the roles that the directory gives them; until it has
    spoken (None), they are. Only those on duty are what they are by a role.
    """
    return held is None or capacity not in roles.on_duty or capacity in held
