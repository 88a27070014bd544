"""What is known of a person."""

from typing import Annotated

from pydantic import Field

from functions.directory.homes import Home
from linli.contracts import Contract
from linli.ids import Id

PHONE = r"^\+?[0-9]{5,15}$"  # ITU-T E.164 has at most 15 digits; a local number has no country code


class PersonRecord(Contract):
    """How a community calls and reaches a person."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    phone: Annotated[str, Field(pattern=PHONE)]


class Person(PersonRecord):
    """A record and whose it is."""

    person: Id


class MyCommunity(Contract):
    """What one is to a community, and what it has written down."""

    community: Id
    roles: list[str]
    home: Home | None = None
    record: PersonRecord | None = None


class Me(Contract):
    """One's identity and all that hangs on it."""

    person: Id
    communities: list[MyCommunity]
    companies: list[Id]
    sub_districts: list[Id]
