"""A write on condition that what was read is still so."""

import pytest
from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from linli.tables import ConditionsFailed, Row, Transaction, as_read, find
from tests.integration.conftest import Service


class KettleRow(Row, discriminator="test_kettle_as_read"):
    """A row with attributes that may be missing."""

    version = NumberAttribute()
    water = UnicodeAttribute(null=True)
    cups = UnicodeSetAttribute(null=True)


KEY = ("willow#kettle", "kettle")


def fill(read: KettleRow | None, **attributes: object) -> None:
    """Write the kettle, unless it has changed since it was read."""
    transaction = Transaction()
    row = KettleRow(*KEY, **attributes)
    transaction.put("kettle", row, as_read(KettleRow, read, "version", "water", "cups"))
    transaction.commit()


def test_a_row_is_written_once_while_there_was_none(service: Service) -> None:
    service("health")
    fill(None, version=1)

    with pytest.raises(ConditionsFailed):
        fill(None, version=1)


@pytest.mark.parametrize("meanwhile", [{"version": 2}, {"water": "some"}, {"cups": {"mine"}}])
@pytest.mark.parametrize("first", [{"water": "much", "cups": {"yours"}}, {}])
def test_a_row_is_written_only_as_long_as_all_is_as_it_was_read(
    service: Service, meanwhile: dict[str, object], first: dict[str, object]
) -> None:
    service("health")
    fill(None, **({"version": 1} | first))
    read = find(KettleRow, KEY)
    fill(read, **({"version": 1} | first))
    fill(read, **({"version": 1} | first | meanwhile))

    with pytest.raises(ConditionsFailed):
        fill(read, version=3)
