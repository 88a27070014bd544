"""Readings go into a register once, and with them all that follows, in one transaction.

A register's rows change under one version: its state, the readings of the days, the months' use, what is
held, the corrections, and the facts to be published. A batch of many readings costs as many writes as it has
days.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from functions.utilities.entries.day_use import DayTold, UseChange, changed_days, use_change
from functions.utilities.entries.facts import of_consumption, of_life, of_signals
from functions.utilities.entries.signal_changes import state_after
from functions.utilities.readings.arrivals import Merged, merged
from functions.utilities.readings.doubts import contradiction
from functions.utilities.readings.intervals import intervals
from functions.utilities.readings.models import DAY_MS, Fate, Reading
from functions.utilities.readings.standings import with_standings
from functions.utilities.registers.rows import DayRow, RegisterRow, UseRow, day_text
from functions.utilities.registers.site import Site
from functions.utilities.registers.store import Excerpt, last_believed, read_excerpt
from functions.utilities.reviews.corrections import corrected
from functions.utilities.reviews.decisions import Decision, with_decision
from functions.utilities.reviews.store import correction, update_waiting
from functions.utilities.signals.models import SignalState
from linli.errors import Conflict
from linli.tables import Transaction, read, until_it_holds

LONGEST_SPAN = 30  # days of a register in one transaction
MOST_ROWS = 95  # a transaction has at most 100, and a correction may come
Also = Callable[[Transaction], None]


@dataclass(frozen=True, slots=True)
class VouchedReading:
    """A reading at the fitting or removal of a meter; `confirmed`: whatever speaks against it."""

    site: Site
    reading: Reading
    confirmed: bool = False


def enter(site: Site, new: Sequence[Reading], cause: str, now: datetime) -> list[Fate]:
    """Enter readings of a register, in any order, and say what became of each.

    `cause` is the id of what brought them. Raises Unavailable.
    """
    order = sorted(range(len(new)), key=lambda number: new[number].at)
    fates: list[Fate] = ["duplicate"] * len(new)
    for part in _parts([(number, new[number]) for number in order]):
        entered = _enter([each for _, each in part], site, cause, now)
        for (number, _), fate in zip(part, entered, strict=True):
            fates[number] = fate
    return fates


def decide(site: Site, decision: Decision, cause: str, now: datetime, also: Also = lambda _: None) -> None:
    """Let a manager's decision on a held reading take effect, together with what `also` adds.

    Raises ConditionsFailed, Contended, Unavailable.
    """
    excerpt = read_excerpt(site, decision.at, decision.at, whole=True)
    readings = with_decision(excerpt.readings, decision)
    judged = with_standings(readings, site.dial, from_the_first=excerpt.from_the_first)
    transaction = Transaction()
    write(transaction, Change(site, excerpt, judged, cause, now, decision))
    also(transaction)
    transaction.commit()


def vouch(transaction: Transaction, first: VouchedReading, cause: str, now: datetime) -> int:
    """Add a reading that somebody took at the fitting or removal of a meter. Returns how many rows change.

    A final one sets aside what came after it. Raises Conflict when it contradicts what the dial showed,
    unless it was `confirmed`, and when another one was taken at that instant.
    """
    site, reading = first.site, first.reading
    excerpt = read_excerpt(site, reading.at, reading.at, whole=True)
    known = excerpt.readings
    if reading.kind == "final":
        known = [
            replace(each, standing="conflict") if each.at > reading.at and each.live else each
            for each in known
        ]
        known = with_standings(known, site.dial, from_the_first=excerpt.from_the_first)
    there = next((each for each in known if each.at == reading.at and each.live and each.trusted), None)
    if there is not None and there.ticks != reading.ticks:
        raise Conflict(
            "read_otherwise", {"register": site.register.obis, "value": site.register.value(there.ticks)}
        )
    why = contradiction(known, reading, site.dial)
    if there is None and why is not None and not first.confirmed:
        raise Conflict("cannot_show_now", {"field": reading.kind, "register": site.register.obis}, reason=why)
    arrived = merged(known, [reading], site.dial, from_the_first=excerpt.from_the_first)
    if arrived.readings == excerpt.readings:
        return 0
    return write(transaction, Change(site, excerpt, arrived.readings, cause, now))


def judge_anew(site: Site, cause: str, now: datetime) -> None:
    """Find anew which of a register's last readings count, since its dial can do other than was known.

    Raises Contended, Unavailable, and Conflict when too much would change.
    """
    until_it_holds(lambda: _judge_anew(site, cause, now))


def _judge_anew(site: Site, cause: str, now: datetime) -> None:
    last = last_believed(site)
    if last is None:
        return
    excerpt = read_excerpt(site, last, last, whole=True)
    judged = with_standings(excerpt.readings, site.dial, from_the_first=excerpt.from_the_first)
    if judged != excerpt.readings:
        transaction = Transaction()
        write(transaction, Change(site, excerpt, judged, cause, now))
        transaction.commit()


def _parts(readings: list[tuple[int, Reading]]) -> list[list[tuple[int, Reading]]]:
    """The readings in parts of at most `LONGEST_SPAN` days each."""
    parts: list[list[tuple[int, Reading]]] = []
    for each in readings:
        if not parts or each[1].at // DAY_MS - parts[-1][0][1].at // DAY_MS >= LONGEST_SPAN:
            parts.append([])
        parts[-1].append(each)
    return parts


class _TooManyRows(Conflict):
    """More rows change than fit into a transaction."""


def _enter(new: list[Reading], site: Site, cause: str, now: datetime) -> list[Fate]:
    try:
        tried: list[str] = []
        return until_it_holds(lambda: _attempt(new, site, cause, now, tried))
    except _TooManyRows:
        if len(new) == 1:
            if new[0].standing == "conflict":
                raise
            # It would turn what counted for months: a manager is asked, and nothing else changes.
            return _enter([replace(new[0], standing="conflict")], site, cause, now)
        half = len(new) // 2
        return [*_enter(new[:half], site, cause, now), *_enter(new[half:], site, cause, now)]


def _attempt(new: list[Reading], site: Site, cause: str, now: datetime, tried: list[str]) -> list[Fate]:
    """One attempt. `tried`: attempts of ours whose replies were lost may have landed."""
    name = f"{cause}-{new[0].at}"
    excerpt = read_excerpt(site, new[0].at, new[-1].at)
    arrived = merged(excerpt.readings, new, site.dial, from_the_first=excerpt.from_the_first)
    if not excerpt.from_the_first and _in_doubt(excerpt.readings, arrived):
        excerpt = read_excerpt(site, new[0].at, new[-1].at, wide=True)
        arrived = merged(excerpt.readings, new, site.dial, from_the_first=excerpt.from_the_first)
    if arrived.readings != excerpt.readings:
        tried.append(name)
        transaction = Transaction()
        write(transaction, Change(site, excerpt, arrived.readings, name, now), may_split=len(new) > 1)
        transaction.commit()
    elif tried and excerpt.state and excerpt.state.cause == name:
        return arrived.standings
    return arrived.fates


def _in_doubt(known: Sequence[Reading], arrived: Merged) -> bool:
    """Whether more of what came before may decide: something new is held, or something known changes."""
    return "held" in arrived.fates or not set(known) <= set(arrived.readings)


@dataclass(frozen=True, slots=True)
class Change:
    """A register's readings in an excerpt as they are to be; `cause`: the id of what brought that."""

    site: Site
    excerpt: Excerpt
    readings: list[Reading]
    cause: str
    now: datetime
    decision: Decision | None = None


