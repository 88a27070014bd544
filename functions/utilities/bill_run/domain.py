"""How a home's month becomes a bill."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from itertools import groupby
from zoneinfo import ZoneInfo

from functions.utilities.bill_run.models import Bill, BillLine, Plan, SharedUse
from functions.utilities.days import DAY, days_of_month, midnight, to_instant, to_ms
from functions.utilities.meters import Medium
from functions.utilities.readings import Interval, shares
from functions.utilities.tariffs import Line, Tariff, Window, apportioned, fen, in_force, line, tiered
from linli.errors import Conflict

ZERO = Decimal(0)


@dataclass(slots=True)
class HomeUse:
    """What a home used of a medium: by day of the period, in the year before it, and by window of the tariff
    that begins on a day.
    """

    days: dict[date, Decimal] = field(default_factory=dict)
    before: Decimal = ZERO
    windows: dict[str, dict[str, Decimal]] = field(default_factory=dict)


def plan(period: str, zone: str, due_days: int, now: datetime) -> Plan:
    """A run of a month. Raises Conflict before the month is over."""
    end = to_instant(midnight(days_of_month(period)[-1] + DAY, zone))
    if now < end:
        raise Conflict("the month is not over yet")
    return Plan(period=period, started_at=now, due_at=now + timedelta(days=due_days))


def month_before(now: datetime, zone: str) -> str:
    """The local month before this one: what the schedule bills."""
    first = now.astimezone(ZoneInfo(zone)).date().replace(day=1)
    return (first - DAY).isoformat()[:7]


def shared_use(
    meter: str, medium: Medium, quantity: Decimal, tariffs: Sequence[Tariff], period: str
) -> SharedUse | None:
    """What a shared meter's month costs, by the tariff of the month's last day; None when it is not shared
    out.
    """
    tariff = in_force(tariffs, medium, days_of_month(period)[-1])
    if tariff is None or tariff.shared_by is None or tariff.shared_price is None or not quantity:
        return None
    price = tariff.shared_price
    return SharedUse(
        meter=meter,
        medium=medium,
        by=tariff.shared_by,
        quantity=quantity,
        price=price,
        amount_fen=fen(quantity * price),
    )


Shares = Sequence[Mapping[str, int]]


def shares_of(planned: Plan) -> Shares:
    """What each home bears of each shared cost of a run, in the order of the plan."""
    return [
        apportioned(
            each.amount_fen,
            {
                weight.home: Fraction(weight.area_m2 if each.by == "area" else weight.headcount)
                for weight in planned.weights or ()
            },
        )
        for each in planned.shared
    ]


def bill(
    community: str,
    home: str,
    use: Mapping[Medium, HomeUse],
    tariffs: Sequence[Tariff],
    planned: Plan,
    *,
    shared: Shares | None = None,
) -> Bill | None:
    """A home's bill; None when there is nothing on it. `shared`: `shares_of(planned)`, found once."""
    lines: list[BillLine] = []
    unpriced: list[Medium] = []
    for medium in sorted(use):
        found, missing = _own_lines(medium, use[medium], tariffs)
        lines += found
        unpriced += [medium] if missing else []
    lines += _shared_lines(home, planned, shares_of(planned) if shared is None else shared)
    if not lines and not unpriced:
        return None
    digest = sha256(f"{community}#{home}#{planned.period}".encode()).hexdigest()[:26]
    return Bill(
        bill=f"{planned.period}-{digest}",
        home=home,
        period=planned.period,
        lines=lines,
        amount_fen=sum(each.amount_fen for each in lines),
        unpriced=unpriced,
        issued_at=planned.started_at,
        due_at=planned.due_at,
    )


def _own_lines(medium: Medium, use: HomeUse, tariffs: Sequence[Tariff]) -> tuple[list[BillLine], bool]:
    """The lines of a medium, tariff by tariff in the order of days; whether some days had none."""
    lines: list[BillLine] = []
    unpriced = False
    this_month = ZERO
    for tariff, days in groupby(sorted(use.days), lambda day: in_force(tariffs, medium, day)):
        quantity = sum((use.days[day] for day in days), ZERO)
        if tariff is None:
            unpriced = unpriced or quantity > 0
        elif tariff.price is not None:
            lines += _line(medium, [line("flat", quantity, tariff.price)])
        elif tariff.tiers is not None:
            before = this_month + (use.before if tariff.tiered_by == "year" else ZERO)
            lines += _line(medium, tiered(tariff.tiers, before, quantity))
        elif tariff.windows is not None:
            used = use.windows.get(tariff.begins, {})
            names = {each.name: each.price for each in tariff.windows}
            lines += _line(
                medium, [line(name, used[name], price) for name, price in names.items() if used.get(name)]
            )
        this_month += quantity
    return lines, unpriced


def _line(medium: Medium, lines: Iterable[Line]) -> list[BillLine]:
    return [
        BillLine(
            medium=medium,
            what=each.what,
            quantity=each.quantity,
            price=each.price,
            amount_fen=each.amount_fen,
        )
        for each in lines
    ]


def _shared_lines(home: str, planned: Plan, shared: Shares) -> list[BillLine]:
    lines = []
    for each, of_homes in zip(planned.shared, shared, strict=True):
        share = of_homes.get(home, 0)
        if share:
            lines.append(
                BillLine(
                    medium=each.medium,
                    what=f"shared-{each.meter}",
                    quantity=each.quantity,
                    price=each.price,
                    amount_fen=share,
                    shared=True,
                )
            )
    return lines


def by_window(
    intervals: Iterable[Interval], windows: Sequence[Window], days: Sequence[date], zone: str
) -> dict[str, int]:
    """What was used in each window of the days, in ticks; what spans windows is shared evenly over time."""
    place = ZoneInfo(zone)
    starts = sorted((start, each.name) for each in windows for start, _ in each.minutes())
    cuts: list[tuple[int, str | None]] = []
    for day in days:
        for minutes, name in starts:
            at = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=place)
            cuts.append((to_ms(at), name))
    cuts.append((midnight(days[-1] + DAY, zone), None))
    instants, names = [at for at, _ in cuts], [name for _, name in cuts]
    used: dict[str, int] = {}
    for each in intervals:
        for number, ticks in shares(each, instants):
            window = names[number - 1] if number else None
            if window is not None:
                used[window] = used.get(window, 0) + ticks
    return used
