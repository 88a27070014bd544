"""The ledger of a meter's registers: readings go in once, and with them all that follows, in one transaction.

A register's rows change under one version: its state, the readings of the days, the months' use, what is
held, the corrections, and the facts to be published. A batch of many readings costs as many writes as it has
days.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from functions.utilities.days import (
    DAY,
    day_of,
    midnight,
    month_of,
    months_between,
    per_day,
    to_instant,
    to_ms,
)
from functions.utilities.meters import Meter, Register
from functions.utilities.readings import (
    DAY_MS,
    Dial,
    Interval,
    Posted,
    Reading,
    Verdict,
    intervals,
    post,
    resettled,
)
from functions.utilities.signals import Episode, Limits, Watch, news, rewatched, watched, with_back_flow
from functions.utilities.tables import (
    ChunkRow,
    CorrectionRow,
    HeldRow,
    Key,
    RegisterRow,
    UseRow,
    day_text,
)
from linli.communities import DEFAULT_TIME_ZONE, CommunityRow
from linli.errors import Conflict
from linli.events import ConsumptionRecorded, Fact, MeterSignalEnded, MeterSignalRaised
from linli.instants import to_text
from linli.policies import CommunityPolicies, UtilitiesPolicy
from linli.tables import Row, Transaction, read, until_it_holds

CONTEXT = 6  # readings on either side that decide whether one counts, and more
LONGEST_SPAN = 30  # days of a register in one transaction
DAYS_TOLD = 35  # how far back of the newest reading consumption is published
FORWARD_DAYS = 400
HOURS_BACK = 24  # what flows in an hour at the most may flow back; more is another fault
MOST_ROWS = 95  # a transaction has at most 100, and a correction may come
CORRECTED = 200


def dial_of(meter: Meter, register: Register) -> Dial:
    """What a register's dial can do."""
    return Dial(register.modulus, meter.most_ticks_per_day(register))


@dataclass(frozen=True, slots=True)
class Site:
    """Where a reading is entered: a meter's register, the community's zone and limits."""

    community: str
    meter: Meter
    register: Register
    zone: str
    policy: UtilitiesPolicy

    @property
    def dial(self) -> Dial:
        """What its dial can do."""
        return dial_of(self.meter, self.register)

    @property
    def limits(self) -> Limits:
        """When it gives a signal. What is shared is used round the clock, and by many."""
        own = self.meter.home is not None
        water = self.meter.medium == "water"
        spike = self.policy.spike_per_day.get(self.meter.medium) if own else None
        return Limits(
            leak=own and water,
            spike_ticks=None if spike is None else self._ticks(spike),
            no_use_ticks=self._ticks(self.policy.no_use_m3) if own and water else None,
            no_use_ms=self.policy.no_use_hours * 3_600_000,
        )

    def _ticks(self, quantity: Decimal) -> int:
        return int((quantity / self.register.multiplier).scaleb(self.register.decimals))


@dataclass(frozen=True, slots=True)
class Decision:
    """What a manager decided of a held reading."""

    by: str
    decision: str
    note: str
    at: int
    ticks: int
    corrected_ticks: int | None = None


@dataclass(slots=True)
class Page:
    """A register's rows around some instants, as they were read under one version."""

    state: RegisterRow | None
    readings: list[Reading]
    from_the_first: bool
    to_the_last: bool
    use: dict[str, UseRow] = field(default_factory=dict)


def community_of(rows: dict[Key, Row], community: str) -> tuple[str, CommunityPolicies]:
    """A community's time zone and policies among rows that were read."""
    row = rows.get(CommunityRow.key(community))
    if isinstance(row, CommunityRow):
        return row.time_zone, row.policies
    return DEFAULT_TIME_ZONE, CommunityPolicies()


def held_id(meter: str, register: str, reading: Reading) -> str:
    """The id of a held reading: the same for the same reading."""
    return sha256(f"{meter}#{register}#{reading.at}#{reading.ticks}".encode()).hexdigest()[:32]


def enter(site: Site, new: Sequence[Reading], cause: str, now: datetime) -> list[Verdict]:
    """Enter readings of a register, in any order, and say what became of each.

    `cause` is the id of what brought them. Raises Unavailable.
    """
    order = sorted(range(len(new)), key=lambda number: new[number].at)
    verdicts: list[Verdict] = ["duplicate"] * len(new)
    for part in _parts([(number, new[number]) for number in order]):
        entered = _enter([each for _, each in part], site, cause, now)
        for (number, _), verdict in zip(part, entered, strict=True):
            verdicts[number] = verdict
    return verdicts


