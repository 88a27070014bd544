"""A callback as it is stored, and what is said of one that does not fit."""

from dataclasses import dataclass

from functions.payments.providers.protocol.notices import Notice
from linli.errors import Conflict


class Mismatched(Conflict):
    """A callback that the provider signed does not fit the order that it names: it has no effect."""

    slug = "mismatched"


@dataclass(frozen=True, slots=True)
class Stored:
    """A callback in the inbox. `outcome`: what became of it, if anything has."""

    community: str
    callback: str
    notice: Notice
    outcome: str | None = None
    mismatch: str | None = None
