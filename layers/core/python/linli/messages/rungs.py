"""The steps of a chain of people who are told in turn, as policies say them."""

from typing import Annotated

from pydantic import Field

from linli.contracts import Contract
from linli.messages.gateways import Channel


class Rung(Contract):
    """One step: whom to tell, by which channels, how long to wait for an acknowledgement, and how often to
    try again before the next step. A service says who `to` may be.
    """

    to: str
    channels: Annotated[list[Channel], Field(min_length=1, max_length=4)]
    wait_minutes: Annotated[int, Field(ge=1, le=120)] = 5
    repeats: Annotated[int, Field(ge=0, le=5)] = 0
