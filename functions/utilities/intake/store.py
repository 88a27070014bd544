"""What comes in from meters, files and people, taken apart by register and entered into the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from functions.utilities.entries import store as ledger
from functions.utilities.local_days import to_ms
from functions.utilities.meters.models import Meter, Refusal, Register
from functions.utilities.readings.dials import Kind, Reading, Verdict
from functions.utilities.registers.site import Site
from functions.utilities.tables import Key, MeterRow
from linli import communities
from linli.communities import CommunityRow
from linli.instants import DEVICE_CLOCK_TOLERANCE
from linli.tables import Row, read
from linli.vocabulary.utilities import UtilitiesPolicy

OLDEST = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Offered:
    """A reading as it came: `register` is the meter's first where it is left out."""

    meter: str
    register: str | None
    measured_at: datetime
    value: Decimal
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Readings that came together. `sender`: the device that sent them, None for a file; `cause`: its id."""

    community: str
    offered: Sequence[Offered]
    cause: str
    now: datetime
    sender: str | None = None


Outcome = Verdict | Refusal


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
        found = _placed(each, rows, keys[each.meter], batch)
        if isinstance(found, str):
            outcomes[number] = found
            continue
        meter, register, reading = found
        where = (meter.meter, register.obis)
        if where not in sites:
            row = rows.one(MeterRow, keys[each.meter])
            watched = row is not None and bool(row.watched)
            zone, policy = community.time_zone, community.policy(UtilitiesPolicy)
            sites[where] = Site(batch.community, meter, register, zone, policy, watched)
        grouped.setdefault(where, []).append((number, reading))
    for where, numbered in grouped.items():
        verdicts = ledger.enter(sites[where], [each for _, each in numbered], batch.cause, batch.now)
        outcomes |= {number: verdict for (number, _), verdict in zip(numbered, verdicts, strict=True)}
    return [outcomes[number] for number in range(len(batch.offered))]


def _placed(
    offered: Offered, rows: dict[Key, Row], key: Key, batch: Batch
) -> tuple[Meter, Register, Reading] | Refusal:
    row = rows.get(key)
    if not isinstance(row, MeterRow):
        return "unknown_meter"
    meter = row.meter
    if batch.sender is not None and batch.sender not in meter.senders:
        return "not_its_meter"
    register = meter.register_of(offered.register)
    if register is None:
        return "unknown_register"
    ticks = register.ticks(offered.value)
    if ticks is None:
        return "not_on_its_dial"
    age = batch.now - offered.measured_at
    if not -DEVICE_CLOCK_TOLERANCE <= age <= OLDEST:
        return "too_old" if age > OLDEST else "in_the_future"
    outside = offered.measured_at < meter.installed_at or (
        meter.closed_at is not None and offered.measured_at > meter.closed_at
    )
    kind: Kind = "estimate" if offered.estimated else "actual"
    reading = Reading(to_ms(offered.measured_at), ticks, kind, "conflict" if outside else "kept")
    return meter, register, reading
