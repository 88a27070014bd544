"""A membership."""

from functions.directory.homes.models import Home
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant


class Membership(Contract):
    """A membership as it stands; without roles the person has gone. `version` grows with every change.

    `since`: when the person came, or came back. `language`: what they want to be told in.
    """

    person: Id
    roles: list[str]
    homes: list[Home] = []
    language: str | None = None
    version: int
    since: Instant
