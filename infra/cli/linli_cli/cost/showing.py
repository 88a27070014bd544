"""The tables of `make cost`."""

from rich.console import Console
from rich.table import Table

from linli_cli.cost.bill import Bill, Stage, bill, of_one
from linli_cli.cost.prices import Prices
from linli_cli.cost.quotas import held, loads, quotas
from linli_cli.cost.units import Unit, Units
from linli_cli.cost.usage import Community

# What people ask for: which units belong together.
TOGETHER: dict[str, tuple[Unit, ...]] = {
    "table": ("write_unit", "read_unit", "stored_gb"),
    "function": ("lambda_request", "lambda_gb_s"),
    "devices": ("iot_message", "iot_rule", "iot_action", "iot_minute", "iot_registry"),
    "queues": ("sqs_request", "bus_event"),
    "http": ("api_request", "egress_gb"),
    "looking": ("log_gb", "metric_month", "alarm_month", "trace"),
    "the rest": ("secret_month", "secret_call", "key_month", "s3_put", "s3_get"),
}
MILLION = 1_000_000


def show(stage: Stage, prices: Prices, some: Community, console: Console) -> None:
    """Print what an event, an action, a community and a stage cost, and how many a quota holds."""
    one, two = bill(stage, 1), bill(stage, 2)
    console.print(events(stage, prices))
    console.print(of_actions(one, prices, some.homes))
    console.print(of_units(one, two, prices, some.homes))
    console.print(of_quotas(stage, sum(some.connected.values())))


def events(stage: Stage, prices: Prices) -> Table:
    """What a million of each event cost, its facts on their way to the bus with them, those who take them in
    not.
    """
    table = Table(
        "action", "sample", "by", "a day", "WCU", "RCU", "calls", "facts", "log B", "$ a million",
        title=f"measured, and what a million cost ({prices.region}, list prices of {prices.dated})",
    )  # fmt: skip
    for line in stage.lines:
        units = line.taken.units
        cost = prices.of(of_one(line, stage)) * MILLION
        figures = (
            units.get("write_unit", 0),
            units.get("read_unit", 0),
            line.taken.calls,
            sum(line.taken.facts.values()),
        )
        table.add_row(
            line.action, line.what, line.started, f"{line.a_day:,.6g}", *(f"{each:g}" for each in figures),
            f"{units['log_gb'] * 1e9:.0f}", f"{cost:.2f}",
        )  # fmt: skip
    return table


def of_actions(one: Bill, prices: Prices, homes: int) -> Table:
    """What each action costs a month, the dearest first."""
    table = Table(
        "action", *TOGETHER, "$ a month", title=f"a month of a community of {homes:,} homes, by action"
    )
    by_cost = sorted(one.actions.items(), key=lambda each: -prices.of(each[1]))
    for action, units in by_cost:
        table.add_row(action, *_together(units, prices), f"{prices.of(units):.2f}")
    table.add_row(
        "metrics, whoever sends them", *_together(one.series, prices), f"{prices.of(one.series):.2f}"
    )
    table.add_row("what stands", *_together(one.standing, prices), f"{prices.of(one.standing):.2f}")
    table.add_row("all", *_together(one.total, prices), f"{prices.of(one.total):.2f}", style="bold")
    return table


def of_units(one: Bill, two: Bill, prices: Prices, homes: int) -> Table:
    """What AWS will write on the bill: a stage with one community, and what one more adds."""
    table = Table(
        "unit",
        "a month",
        "$",
        "one more",
        "$",
        title=f"a stage and its first {homes:,} homes; one more community",
    )
    first, both = one.total, two.total
    more = {unit: both[unit] - first[unit] for unit in both}
    for unit in sorted(first, key=lambda unit: -prices.of({unit: first[unit]})):
        table.add_row(
            unit, f"{first[unit]:,.6g}", f"{prices.of({unit: first[unit]}):.2f}", f"{more[unit]:,.6g}",
            f"{prices.of({unit: more[unit]}):.2f}",
        )  # fmt: skip
    table.add_row("all", "", f"{prices.of(first):.2f}", "", f"{prices.of(more):.2f}", style="bold")
    return table


def of_quotas(stage: Stage, connections: int) -> Table:
    """How many communities each quota holds, the first that is reached first."""
    table = Table("quota", "limit", "a community", "holds communities", title="what is reached first")
    load = loads(stage, connections)
    for quota in sorted(quotas(), key=lambda each: held(each, load)):
        whose = " (ours)" if quota.ours else ""
        figures = f"{quota.limit:,.0f}", f"{load[quota.load]:.4g}", f"{held(quota, load):,}"
        table.add_row(f"{quota.quota}{whose}", *figures)
    return table


def _together(units: Units, prices: Prices) -> list[str]:
    sums = [prices.of({unit: units.get(unit, 0) for unit in some}) for some in TOGETHER.values()]
    return [f"{each:.2f}" if each else "" for each in sums]
