"""When a month is billed, what a check counts, and who sees a bill."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from functions.utilities.bill_run.models import GapCounts
from functions.utilities.bills.models import Bill, Gap, Plan
from functions.utilities.households.models import Stay
from functions.utilities.local_days import DAY, days_of_month, midnight
from linli.errors import Conflict
from linli.instants import from_millis


def plan(period: str, zone: str, due_days: int, now: datetime) -> Plan:
    """A run of a month. Raises Conflict before the month is over."""
    end = from_millis(midnight(days_of_month(period)[-1] + DAY, zone))
    if now < end:
        raise Conflict("month_not_over")
    return Plan(period=period, started_at=now, due_at=now + timedelta(days=due_days))


def month_before(now: datetime, zone: str) -> str:
    """The local month before this one: what the schedule bills."""
    first = now.astimezone(ZoneInfo(zone)).date().replace(day=1)
    return (first - DAY).isoformat()[:7]


def counted(gaps: Sequence[Gap]) -> GapCounts:
    """How many homes have each kind of gap."""
    kinds = [name for name in GapCounts.model_fields if name != "homes"]
    return GapCounts(
        homes=len(gaps), **{name: sum(bool(getattr(each, name)) for each in gaps) for name in kinds}
    )


def is_seen(bill: Bill, person: str, stays: Sequence[Stay]) -> bool:
    """Whether a bill is of somebody who lived in its home on these days: its payers', if they are known."""
    if bill.payers is not None:
        return person in bill.payers
    days = days_of_month(bill.period)
    return any(each.meets(bill.first_day or days[0], bill.last_day or days[-1]) for each in stays)