def write(transaction: Transaction, change: Change, *, may_split: bool = False) -> int:
    """Add the rows that change, if nobody changes the register in between. Returns how many.

    Raises Conflict for more than fit into a transaction.
    """
    site, excerpt, readings = change.site, change.excerpt, change.readings
    cause, now, decision = change.cause, change.now, change.decision
    before, after = intervals(excerpt.readings, site.dial), intervals(readings, site.dial)
    state = excerpt.state
    old_signals = state.watch if state else SignalState()
    signals = state_after(old_signals, site, excerpt.readings, readings, to_the_last=excerpt.to_the_last)
    kept = [each.at for each in readings if each.standing == "kept"]
    last_at = max([*kept, int(state.last_at) if state and not (excerpt.to_the_last and kept) else 0])
    was_last = int(state.last_at) if state else None
    use, told = _use(change, use_change(before, after, site.zone, was_last, last_at), last_at)
    facts = [*of_consumption(site, told), *of_signals(site, old_signals, signals)]
    if site.watched and decision is None:
        facts += of_life(site, before, after)
    version = int(state.version) if state else 0
    row = RegisterRow(
        *RegisterRow.key(site.community, site.meter.meter, site.register.obis),
        version=version + 1,
        first_at=min([readings[0].at, *([int(state.first_at)] if state else [])]),
        last_at=last_at,
        newest_at=max([readings[-1].at, *([int(state.newest_at)] if state else [])]),
        watch=signals,
        cause=cause,
    )
    condition = RegisterRow.version == version if version else RegisterRow.pk.does_not_exist()
    transaction.put("register", row, condition)
    count = 1 + _write_days(transaction, site, excerpt.readings, readings)
    count += update_waiting(transaction, site, excerpt.readings, readings)
    for number, each in enumerate(use):
        transaction.put(f"use-{number}", each)
    gave_way = corrected(before, after)
    if gave_way[0] or decision:
        transaction.put("correction", correction(site, gave_way, cause, now, decision))
    room = MOST_ROWS - count - len(use)
    if room < 0 or (may_split and len(facts) > room):
        raise _TooManyRows("too_many_later_readings")
    facts = facts[max(len(facts) - room, 0) :]  # of consumption long ago, which comes first
    where = f"{site.community}/{site.meter.meter}/{site.register.obis}"
    transaction.publish(facts, f"meter_reading/{where}/{version + 1}", now)
    return MOST_ROWS - room + len(facts)


def _use(change: Change, used: UseChange, last_at: int) -> tuple[list[UseRow], list[DayTold]]:
    """The months that change, and the days of them that are told."""
    site, months = change.site, used.months
    rows = {month: row for month, row in change.excerpt.use.items() if month in months}
    keys = {
        UseRow.key(site.community, month, site.meter.meter, site.register.obis): month
        for month in months
        if month not in rows
    }
    for key, row in (read(keys) if keys else {}).items():
        if isinstance(row, UseRow):
            rows[keys[key]] = row
    known = {month: row.days for month, row in rows.items()}
    days, told = changed_days(known, used, last_at, site.zone)
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
    return written, told


def _write_days(transaction: Transaction, site: Site, before: list[Reading], after: list[Reading]) -> int:
    """Write the days that changed. Returns how many."""
    old, new = _by_day(before), _by_day(after)
    changed = [day for day, readings in new.items() if old.get(day) != readings]
    for day in changed:
        key = DayRow.key(site.community, site.meter.meter, site.register.obis, day_text(day))
        transaction.put(f"day-{day}", DayRow(*key, readings=new[day]))
    return len(changed)


def _by_day(readings: list[Reading]) -> dict[int, list[Reading]]:
    days: dict[int, list[Reading]] = {}
    for each in readings:
        days.setdefault(each.at // DAY_MS, []).append(each)
    return days
