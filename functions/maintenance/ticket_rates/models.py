"""A month's rates."""

from typing import Annotated

from pydantic import Field

from linli.contracts import Contract


class RatesQuery(Contract):
    """Which month, by the community's calendar."""

    month: Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class Rates(Contract):
    """Counts, and rates as decimals with four places; a rate of nothing is left out.

    Responses are shares of what was reported, resolutions too; what reporters confirm and how satisfied they
    are (four stars and more) are shares of those who rated.
    """

    month: str
    reported: int
    responded: int
    responded_in_time: int
    resolved: int
    resolved_in_time: int
    rated: int
    confirmed_resolved: int
    satisfied: int
    response_rate: str | None
    response_in_time_rate: str | None
    resolution_rate: str | None
    resolution_in_time_rate: str | None
    confirmed_resolution_rate: str | None
    satisfaction_rate: str | None
