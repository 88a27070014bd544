"""Rates from counts."""

from collections.abc import Mapping

from functions.maintenance.ticket_rates.models import Rates
from functions.maintenance.tickets.rates import share


def rates(month: str, counts: Mapping[str, int]) -> Rates:
    """The three rates, each with the counts it is made of."""
    reported, rated = counts["reported"], counts["rated"]
    return Rates(
        month=month,
        **counts,
        response_rate=share(counts["responded"], reported),
        response_in_time_rate=share(counts["responded_in_time"], reported),
        resolution_rate=share(counts["resolved"], reported),
        resolution_in_time_rate=share(counts["resolved_in_time"], reported),
        confirmed_resolution_rate=share(counts["confirmed_resolved"], rated),
        satisfaction_rate=share(counts["satisfied"], rated),
    )
