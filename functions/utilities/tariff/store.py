"""Tariffs by medium and the day they begin."""

from functions.utilities.tariffs.models import Tariff
from functions.utilities.tariffs.rows import TariffRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict
from linli.tables import ConditionsFailed, Transaction


def set_tariff(community: str, tariff: Tariff) -> Tariff:
    """Set a tariff; the same again changes nothing. Raises Conflict when another begins on that day."""
    transaction = Transaction()
    transaction.create("tariff", TariffRow(*TariffRow.where(community, tariff), tariff=tariff))
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        standing = failed.rows.get("tariff")
        if not isinstance(standing, TariffRow) or standing.tariff != tariff:
            raise Conflict("another_tariff_that_day") from failed
    return tariff


def tariffs(community: str, query: PageQuery) -> Page[Tariff]:
    """The community's tariffs by medium and day. Raises InvalidCursor."""
    return page_of(TariffRow, TariffRow.key.partition(community), query, lambda row: row.tariff)
