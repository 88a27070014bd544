"""What a change of a register's readings tells others: use per local day, signals, signs of life."""

from datetime import date, timedelta

from functions.utilities.local_days import DAY, day_of, midnight, month_of, per_day, to_instant
from functions.utilities.readings.dials import Interval
from functions.utilities.registers.site import Site
from functions.utilities.registers.store import Page
from functions.utilities.signals.detection import Episode, Watch, news
from functions.utilities.signals.signs_of_life import sign_of_life
from functions.utilities.tables import UseRow
from linli.events import Fact
from linli.tables import read
from linli.vocabulary.utilities import ConsumptionRecorded, MeterSignalEnded, MeterSignalRaised, UseObserved

DAYS_TOLD = 35  # how far back of the newest reading consumption is published


def use(
    site: Site, page: Page, before: list[Interval], after: list[Interval], last_at: int
) -> tuple[list[UseRow], list[Fact]]:
    """The months that change, and the consumption of the days that are over."""
    known, current = set(before), set(after)
    lost = per_day([each for each in before if each not in current], site.zone)
    won = per_day([each for each in after if each not in known], site.zone)
    changed = {day for day in lost.keys() | won.keys() if lost.get(day) != won.get(day)}
    was_last = int(page.state.last_at) if page.state else 0
    over = _over(was_last, last_at, site.zone) if page.state else set()
    months = sorted({month_of(day) for day in changed | over})
    missing = [month for month in months if month not in page.use]
    rows = {month: row for month, row in page.use.items() if month in months}
    keys = {
        UseRow.key(site.community, month, site.meter.meter, site.register.obis): month for month in missing
    }
    for key, row in (read(keys) if keys else {}).items():
        if isinstance(row, UseRow):
            rows[keys[key]] = row
    days: dict[str, dict[str, list[int]]] = {
        month: {day: list(each) for day, each in rows[month].days.items()} if month in rows else {}
        for month in months
    }
    for day in changed:
        entry = days[month_of(day)].setdefault(f"{day.day:02}", [0, 0])
        entry[0] += won.get(day, 0) - lost.get(day, 0)
    earliest = day_of(last_at, site.zone) - timedelta(days=DAYS_TOLD)
    facts: list[Fact] = []
    for day in sorted(changed | over):
        if day < earliest or midnight(day + DAY, site.zone) > last_at:
            continue
        told = days[month_of(day)].get(f"{day.day:02}")
        if told is not None:
            told[1] += 1
            facts.append(_consumption(site, day, told))
    written = [
        UseRow(
            *UseRow.key(site.community, month, site.meter.meter, site.register.obis),
            medium=site.meter.medium,
            home=site.meter.home,
            decimals=site.register.decimals,
            multiplier=str(site.register.multiplier),
            days=days[month],
        )
        for month in months
        if days[month]
    ]
    return written, facts


def _over(was: int, now: int, zone: str) -> set[date]:
    """The days that were not over at the last reading before, and are now."""
    first, last = day_of(was, zone), day_of(now, zone)
    count = min((last - first).days, DAYS_TOLD + 1)
    return {last - n * DAY for n in range(1, count + 1)}


def _consumption(site: Site, day: date, entry: list[int]) -> ConsumptionRecorded:
    return ConsumptionRecorded(
        community=site.community,
        meter=site.meter.meter,
        obis=site.register.obis,
        unit=site.meter.unit,
        day=day,
        quantity=site.register.quantity(entry[0]),
        home=site.meter.home,
        version=entry[1],
    )


def episode_id(register: str, episode: Episode) -> str:
    """The id of an episode within its meter: the same whenever it is found again."""
    code = "".join(each if each.isdigit() else "-" for each in register)
    return f"{episode.signal.replace('_', '-')}-{code}-{episode.since}"


def signals(site: Site, before: Watch, after: Watch) -> list[Fact]:
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
                since=to_instant(each.since),
            )
            for each in raised
        ),
        *(
            MeterSignalEnded(
                community=community,
                meter=meter.meter,
                signal=each.signal,
                episode=episode_id(site.register.obis, each),
                ended_at=to_instant(each.until or each.since),
            )
            for each in ended
        ),
    ]


def signs_of_life(site: Site, before: list[Interval], after: list[Interval]) -> list[Fact]:
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
        since=to_instant(sign.start),
        until=to_instant(sign.end),
        quantity=site.register.quantity(sign.ticks),
    )
    return [fact]
