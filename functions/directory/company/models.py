"""What is shown of a company."""

from linli.contracts import Contract
from linli.ids import Id


class Company(Contract):
    """A property company (物业公司)."""

    company: Id
    name: str


class CommunityOfCompany(Contract):
    """One of its communities, and what it is called."""

    community: Id
    name: str | None = None
    time_zone: str | None = None
