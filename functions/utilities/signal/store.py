"""Episodes, from the state of a meter's registers."""

from functions.utilities.days import to_instant
from functions.utilities.ledger_facts import episode_id
from functions.utilities.meters import Meter
from functions.utilities.signal.models import Signals, SignalSeen
from functions.utilities.tables import RegisterRow
from linli.tables import read


def of_meter(community: str, meter: Meter) -> Signals:
    """The last episodes of all registers of a meter."""
    rows = read(RegisterRow.key(community, meter.meter, each.obis) for each in meter.registers)
    found = [
        SignalSeen(
            episode=episode_id(row.sk, each),
            obis=row.sk,
            signal=each.signal,
            since=to_instant(each.since),
            until=None if each.until is None else to_instant(each.until),
        )
        for row in rows.values()
        if isinstance(row, RegisterRow)
        for each in row.watch.episodes
    ]
    return Signals(items=sorted(found, key=lambda each: each.since, reverse=True))
