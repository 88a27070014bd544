"""Lives of a home's meters: readings, estimates, wrong readings, decisions, a replacement, tariffs, moves and
runs in any order, and what all of it should cost in the end, reckoned apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from functions.utilities.bills.accounts import Account
from functions.utilities.bills.issue import bills_of
from functions.utilities.bills.models import Bill, Plan
from functions.utilities.home_use.doubted_days import doubts
from functions.utilities.home_use.models import HomeUse
from functions.utilities.households.models import Stay
from functions.utilities.households.tenancies import tenancies
from functions.utilities.local_days import DAY, days_of_month, midnight
from functions.utilities.readings.arrivals import merged
from functions.utilities.readings.dials import Dial
from functions.utilities.readings.intervals import days_of, intervals, per_day
from functions.utilities.readings.models import Interval, Reading
from functions.utilities.readings.standings import with_standings
from functions.utilities.tariffs.models import Tariff
from linli.prices import by_part, shares

ZONE = "Asia/Shanghai"
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04")
LAST = "2026-05"
FIRST_MS, END_MS = midnight(date(2025, 12, 20), ZONE), midnight(date(2026, 6, 1), ZONE)
HOUR_MS = 3_600_000
DIAL = Dial(modulus=10**8, most_per_day=120_000)
NOW = datetime(2026, 7, 1, tzinfo=UTC)
WHOLE = Decimal("0.001")


@dataclass(slots=True)
class Life:
    """A home as it stands: of each register its readings, and all that was billed."""

    registers: list[list[Reading]] = field(default_factory=lambda: [[], []])
    tariffs: list[Tariff] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)

    def enter(self, register: int, *new: Reading) -> None:
        """Readings come in."""
        self.registers[register] = merged(self.registers[register], list(new), DIAL).readings

    def decide(self, register: int, true: Callable[[Reading], bool]) -> None:
        """A manager decides on all that waits: what is true counts, and what is not is rejected."""
        judged = []
        for each in self.registers[register]:
            if each.standing in {"held", "conflict"} or (not true(each) and each.kind != "estimate"):
                standing: Any = "kept" if true(each) else "rejected"
                judged.append(Reading(each.at, each.ticks, each.kind, standing, decided=standing == "kept"))
            else:
                judged.append(each)
        self.registers[register] = with_standings(judged, DIAL, from_the_first=True)

    def advanced(self) -> list[Interval]:
        """What was used between readings."""
        return [each for readings in self.registers for each in intervals(readings, DIAL)]

    def use(self) -> HomeUse:
        """What is known of the days."""
        advanced = self.advanced()
        use = HomeUse(days={day: quantity(ticks) for day, ticks in per_day(advanced, ZONE).items()})
        for tariff in self.tariffs:
            if tariff.windows is not None:
                days = [day for day in sorted(use.days) if in_force(self.tariffs, day) is tariff]
                for day, named in by_part(advanced, tariff.windows, days, ZONE).items():
                    use.windows[day] = {name: quantity(ticks) for name, ticks in named.items()}
        use.estimated = days_of((each for each in advanced if each.estimated), ZONE)
        for readings in self.registers:
            for start, last in doubts(readings, ZONE, FIRST_MS, END_MS):
                use.held |= {start + n * DAY for n in range((last - start).days + 1)}
        return use

    def run(self, period: str) -> None:
        """A month is billed, perhaps again."""
        planned = Plan(period=period, started_at=NOW, due_at=NOW + timedelta(days=15), weights=[])
        account = Account(
            "willow",
            "b1/101",
            tenancies(self.stays),
            {"water": self.use()},
            self.tariffs,
            bills=list(self.bills),
            passed=frozenset(self.passed | {each.period for each in self.bills}),
        )
        self.bills += bills_of(account, planned)
        self.passed.add(period)


def quantity(ticks: int) -> Decimal:
    return Decimal(ticks).scaleb(-3)


def in_force(tariffs: Sequence[Tariff], day: date) -> Tariff | None:
    return max(
        (each for each in tariffs if each.valid_from <= day), key=lambda each: each.valid_from, default=None
    )


KINDS: tuple[dict[str, Any], ...] = (
    {"price": "3.45"},
    {"price": "0.333333"},
    {"tiers": [{"up_to": "15", "price": "2.07"}, {"up_to": "40", "price": "4.07"}, {"price": "6.07"}]},
    {"tiers": [{"up_to": "60", "price": "2"}, {"price": "3.1"}], "tiered_by": "year"},
    {
        "tiers": [{"up_to": "20", "price": "2"}, {"price": "2.3"}],
        "windows": [
            {"name": "peak", "since": "08:00", "until": "22:00", "price": "0.568"},
            {"name": "valley", "since": "22:00", "until": "08:00", "price": "0.288"},
        ],
    },
)


def a_tariff(number: int, begins: date, random: Random) -> Tariff:
    body = {"tariff": f"t-{number}", "medium": "water", "valid_from": begins.isoformat()}
    return Tariff.model_validate(body | random.choice(KINDS), strict=False)


def lived(seed: int) -> Life:
    """A life in which all comes in any order, and at the end everything is in, decided, and billed."""
    random, life = Random(seed), Life()  # noqa: S311  a life, not a secret
    replaced = random.randrange(FIRST_MS + 40 * 24 * HOUR_MS, END_MS) if random.random() < 0.4 else None
    truth = _dials(random, replaced)
    events: list[Callable[[], None]] = []
    for register, readings in enumerate(truth):
        right = {(each.at, each.ticks) for each in readings}

        def is_true(each: Reading, right: set[tuple[int, int]] = right) -> bool:
            return (each.at, each.ticks) in right

        for first in range(0, len(readings), 3):
            part = readings[first : first + 3]
            events.append(lambda register=register, part=part: life.enter(register, *part))
        for _ in range(random.randrange(3) if readings else 0):
            wrong = random.choice(readings)
            guess = Reading(
                wrong.at + random.choice([0, 0, 7 * HOUR_MS]), wrong.ticks + random.randrange(-5_000, 9_000)
            )
            kind = random.choice(["actual", "estimate"])
            made = Reading(guess.at, max(guess.ticks, 0), kind)
            events.append(lambda register=register, made=made: life.enter(register, made))
        if random.random() < 0.5:
            events.append(lambda register=register, is_true=is_true: life.decide(register, is_true))
    begins = [
        date(2025, 12, 1),
        *(date(2026, random.randrange(1, 6), random.randrange(1, 28)) for _ in range(random.randrange(3))),
    ]
    for number, day in enumerate(sorted(set(begins))):
        made_tariff = a_tariff(number, day, random)
        events.append(lambda made_tariff=made_tariff: life.tariffs.append(made_tariff))
    events += [lambda period=period: life.run(period) for period in (*MONTHS, *random.choices(MONTHS, k=2))]
    if random.random() < 0.5:
        events += _moves(random, life)
    random.shuffle(events)
    for happens in events:
        happens()
    for register, readings in enumerate(truth):
        right = {(each.at, each.ticks) for each in readings}
        life.decide(register, lambda each, right=right: (each.at, each.ticks) in right)
    life.run(LAST)
    return life


def _dials(random: Random, replaced: int | None) -> list[list[Reading]]:
    """What the dials really showed: a second one after the first, if it was replaced."""
    instants = sorted(
        {
            FIRST_MS,
            END_MS,
            *(random.randrange(FIRST_MS, END_MS) // 60_000 * 60_000 for _ in range(random.randrange(2, 14))),
        }
    )
    dials: list[list[Reading]] = [[], []]
    ticks, at = random.randrange(10**6), FIRST_MS
    for instant in instants:
        if replaced is not None and at < replaced <= instant:
            ticks += random.randrange(900) * max(replaced - at, HOUR_MS) // (24 * HOUR_MS)
            dials[0].append(Reading(replaced, ticks, "final"))
            ticks, at = random.randrange(10**4), replaced
            dials[1].append(Reading(replaced, ticks, "initial"))
            if instant == replaced:
                continue
        ticks += random.randrange(900) * (instant - at) // (24 * HOUR_MS)
        dials[1 if replaced is not None and instant > replaced else 0].append(Reading(instant, ticks))
        at = instant
    return dials


def _moves(random: Random, life: Life) -> list[Callable[[], None]]:
    """One tenant leaves, and another comes, on that day or later; told at any time."""
    left = date(2026, random.randrange(1, 6), random.randrange(1, 28))
    came = left + random.choice([0, 0, 1, 9]) * DAY
    former, new = Stay("a", date(2025, 1, 1)), Stay("b", came)
    life.stays.append(former)

    def leaves() -> None:
        life.stays[life.stays.index(former)] = Stay("a", former.since, left)

    return [leaves, lambda: life.stays.append(new)]


def owed(life: Life) -> dict[str, int]:
    """What each tenancy owes by the dials and the tariffs of the days, in fen, each line rounded once."""
    advanced, found = life.advanced(), dict[str, int]()
    days = per_day(advanced, ZONE)
    until, so_far = dict[date, int](), 0
    for number in range((days_of_month(LAST)[-1] - date(2025, 12, 1)).days + 1):
        day = date(2025, 12, 1) + number * DAY
        until[day], so_far = so_far, so_far + days.get(day, 0)
    for tenancy in tenancies(life.stays):
        total = 0
        for month in (*MONTHS, LAST):
            lines: dict[tuple[str, Decimal], Decimal] = {}
            for day in days_of_month(month):
                if tenancy.holds(day) and day in days:
                    for what, price, amount in _of_day(life, advanced, (days, until), day, tenancy.first):
                        lines[what, price] = lines.get((what, price), Decimal(0)) + amount
            total += sum(
                int((amount * price * 100).quantize(Decimal(1), ROUND_HALF_UP))
                for (_, price), amount in lines.items()
            )
        found[tenancy.key] = total
    return found


def _of_day(
    life: Life,
    advanced: Sequence[Interval],
    used_and_before: tuple[dict[date, int], dict[date, int]],
    day: date,
    since: date | None,
) -> list[tuple[str, Decimal, Decimal]]:
    days, until = used_and_before
    tariff = in_force(life.tariffs, day)
    assert tariff is not None
    used = quantity(days[day])
    if tariff.price is not None:
        return [("flat", tariff.price, used)]
    lines = []
    if tariff.windows is not None:
        cuts = [midnight(day, ZONE) + hours * HOUR_MS for hours in (0, 8, 22, 24)]
        parts = [0] * 5
        for each in advanced:
            if each.start < cuts[3] and each.end > cuts[0]:
                for number, ticks in shares(each, cuts):
                    parts[number] += ticks
        price = {each.name: each.price for each in tariff.windows}
        lines += [("peak", price["peak"], quantity(parts[2]))]
        lines += [("valley", price["valley"], quantity(parts[1] + parts[3]))]
    begin = date(day.year, 1 if tariff.tiered_by == "year" else day.month, 1)
    before = quantity(until[day] - until[max(begin, since or begin)])
    floor = Decimal(0)
    for number, tier in enumerate(tariff.tiers or (), start=1):
        ceiling = Decimal(10**9) if tier.up_to is None else tier.up_to
        part = max(min(before + used, ceiling) - max(before, floor), Decimal(0))
        base = tariff.tiers[0].price if tariff.windows and tariff.tiers else Decimal(0)
        lines.append((f"tier-{number}", tier.price - base, part))
        floor = ceiling
    return lines


def billed(life: Life) -> dict[str, int]:
    """What each tenancy was billed in all."""
    found = {each.key: 0 for each in tenancies(life.stays)}
    for bill in life.bills:
        key = bill.tenancy.isoformat() if bill.tenancy else ""
        found[key] = found.get(key, 0) + bill.amount_fen
    return {
        key: fen for key, fen in found.items() if fen or key in {each.key for each in tenancies(life.stays)}
    }


def wrong(seed: int) -> str | None:
    """How a life was billed wrongly; None when it was billed right."""
    life = lived(seed)
    asked, should = billed(life), owed(life)
    if asked != should:
        return f"life {seed}: billed {asked}, owed {should}"
    if life.stays:
        return None  # who left is not sent a bill over nothing for the last litre
    quantities = sum(
        (
            line.quantity
            for bill in life.bills
            for line in bill.lines
            if not line.what.startswith("surcharge-")
        ),
        Decimal(0),
    )
    first, last = date(2026, 1, 1), days_of_month(LAST)[-1]
    used = sum(ticks for day, ticks in per_day(life.advanced(), ZONE).items() if first <= day <= last)
    return (
        None if quantities == quantity(used) else f"life {seed}: billed {quantities}, used {quantity(used)}"
    )