def decide(site: Site, decision: Decision, cause: str, now: datetime) -> None:
    """Let a manager's decision on a held reading take effect. Raises Unavailable."""
    until_it_holds(lambda: _decide(site, decision, cause, now))


def _parts(readings: list[tuple[int, Reading]]) -> list[list[tuple[int, Reading]]]:
    """The readings in parts of at most `LONGEST_SPAN` days each."""
    parts: list[list[tuple[int, Reading]]] = []
    for each in readings:
        if not parts or each[1].at // DAY_MS - parts[-1][0][1].at // DAY_MS >= LONGEST_SPAN:
            parts.append([])
        parts[-1].append(each)
    return parts


class _TooManyRows(Exception):
    pass


def _enter(new: list[Reading], site: Site, cause: str, now: datetime) -> list[Verdict]:
    try:
        tried: list[str] = []
        return until_it_holds(lambda: _attempt(new, site, cause, now, tried))
    except _TooManyRows:
        half = len(new) // 2
        return [*_enter(new[:half], site, cause, now), *_enter(new[half:], site, cause, now)]


def _attempt(new: list[Reading], site: Site, cause: str, now: datetime, tried: list[str]) -> list[Verdict]:
    """One attempt. `tried`: attempts of ours whose replies were lost may have landed."""
    name = f"{cause}-{new[0].at}"
    page = _load(site, new[0].at, new[-1].at)
    posted = post(page.readings, new, site.dial, from_the_first=page.from_the_first)
    if posted.readings != page.readings:
        tried.append(name)
        _save(site, page, posted.readings, name, now, may_split=len(new) > 1)
    elif tried and page.state and page.state.cause == name:
        return posted.standings
    return posted.verdicts


def _decide(site: Site, decision: Decision, cause: str, now: datetime) -> None:
    page = _load(site, decision.at, decision.at, whole=True)
    readings = [_decided(each, decision) for each in page.readings]
    if decision.corrected_ticks is not None:
        corrected = Reading(decision.at, decision.corrected_ticks, "corrected", decided=True)
        place = next(number for number, each in enumerate(readings) if each.at == decision.at)
        readings.insert(place, corrected)
    settled = resettled(readings, site.dial, from_the_first=page.from_the_first)
    _save(site, page, settled, cause, now, decision=decision)


def _decided(each: Reading, decision: Decision) -> Reading:
    if each.at != decision.at or each.standing == "rejected":
        return each
    if each.ticks == decision.ticks and decision.decision == "accept":
        return Reading(each.at, each.ticks, each.kind, "kept", decided=True)
    if each.ticks == decision.ticks or decision.decision != "reject":
        return Reading(each.at, each.ticks, each.kind, "rejected", each.decided)
    return each


def _load(site: Site, first: int, last: int, *, whole: bool = False) -> Page:
    """The readings from well before `first` to after `last`: one round trip when they follow on, else up to
    three.
    """
    community, meter, register = site.community, site.meter.meter, site.register.obis
    state_key = RegisterRow.key(community, meter, register)
    first_day, last_day = first // DAY_MS, last // DAY_MS
    days = {
        ChunkRow.key(community, meter, register, day_text(day)) for day in range(first_day - 1, last_day + 1)
    }
    months = months_between(day_of(first, site.zone) - DAY, day_of(last, site.zone) + DAY)
    use_keys = {UseRow.key(community, month, meter, register): month for month in months}
    rows = read([state_key, *days, *use_keys])
    state = rows.get(state_key)
    state = state if isinstance(state, RegisterRow) else None
    chunks = {row.sk: row for key in days if isinstance(row := rows.get(key), ChunkRow)}
    page = Page(state, [], from_the_first=True, to_the_last=True)
    page.use = {month: row for key, month in use_keys.items() if isinstance(row := rows.get(key), UseRow)}
    if state is not None:
        _widen(site, page, state, chunks, (first, last), whole=whole)
    page.readings = [each for day in sorted(chunks) for each in chunks[day].readings]
    return page


