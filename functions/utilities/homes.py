"""Whose meters somebody may see: their own home's, or all of the community's."""

from functions.utilities.meters import Meter
from functions.utilities.tables import HouseholdRow, MeterRow, ResidentRow
from linli.errors import NotFound
from linli.tables import read


def home_of(community: str, person: str) -> str | None:
    """Where a person lives, as the directory said last."""
    key = ResidentRow.key(community, person)
    row = read([key]).get(key)
    return row.home if isinstance(row, ResidentRow) else None


def meters_of(community: str, home: str) -> list[Meter]:
    """A home's meters, replaced ones too."""
    key = HouseholdRow.key(community, home)
    row = read([key]).get(key)
    ids = sorted(row.meters or ()) if isinstance(row, HouseholdRow) else []
    rows = read(MeterRow.key(community, meter) for meter in ids)
    return [each.meter for each in rows.values() if isinstance(each, MeterRow)]


def meter_seen_by(community: str, meter: str, person: str, *, all_of_them: bool) -> Meter:
    """A meter that a person may see. Raises NotFound for one that is not there or is another home's."""
    key = MeterRow.key(community, meter)
    row = read([key]).get(key)
    if not isinstance(row, MeterRow):
        raise NotFound
    if not all_of_them and (row.meter.home is None or row.meter.home != home_of(community, person)):
        raise NotFound
    return row.meter
