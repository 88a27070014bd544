"""Whose meters somebody may see: their own homes', or all of the community's."""

from collections.abc import Iterable

from functions.utilities.meters import Meter
from functions.utilities.tables import HouseholdRow, MeterRow, ResidentRow
from linli.errors import NotFound
from linli.tables import read


def homes_of(community: str, person: str) -> list[str]:
    """Where a person lives, as the directory said last: each of their homes."""
    key = ResidentRow.key(community, person)
    row = read([key]).one(ResidentRow, key)
    return row.places if row else []


def meters_of(community: str, homes: Iterable[str]) -> list[Meter]:
    """The meters of homes, replaced ones too."""
    households = read(HouseholdRow.key(community, home) for home in homes).values()
    ids = {each for row in households if isinstance(row, HouseholdRow) for each in row.meters or ()}
    rows = read(MeterRow.key(community, meter) for meter in sorted(ids))
    return [each.meter for each in rows.values() if isinstance(each, MeterRow)]


def meter_seen_by(community: str, meter: str, person: str, *, all_of_them: bool) -> Meter:
    """A meter that a person may see. Raises NotFound for one that is not there or is another home's."""
    key = MeterRow.key(community, meter)
    row = read([key]).get(key)
    if not isinstance(row, MeterRow):
        raise NotFound
    if not all_of_them and (row.meter.home is None or row.meter.home not in homes_of(community, person)):
        raise NotFound
    return row.meter
