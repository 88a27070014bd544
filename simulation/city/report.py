"""What came of a city, as tables: how fast, at what cost by each tenth of the time, how the tickets ended."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from rich.console import Console
from rich.table import Table

from simulation.city.running import Played, Reached, Wanted, virtual
from simulation.city.weather import ZONE

OVER_LIMIT = 5  # contradictions that are shown


def line(reached: Sequence[Reached]) -> str:
    """How far all processes are."""
    slowest = min(each.at for each in reached).astimezone(ZONE)
    tickets, calls = sum(each.tickets for each in reached), sum(each.calls for each in reached)
    return f"{slowest:%d %b %H:%M}, {tickets:,} tickets, {calls:,} requests to the table"


def show(console: Console, wanted: Wanted, played: Played, processes: int) -> None:
    """Print all of it."""
    console.print(_summary(wanted, played, processes))
    console.print(_tenths(played))
    for name, counts in (
        ("states when the time was over", played.states),
        ("states at the end", played.last_states),
        ("kinds", played.kinds),
        ("clocks that ran out", played.breaches),
        ("stars", played.scores),
        ("what devices told", played.device),
        ("refused", played.refused),
    ):
        console.print(f"{name}: {_counted(counts)}", highlight=False)
    for each in played.contradictions[:OVER_LIMIT]:
        console.print(each, style="red", markup=False)
    console.print("no contradiction" if not played.contradictions else "contradictions", highlight=False)


def _summary(wanted: Wanted, played: Played, processes: int) -> Table:
    lasted = virtual(played)
    rate = played.tickets / played.playing_s
    clocks, sweeps, cpu_s = played.clocks, played.sweeps, played.cpu_s + played.store_cpu_s
    minute = (
        f"{_each(clocks.cpu_s * 1000, sweeps)} ms of CPU, {_each(clocks.read, sweeps)} RCU, "
        f"{_each(clocks.written, sweeps)} WCU"
    )
    days = lasted / timedelta(days=1)
    rows = {
        "played": f"{len(wanted.numbers)} communities, {days:.1f} days, seed {wanted.seed}",
        "reports": f"{played.reports:,} of people, {sum(played.again.values()):,} of them sent again; "
        f"{sum(played.device.values()):,} facts of devices",
        "tickets": f"{played.tickets:,}; {played.joined:,} joined one of {played.incidents} outages, "
        f"the largest of {played.largest_incident}",
        "facts, messages": f"{played.facts:,} published, {played.pushed:,} messages to managers",
        "wall": f"{played.playing_s:.0f} s, after {played.furnishing_s:.0f} s for setting up "
        f"{played.furnished_rows:,} rows",
        "tickets a second": f"{rate:.2f}; {rate / processes:.2f} a process, of {processes}",
        "CPU, setting up and judging too": f"{played.cpu_s:.0f} s of Python, {played.store_cpu_s:.0f} s of "
        f"DynamoDB Local; {_each(played.tickets, cpu_s)} tickets a second of both",
        "requests to the table": f"{played.calls:,}, setting up too",
        "minutes with something due": f"{sweeps:,}; each {minute}",
        "virtual time ÷ wall": f"{lasted.total_seconds() / played.playing_s:,.0f}",
    }
    table = Table(box=None, show_header=False)
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _tenths(played: Played) -> Table:
    """Each tenth's tickets, and all that they took until they were over."""
    table = Table(
        "tenth",
        "rows after it",
        "tickets",
        "a second",
        "CPU-ms a ticket",
        "RCU",
        "WCU",
        "calls",
        "CPU-ms a call",
    )
    for number, tenth in enumerate(played.tenths, start=1):
        if not tenth.tickets:
            continue
        spent, count = tenth.spent, tenth.tickets
        figures = (
            f"{tenth.rows:,}",
            f"{count:,}",
            _each(count, tenth.wall_s, 2),
            _each(spent.cpu_s * 1000, count),
            _each(spent.read, count),
            _each(spent.written, count),
            _each(spent.calls, count),
            _each(spent.cpu_s * 1000, spent.calls),
        )
        table.add_row(str(number), *figures)
    return table


def _each(amount: float, of: float, places: int = 1) -> str:
    return f"{amount / of:.{places}f}" if of else "-"


def _counted(counts: Counter[str] | Counter[int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common()) or "none"
