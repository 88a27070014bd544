"""An identity to be linked, and one that is."""

from typing import Self

from pydantic import model_validator

from functions.directory.people.identities import Subject, identity_of
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant


class IdentityGiven(Contract):
    """What the person's app shows as theirs (`identity` of `/me`), or what an issuer calls them."""

    identity: Id | None = None
    issuer: Subject | None = None
    subject: Subject | None = None

    @model_validator(mode="after")
    def _either(self) -> Self:
        pair = (self.issuer, self.subject)
        if pair.count(None) != (2 if self.identity else 0):
            raise InvalidField("identity_or_subject")
        return self

    @property
    def named(self) -> str:
        """The identity that is meant."""
        return self.identity or identity_of(self.issuer or "", self.subject or "")


class Identity(Contract):
    """An identity that this community says is a person's, who said so, and when."""

    identity: Id
    person: Id
    by: Id
    at: Instant


class Identities(Contract):
    """All of a person's, of which there are few."""

    items: list[Identity]
