"""What a company starts with."""

from typing import Annotated

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id


class Onboard(Contract):
    """A new property company and the person who will operate it."""

    company: Id
    name: Annotated[str, Field(min_length=1, max_length=100)]
    operator: Id


class Onboarded(Onboard):
    """The company as it stands."""
