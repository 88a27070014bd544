"""A register's rows around some instants, under one version: as few as decide what becomes of a reading."""

from dataclasses import dataclass, field

from functions.utilities.local_days import DAY, day_of, months_between
from functions.utilities.readings.models import DAY_MS, Reading
from functions.utilities.registers.rows import DayRow, RegisterRow, UseRow, day_text
from functions.utilities.registers.site import Site
from linli.tables import read

CONTEXT = 6  # readings on either side that decide whether one counts, and more
WIDE = 62  # days, where a reading is in doubt
FORWARD_DAYS = 400


@dataclass(slots=True)
class Excerpt:
    """A register's rows around some instants, as they were read under one version."""

    state: RegisterRow | None
    readings: list[Reading]
    from_the_first: bool
    to_the_last: bool
    use: dict[str, UseRow] = field(default_factory=dict)


def read_excerpt(site: Site, first: int, last: int, *, whole: bool = False, wide: bool = False) -> Excerpt:
    """The readings from well before `first` to after `last`: one round trip when they follow on, else up to
    three. `whole`: whatever they follow on; `wide`: from long before.
    """
    community, meter, register = site.community, site.meter.meter, site.register.obis
    state_key = RegisterRow.key(community, meter, register)
    first_day, last_day = first // DAY_MS, last // DAY_MS
    days = {
        DayRow.key(community, meter, register, day_text(day)) for day in range(first_day - 1, last_day + 1)
    }
    months = months_between(day_of(first, site.zone) - DAY, day_of(last, site.zone) + DAY)
    use_keys = {UseRow.key(community, month, meter, register): month for month in months}
    rows = read([state_key, *days, *use_keys])
    state = rows.get(state_key)
    state = state if isinstance(state, RegisterRow) else None
    by_day = {row.sk: row for key in days if isinstance(row := rows.get(key), DayRow)}
    excerpt = Excerpt(state, [], from_the_first=True, to_the_last=True)
    excerpt.use = {month: row for key, month in use_keys.items() if isinstance(row := rows.get(key), UseRow)}
    if state is not None:
        least = WIDE if wide else CONTEXT * 2 if whole or state.newest_at > first else CONTEXT
        _widen(site, excerpt, state, by_day, (first, last), least=least)
    excerpt.readings = [each for day in sorted(by_day) for each in by_day[day].readings]
    return excerpt


def _widen(
    site: Site,
    excerpt: Excerpt,
    state: RegisterRow,
    by_day: dict[str, DayRow],
    span: tuple[int, int],
    *,
    least: int,
) -> None:
    partition = DayRow.key.partition(site.community, site.meter.meter, site.register.obis)
    first, last = span
    start = (first // DAY_MS - 1) * DAY_MS
    before = sum(_counting(row, first) for row in by_day.values())
    excerpt.from_the_first = state.first_at >= start
    if not excerpt.from_the_first and (before < CONTEXT or least > CONTEXT):
        earlier = DayRow.query(
            partition,
            DayRow.sk < day_text(start // DAY_MS),
            page_size=least,
            scan_index_forward=False,
            consistent_read=True,
        )
        excerpt.from_the_first = True
        for number, row in enumerate(earlier, start=1):
            by_day[row.sk] = row
            before += _counting(row, first)
            if number >= least and before >= CONTEXT:  # held ones say nothing
                excerpt.from_the_first = False
                break
    if state.newest_at // DAY_MS > last // DAY_MS:
        later = DayRow.query(
            partition, DayRow.sk > day_text(last // DAY_MS), limit=FORWARD_DAYS, consistent_read=True
        )
        found = list(later)
        by_day |= {row.sk: row for row in found}
        excerpt.to_the_last = len(found) < FORWARD_DAYS


def _counting(row: DayRow, until: int) -> int:
    return sum(each.standing == "kept" for each in row.readings if each.at < until)


def last_believed(site: Site) -> int | None:
    """When the last reading of a register was taken that counts, in ms."""
    key = RegisterRow.key(site.community, site.meter.meter, site.register.obis)
    state = read([key]).get(key)
    return int(state.last_at) if isinstance(state, RegisterRow) else None
