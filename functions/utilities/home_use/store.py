"""What the meters of a home, or a shared one, say of its days: from their months, and from readings where
windows, estimates or readings that wait for a decision have to be looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from functions.utilities.home_use.doubted_days import doubts
from functions.utilities.home_use.models import HeldDays, HomeUse
from functions.utilities.local_days import DAY, day_of, days_of_month, midnight, months_between
from functions.utilities.meters.models import Medium, Meter, Register
from functions.utilities.readings.intervals import days_of, intervals
from functions.utilities.readings.models import DAY_MS, Interval, Reading
from functions.utilities.registers.rows import DayRow, RegisterRow, UseRow, day_text
from functions.utilities.registers.site import dial_of
from functions.utilities.reviews.rows import HeldRow
from functions.utilities.tariffs.models import Tariff
from functions.utilities.tariffs.validity import in_force
from linli.instants import to_millis
from linli.prices import by_part
from linli.tables import Rows, read

DAYS_AT_ONCE = 8  # rows read at once on the way to the next reading that counts


@dataclass(frozen=True, slots=True)
class Scope:
    """At what is looked: `period` closely, and the `months` that were billed before.

    `held`: the readings that wait for a decision, by meter and register.
    """

    community: str
    zone: str
    tariffs: Sequence[Tariff]
    period: str
    months: frozenset[str] = frozenset()
    held: Mapping[tuple[str, str], Sequence[int]] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """When the month is over, in ms."""
        return midnight(days_of_month(self.period)[-1] + DAY, self.zone)


@dataclass(slots=True)
class Metered:
    """What was found: the use of each medium, and the meters that nobody has read for the whole month."""

    use: dict[Medium, HomeUse] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def held_readings(community: str) -> dict[tuple[str, str], list[int]]:
    """The readings that wait for a decision, by meter and register, in ms."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in HeldRow.query(HeldRow.key.partition(community), consistent_read=True):
        found.setdefault((row.meter, row.register), []).append(int(row.at))
    return found


def billed(meter: Meter) -> list[Register]:
    """The registers whose consumption is charged."""
    return [each for each in meter.registers if each.billed]


def look(scope: Scope, meters: Sequence[Meter]) -> Metered:
    """What meters of one home, or one that is shared, say of its months."""
    months = sorted({scope.period, *scope.months})
    first = date.fromisoformat(f"{months[0]}-01")
    if any(each.tiers is not None and each.tiered_by == "year" for each in scope.tariffs):
        first = first.replace(month=1)
    wanted = months_between(first, date.fromisoformat(f"{months[-1]}-01"))
    pairs = [(meter, register) for meter in meters for register in billed(meter)]
    keys = {
        UseRow.key(scope.community, month, meter.meter, register.obis): (meter, register, month)
        for meter, register in pairs
        for month in wanted
    }
    states = {RegisterRow.key(scope.community, meter.meter, register.obis) for meter, register in pairs}
    rows = read([*keys, *states]) if keys else Rows()
    found = Metered()
    for key, (meter, register, month) in keys.items():
        use = found.use.setdefault(meter.medium, HomeUse())
        row = rows.one(UseRow, key)
        for text, (ticks, _) in row.days.items() if row else ():
            day = date.fromisoformat(f"{month}-{text}")
            use.days[day] = use.days.get(day, Decimal(0)) + register.quantity(int(ticks))
    for meter, register in pairs:
        state = rows.one(RegisterRow, RegisterRow.key(scope.community, meter.meter, register.obis))
        _look_closely(scope, found, meter, register, state)
    return found


def _look_closely(
    scope: Scope, found: Metered, meter: Meter, register: Register, state: RegisterRow | None
) -> None:
    """Readings of the month, and of those before where they are needed."""
    use = found.use[meter.medium]
    timed = dict(_timed(scope, meter.medium))
    held = scope.held.get((meter.meter, register.obis), ())
    days = {*days_of_month(scope.period), *timed, *(day_of(at, scope.zone) for at in held)}
    readings = list(_readings(scope, meter, register, state, (min(days), max(days))))
    advanced = intervals(readings, dial_of(meter, register))
    for tariff in {each.begins: each for each in timed.values()}.values():
        named = [day for day in sorted(timed) if timed[day].begins == tariff.begins]
        for day, windows in by_part(advanced, tariff.windows or (), named, scope.zone).items():
            there = use.windows.setdefault(day, {})
            for name, ticks in windows.items():
                there[name] = there.get(name, Decimal(0)) + register.quantity(ticks)
    use.estimated |= days_of((each for each in advanced if each.estimated and each.ticks), scope.zone)
    since = to_millis(meter.installed_at)
    until = to_millis(meter.closed_at) if meter.closed_at else scope.end + 10_000 * DAY_MS
    for start, last in doubts(readings, scope.zone, since, until):
        told = HeldDays(meter=meter.meter, medium=meter.medium, first_day=start, last_day=last)
        use.doubted += [] if told in use.doubted else [told]
        use.held |= {start + n * DAY for n in range((last - start).days + 1)}
    if since < scope.end and not _read_to(advanced, readings, min(until, scope.end)):
        found.unread += [] if meter.meter in found.unread else [meter.meter]


def _timed(scope: Scope, medium: Medium) -> Iterator[tuple[date, Tariff]]:
    """The days whose tariff has windows."""
    for month in sorted({scope.period, *scope.months}):
        for day in days_of_month(month):
            tariff = in_force(scope.tariffs, medium, day)
            if tariff is not None and tariff.windows is not None:
                yield day, tariff


def _read_to(advanced: Sequence[Interval], readings: Sequence[Reading], end: int) -> bool:
    """Whether use is known up to an instant."""
    kept = [each.at for each in readings if each.standing == "kept"]
    return bool(kept) and kept[-1] >= end and (bool(advanced) or kept[0] <= end)


def _readings(
    scope: Scope, meter: Meter, register: Register, state: RegisterRow | None, span: tuple[date, date]
) -> Iterator[Reading]:
    """A register's readings on some days, from the one before that counts to the one after."""
    if state is None:
        return
    first, end = midnight(span[0], scope.zone), midnight(span[1] + DAY, scope.zone)
    partition = DayRow.key.partition(scope.community, meter.meter, register.obis)
    since, until = day_text(first // DAY_MS), day_text(end // DAY_MS)
    within = list(DayRow.query(partition, DayRow.sk.between(since, until), consistent_read=True))
    before: list[DayRow] = []
    if state.first_at < first and not any(_counts(each, None, first) for each in within):
        for row in DayRow.query(
            partition,
            DayRow.sk < since,
            scan_index_forward=False,
            page_size=DAYS_AT_ONCE,
            consistent_read=True,
        ):
            before.insert(0, row)
            if _counts(row, None, first):
                break
    after: list[DayRow] = []
    if state.newest_at > end and not any(_counts(each, end, None) for each in within):
        for row in DayRow.query(partition, DayRow.sk > until, page_size=DAYS_AT_ONCE, consistent_read=True):
            after.append(row)
            if _counts(row, end, None):
                break
    for row in (*before, *within, *after):
        yield from row.readings


def _counts(row: DayRow, since: int | None, until: int | None) -> bool:
    """Whether a day's row has a reading that counts, not before the one instant and not after the other."""
    return any(
        each.standing == "kept"
        and (since is None or each.at >= since)
        and (until is None or each.at <= until)
        for each in row.readings
    )
