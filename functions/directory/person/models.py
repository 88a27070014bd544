"""What is known of a person."""

from functions.directory.homes.models import HomeShown
from functions.directory.names import Name
from linli.contracts import Contract
from linli.ids import Id
from linli.pages import PageQuery
from linli.phones import Phone
from linli.words import Language


class PersonRecord(Contract):
    """How a community calls and reaches a person."""

    name: Name
    phone: Phone


class PeopleAsked(PageQuery):
    """Everybody, or those who are reached under a `phone`, in whatever spelling."""

    phone: Phone | None = None


class RecordKept(Contract):
    """A record as it is kept: from before 2026-11-26 a phone may be as somebody wrote it down."""

    name: str
    phone: str


class Person(RecordKept):
    """A record and whose it is."""

    person: Id


class MyCommunity(Contract):
    """What one is to a community, one's homes there, and what it has written down; `home` is the first."""

    community: Id
    roles: list[str]
    home: HomeShown | None = None
    homes: list[HomeShown] = []
    record: RecordKept | None = None


class Me(Contract):
    """Who one is and all that hangs on it.

    `identity`: what one signed in as. Who has no community shows it to a manager, who links it to a member.
    `language`: what one has asked to be told in, where no request says it.
    """

    person: Id
    identity: Id
    communities: list[MyCommunity]
    companies: list[Id]
    sub_districts: list[Id]
    language: str | None = None


class MePatch(Contract):
    """What shall change of oneself: a JSON merge patch (RFC 7396).

    `language`: what messages are told in, and answers to requests without `Accept-Language`; null for what
    each community has.
    """

    language: Language | None = None
