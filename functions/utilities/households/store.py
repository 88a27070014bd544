"""Whose meters somebody may see: their own homes', of the days they lived there, or all of them."""

from collections.abc import Sequence
from datetime import date

from functions.utilities.households.models import HomeDays, Stay
from functions.utilities.households.rows import HouseholdRow, ResidentRow
from functions.utilities.households.stays import seen, stays_after
from functions.utilities.meters.models import Meter
from functions.utilities.meters.rows import MeterRow
from linli.errors import NotFound
from linli.tables import read


def stays_in(row: ResidentRow) -> list[HomeDays]:
    """Where a person lived, and lives."""
    return stays_after(row.all_moves, row.said or {})


def homes_of(community: str, person: str) -> list[str]:
    """Where a person lives and lived: where they live now comes first."""
    key = ResidentRow.key(community, person)
    row = read([key]).one(ResidentRow, key)
    if row is None:
        return []
    return list(dict.fromkeys([*row.places, *(home for home, _, _ in stays_in(row))]))


def household_of(community: str, home: str) -> HouseholdRow | None:
    """A household."""
    key = HouseholdRow.key(community, home)
    return read([key]).one(HouseholdRow, key)


def stays_of(community: str, household: HouseholdRow | None) -> list[Stay]:
    """Who lived in a home when."""
    if household is None:
        return []
    persons = sorted((household.members or set()) | (household.former or set()))
    rows = read(ResidentRow.key(community, each) for each in persons) if persons else {}
    return [
        Stay(row.sk, _day(since), _day(until))
        for row in rows.values()
        if isinstance(row, ResidentRow)
        for home, since, until in stays_in(row)
        if home == household.sk
    ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def days_seen(community: str, home: str, person: str) -> list[Stay]:
    """The days of a home that a person may see."""
    return seen(stays_of(community, household_of(community, home)), person)


def meters_of(community: str, household: HouseholdRow | None) -> list[Meter]:
    """A home's meters, replaced ones too."""
    ids = sorted(household.meters or ()) if household else []
    rows = read(MeterRow.key(community, meter) for meter in ids) if ids else {}
    return [each.meter for each in rows.values() if isinstance(each, MeterRow)]


def meter_seen_by(
    community: str, meter: str, person: str, *, all_of_them: bool
) -> tuple[Meter, Sequence[Stay] | None]:
    """A meter that a person may see, and on which days; None is all of them.

    Raises NotFound for one that is not there or is another home's.
    """
    key = MeterRow.key(community, meter)
    row = read([key]).one(MeterRow, key)
    if row is None:
        raise NotFound
    if all_of_them:
        return row.meter, None
    home = row.meter.home
    if home is None or home not in homes_of(community, person):
        raise NotFound
    stays = days_seen(community, home, person)
    if not stays:
        raise NotFound
    return row.meter, stays
