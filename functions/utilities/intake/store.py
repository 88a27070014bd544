"""What comes in from meters, files and people, taken apart by register and entered."""

from collections.abc import Iterable

from functions.utilities.entries.store import enter
from functions.utilities.intake.models import Batch, Outcome
from functions.utilities.intake.placing import placed
from functions.utilities.local_days import day_of, month_of
from functions.utilities.meters.rows import MeterRow
from functions.utilities.readings.models import DAY_MS, Reading
from functions.utilities.registers.site import Site
from linli import communities
from linli.communities import CommunityRow
from linli.observability import about
from linli.tables import read
from linli.vocabulary.utilities import UtilitiesPolicy


def take(batch: Batch) -> list[Outcome]:
    """Enter all readings that can be, each once, and say what became of every one. Raises Unavailable."""
    community_key = CommunityRow.key(batch.community)
    keys = {each.meter: MeterRow.key(batch.community, each.meter) for each in batch.offered}
    rows = read([community_key, *keys.values()])
    community = communities.known(rows, batch.community)
    outcomes: dict[int, Outcome] = {}
    grouped: dict[tuple[str, str], list[tuple[int, Reading]]] = {}
    sites: dict[tuple[str, str], Site] = {}
    for number, each in enumerate(batch.offered):
        row = rows.one(MeterRow, keys[each.meter])
        found = placed(each, row.meter if row else None, batch)
        if isinstance(found, str):
            outcomes[number] = found
            continue
        meter, register, reading = found
        where = (meter.meter, register.obis)
        if where not in sites:
            watched = row is not None and bool(row.watched)
            zone, policy = community.time_zone, community.policy(UtilitiesPolicy)
            sites[where] = Site(batch.community, meter, register, zone, policy, watched)
        grouped.setdefault(where, []).append((number, reading))
    for where, numbered in grouped.items():
        readings = [each for _, each in numbered]
        fates = enter(sites[where], readings, batch.cause, batch.now)
        about(batch.community, "use", *_of_months(sites[where], readings))
        outcomes |= {number: fate for (number, _), fate in zip(numbered, fates, strict=True)}
    return [outcomes[number] for number in range(len(batch.offered))]


def _of_months(site: Site, readings: Iterable[Reading]) -> set[str]:
    """The months of a meter that readings tell something of: what was used before one, and after it."""
    ends = {at for each in readings for at in (each.at - DAY_MS, each.at)}
    return {f"{site.meter.meter}/{month_of(day_of(at, site.zone))}" for at in ends}
