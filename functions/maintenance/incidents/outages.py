"""When many reports are one mass outage: enough of one category in one building within minutes."""

from collections.abc import Mapping

from functions.maintenance.reports.models import Reported


def may_be_of_one(reported: Reported) -> bool:
    """Whether a report counts towards an outage: a repair that somebody asks for in a building we know."""
    nowhere = reported.building is None or "building" in reported.missing
    return not nowhere and reported.kind == "repair" and reported.source != "device"


def outage_among(others: Mapping[str, str | None], enough: int) -> str | None:
    """The outage that one more report is part of, or None while they are too few.

    `others`: the tickets like it, oldest first, each with its outage, which is called by its first ticket.
    """
    if len(others) + 1 < enough:
        return None
    return next((each for each in others.values() if each), next(iter(others)))
