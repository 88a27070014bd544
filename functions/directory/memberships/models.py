"""A membership."""

from functions.directory.homes.models import Home
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant


class Membership(Contract):
    """A membership as it stands; without roles the person has gone. `version` grows with every change.

    `since`: when the person came, or came back.
    """

    person: Id
    roles: list[str]
    homes: list[Home] = []
    version: int
    since: Instant
