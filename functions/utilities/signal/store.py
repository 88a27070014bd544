"""Episodes, from the state of a meter's registers."""

from collections.abc import Sequence
from datetime import date

from functions.utilities.households.models import Stay
from functions.utilities.local_days import day_of
from functions.utilities.meters.models import Meter
from functions.utilities.registers.rows import RegisterRow
from functions.utilities.signal.models import Signals, SignalSeen
from functions.utilities.signals.detection import episode_id
from linli import communities
from linli.communities import CommunityRow
from linli.instants import from_millis
from linli.tables import read


def of_meter(community: str, meter: Meter, stays: Sequence[Stay] | None) -> Signals:
    """The last episodes of all registers of a meter, of `stays` those that began then."""
    zone = communities.known(read([CommunityRow.key(community)]), community).time_zone
    rows = read(RegisterRow.key(community, meter.meter, each.obis) for each in meter.registers)
    found = [
        SignalSeen(
            episode=episode_id(row.sk, each),
            obis=row.sk,
            signal=each.signal,
            since=from_millis(each.since),
            until=None if each.until is None else from_millis(each.until),
        )
        for row in rows.values()
        if isinstance(row, RegisterRow)
        for each in row.watch.episodes
        if stays is None or _in(stays, day_of(each.since, zone))
    ]
    return Signals(items=sorted(found, key=lambda each: each.since, reverse=True))


def _in(stays: Sequence[Stay], day: date) -> bool:
    return any(each.meets(day, day) for each in stays)
