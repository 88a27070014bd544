"""What a company starts with."""

from functions.directory.names import Name
from linli.contracts import Contract
from linli.ids import Id


class Onboard(Contract):
    """A new property company and the person who will operate it."""

    company: Id
    name: Name
    operator: Id


class Onboarded(Onboard):
    """The company as it stands."""

    name: str
