"""A ticket just opened in a community, and the people who may move it."""

from datetime import UTC, datetime
from typing import Any

from functions.maintenance.reports.models import Reported
from functions.maintenance.tickets.models import Capacity, Ticket
from functions.maintenance.tickets.steps import Setting, Step
from linli.vocabulary.maintenance import MaintenancePolicy

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
SETTING = Setting(MaintenancePolicy(), "Asia/Shanghai")
PEOPLE: dict[str, frozenset[Capacity]] = {
    "resident": frozenset({"reporter"}),
    "neighbour": frozenset({"reporter"}),
    "ann": frozenset({"reporter", "repairer"}),
    "bob": frozenset({"reporter", "repairer"}),
    "boss": frozenset({"reporter", "manager"}),
}


def opened(kind: Any = "repair", category: Any = "plumbing", now: datetime = NOW) -> Ticket:
    reported = Reported(kind=kind, category=category, description="It drips", reported_by="resident")
    return Step.opening("willow", "t-1", reported, SETTING, now).ticket
