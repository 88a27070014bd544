"""What a change of a register's readings tells others: use per local day, signals, signs of life."""

from collections.abc import Iterable

from functions.utilities.entries.day_use import DayTold
from functions.utilities.readings.models import Interval
from functions.utilities.registers.site import Site
from functions.utilities.signals.detection import episode_id, news
from functions.utilities.signals.models import SignalState
from functions.utilities.signals.signs_of_life import sign_of_life
from linli.events import Fact
from linli.instants import from_millis
from linli.vocabulary.utilities import ConsumptionRecorded, MeterSignalEnded, MeterSignalRaised, UseObserved


def of_consumption(site: Site, told: Iterable[DayTold]) -> list[Fact]:
    """What was used on local days, each with how often it was told."""
    return [
        ConsumptionRecorded(
            community=site.community,
            meter=site.meter.meter,
            obis=site.register.obis,
            unit=site.meter.unit,
            day=each.day,
            quantity=site.register.quantity(each.ticks),
            home=site.meter.home,
            version=each.version,
        )
        for each in told
    ]


def of_signals(site: Site, before: SignalState, after: SignalState) -> list[Fact]:
    """The episodes of leaks, spikes and the like that began or are over."""
    raised, ended = news(before, after)
    meter, community = site.meter, site.community
    return [
        *(
            MeterSignalRaised(
                community=community,
                meter=meter.meter,
                medium=meter.medium,
                signal=each.signal,
                episode=episode_id(site.register.obis, each),
                home=meter.home,
                since=from_millis(each.since),
            )
            for each in raised
        ),
        *(
            MeterSignalEnded(
                community=community,
                meter=meter.meter,
                signal=each.signal,
                episode=episode_id(site.register.obis, each),
                ended_at=from_millis(each.until or each.since),
            )
            for each in ended
        ),
    ]


def of_life(site: Site, before: list[Interval], after: list[Interval]) -> list[Fact]:
    """The newest sign of life among what the readings tell anew: one, since the older ones are outdated."""
    home, medium, known = site.meter.home, site.meter.medium, set(before)
    new = {each for each in after if each not in known}
    sign = sign_of_life(medium, site.register, after, new, site.zone) if home else None
    if home is None or sign is None:
        return []
    fact = UseObserved(
        community=site.community,
        meter=site.meter.meter,
        medium=medium,
        home=home,
        since=from_millis(sign.start),
        until=from_millis(sign.end),
        quantity=site.register.quantity(sign.ticks),
    )
    return [fact]