def _widen(
    site: Site,
    page: Page,
    state: RegisterRow,
    chunks: dict[str, ChunkRow],
    span: tuple[int, int],
    *,
    whole: bool,
) -> None:
    partition = ChunkRow.key(site.community, site.meter.meter, site.register.obis, "")[0]
    first, last = span
    start = (first // DAY_MS - 1) * DAY_MS
    before = sum(_counting(row, first) for row in chunks.values())
    late = state.newest_at > first
    page.from_the_first = state.first_at >= start
    if not page.from_the_first and (before < CONTEXT or late or whole):
        least = CONTEXT if not late else CONTEXT * 2
        earlier = ChunkRow.query(
            partition,
            ChunkRow.sk < day_text(start // DAY_MS),
            page_size=least,
            scan_index_forward=False,
            consistent_read=True,
        )
        page.from_the_first = True
        for number, row in enumerate(earlier, start=1):
            chunks[row.sk] = row
            before += _counting(row, first)
            if number >= least and before >= CONTEXT:  # held ones say nothing
                page.from_the_first = False
                break
    if state.newest_at // DAY_MS > last // DAY_MS:
        later = ChunkRow.query(
            partition, ChunkRow.sk > day_text(last // DAY_MS), limit=FORWARD_DAYS, consistent_read=True
        )
        found = list(later)
        chunks |= {row.sk: row for row in found}
        page.to_the_last = len(found) < FORWARD_DAYS


def _counting(row: ChunkRow, until: int) -> int:
    return sum(each.standing == "kept" for each in row.readings if each.at < until)


def _save(
    site: Site,
    page: Page,
    readings: list[Reading],
    cause: str,
    now: datetime,
    *,
    decision: Decision | None = None,
    may_split: bool = False,
) -> None:
    """Write what `readings` change of `page`, if nobody changed the register in between."""
    before, after = intervals(page.readings, site.dial), intervals(readings, site.dial)
    state = page.state
    old_watch = state.watch if state else Watch()
    watch = _watch(site, page, readings, after, old_watch)
    kept = [each.at for each in readings if each.standing == "kept"]
    last_at = max([*kept, int(state.last_at) if state else 0])
    use, facts = _use(site, page, before, after, last_at)
    facts += _signal_facts(site, old_watch, watch)
    transaction = Transaction()
    version = int(state.version) if state else 0
    row = RegisterRow(
        *RegisterRow.key(site.community, site.meter.meter, site.register.obis),
        version=version + 1,
        first_at=min([readings[0].at, *([int(state.first_at)] if state else [])]),
        last_at=last_at,
        newest_at=max([readings[-1].at, *([int(state.newest_at)] if state else [])]),
        watch=watch,
        cause=cause,
    )
    condition = RegisterRow.version == version if version else RegisterRow.pk.does_not_exist()
    transaction.put("register", row, condition)
    count = 1 + _chunks(transaction, site, page.readings, readings)
    count += _held(transaction, site, page.readings, readings)
    for number, each in enumerate(use):
        transaction.put(f"use-{number}", each)
    corrected = _corrected(before, after)
    if corrected[0] or decision:
        transaction.put("correction", _correction(site, corrected, cause, now, decision))
    room = MOST_ROWS - count - len(use)
    if may_split and len(facts) > room:
        raise _TooManyRows
    if room < 0:
        raise Conflict("this would change too much at once: decide on later readings first")
    facts = facts[max(len(facts) - room, 0) :]  # of consumption long ago, which comes first
    where = f"{site.community}/{site.meter.meter}/{site.register.obis}"
    transaction.publish(facts, f"meter_reading/{where}/{version + 1}", now)
    transaction.commit()


def _watch(site: Site, page: Page, readings: list[Reading], after: list[Interval], old: Watch) -> Watch:
    known = {(each.at, each.ticks) for each in page.readings if each.standing == "kept"}
    changed = [each.at for each in readings if each.standing == "kept" and (each.at, each.ticks) not in known]
    watch = old
    if changed and min(changed) > old.judged:
        watch = watched(old, [each for each in after if each.start >= old.judged], site.limits, site.zone)
    elif changed and page.to_the_last:
        watch = rewatched(old, after, site.limits, site.zone)
    was = {each.at for each in page.readings if each.standing == "held"}
    backwards = [each.at for each in readings if each.standing == "held" and each.at not in was]
    watch = with_back_flow(
        watch, min((at for at in backwards if _ran_back(readings, at, site.dial)), default=None), over=False
    )
    return with_back_flow(watch, max(changed, default=None), over=True)


def _ran_back(readings: list[Reading], at: int, dial: Dial) -> bool:
    """Whether a flow backwards explains a held reading: it is a little less than the one before."""
    held = next(each for each in readings if each.at == at and each.standing == "held")
    before = [each for each in readings if each.at < at and each.standing == "kept"]
    if not before:
        return False
    back = before[-1].ticks - held.ticks
    return 0 < back * HOURS_BACK <= dial.most_per_day * max(at - before[-1].at, DAY_MS) // DAY_MS


def _use(
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


def _signal_facts(site: Site, before: Watch, after: Watch) -> list[Fact]:
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


def _chunks(transaction: Transaction, site: Site, before: list[Reading], after: list[Reading]) -> int:
    """Write the days that changed. Returns how many."""
    old, new = _by_day(before), _by_day(after)
    changed = [day for day, readings in new.items() if old.get(day) != readings]
    for day in changed:
        key = ChunkRow.key(site.community, site.meter.meter, site.register.obis, day_text(day))
        transaction.put(f"day-{day}", ChunkRow(*key, readings=new[day]))
    return len(changed)


def _by_day(readings: list[Reading]) -> dict[int, list[Reading]]:
    days: dict[int, list[Reading]] = {}
    for each in readings:
        days.setdefault(each.at // DAY_MS, []).append(each)
    return days


def _held(transaction: Transaction, site: Site, before: list[Reading], after: list[Reading]) -> int:
    """Keep the list of what waits for a manager. Returns how many rows change."""
    old, new = set(_waiting(before)), set(_waiting(after))
    names = (site.community, site.meter.meter, site.register.obis)
    gone = {held_id(*names[1:], each) for each in old - new} - {held_id(*names[1:], each) for each in new}
    for held in sorted(gone):
        transaction.delete(f"gone-{held}", HeldRow(*HeldRow.key(names[0], held)))
    come = sorted(new - old, key=lambda each: (each.at, each.ticks))
    for each in come:
        held = held_id(*names[1:], each)
        earlier = [other.ticks for other in after if other.at < each.at and other.standing == "kept"]
        row = HeldRow(
            *HeldRow.key(names[0], held),
            meter=names[1],
            register=names[2],
            at=each.at,
            ticks=each.ticks,
            decimals=site.register.decimals,
            reason=_reason(site.meter, each),
            before_ticks=earlier[-1] if earlier else None,
        )
        transaction.put(f"held-{held}", row)
    return len(gone) + len(come)


def _waiting(readings: list[Reading]) -> list[Reading]:
    """What a manager is asked about: conflicts, and of held readings in a row the first, which decides the
    rest.
    """
    asked, before_held = [], False
    for each in readings:
        if each.standing == "conflict" or (each.standing == "held" and not before_held):
            asked.append(each)
        if each.live:
            before_held = each.standing == "held"
    return asked


def _reason(meter: Meter, reading: Reading) -> str:
    if reading.standing == "held":
        return "drop"
    if reading.at < to_ms(meter.installed_at):
        return "before_installation"
    if meter.closed_at is not None and reading.at > to_ms(meter.closed_at):
        return "after_replacement"
    return "conflict"


def _corrected(before: list[Interval], after: list[Interval]) -> tuple[list[Interval], list[Interval]]:
    """The intervals that gave way, and those that are there instead."""
    known, current = set(before), set(after)
    removed = [each for each in before if each not in current]
    if not removed:
        return [], []
    start, end = removed[0].start, removed[-1].end
    added = [each for each in after if each not in known and each.start < end and each.end > start]
    return removed[:CORRECTED], added[:CORRECTED]


def _correction(
    site: Site,
    was_became: tuple[list[Interval], list[Interval]],
    cause: str,
    now: datetime,
    decision: Decision | None,
) -> CorrectionRow:
    removed, added = was_became
    register = site.register.obis
    return CorrectionRow(
        CorrectionRow.partition(site.community, site.meter.meter),
        f"{to_text(now)}#{register}#{cause}",
        at=now,
        register=register,
        cause=cause,
        by=decision.by if decision else None,
        decision=decision.decision if decision else None,
        note=decision.note if decision else None,
        was=[list(each[:3]) for each in removed],
        became=[list(each[:3]) for each in added],
    )


__all__ = ["Decision", "Posted", "Site", "community_of", "decide", "enter", "episode_id", "held_id"]
