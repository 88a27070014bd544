"""The duty roster (值班表): who is on duty, and whether they still are what they stand there as."""

from collections.abc import Collection

from linli.contracts import Contract
from linli.ids import Id
from linli.phones import Phone
from linli.vocabulary.care import Recipient


class OnDuty(Contract):
    """A caregiver or manager on the duty roster (值班表); on duty or not, and their phone."""

    person: Id
    capacity: Recipient
    phone: Phone | None = None
    on_duty: bool = True


def is_still(capacity: Recipient, roles: Collection[str] | None) -> bool:
    """Whether somebody is what they are called as, by the roles that the directory gives them; until it has
    spoken (None), they are. Nobody is person or contact by a role.
    """
    return roles is None or capacity in {"person", "contact"} or capacity in roles
