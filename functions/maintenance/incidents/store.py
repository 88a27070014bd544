"""Reports of the last day by building and category, and the mass outages that they made."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.maintenance.incidents.outages import outage_among
from functions.maintenance.incidents.rows import IncidentRow, ReportRow
from functions.maintenance.reports.models import Reported
from linli.ids import new_id
from linli.tables import Row, Transaction
from linli.vocabulary.maintenance import MaintenancePolicy

MOST_JOINING = 30  # tickets that join an incident at once: two rows each, and a transaction takes a hundred
TIME_LENGTH = 10  # a ULID's time comes first


@dataclass(frozen=True, slots=True)
class Alike:
    """A report beside those like it. `incident`: the mass outage that it is part of, if there is one.

    `joining`: the tickets that are newly part of it as well.
    """

    community: str
    ticket: str
    reported: Reported
    at: datetime
    incident: str | None
    joining: list[str]

    def write(self, transaction: Transaction) -> None:
        """Write the report, and the incident with all who join it."""
        building, category = self.reported.building or "", self.reported.category
        partition, ttl = (
            ReportRow.key.partition(self.community, building, category),
            ReportRow.KEPT.until(self.at),
        )
        transaction.create("report", ReportRow(partition, self.ticket, incident=self.incident, ttl=ttl))
        if self.incident is None:
            return
        for other in self.joining:
            row = ReportRow(partition, other)
            transaction.update(f"report-{other}", row, [ReportRow.incident.set(self.incident)])
        incident = IncidentRow(*IncidentRow.key(self.community, self.incident))
        actions = [
            IncidentRow.kind.set(IncidentRow),
            IncidentRow.building.set(building),
            IncidentRow.category.set(category),
            IncidentRow.last_at.set(self.at),
            IncidentRow.tickets.add({self.ticket, *self.joining}),
        ]
        transaction.update("incident", incident, actions)


def alike(community: str, ticket: str, reported: Reported, policy: MaintenancePolicy, now: datetime) -> Alike:
    """What a ticket's report has beside it: those of the last minutes of its category in its building."""
    partition = ReportRow.key.partition(community, reported.building or "", reported.category)
    since = new_id(now - timedelta(minutes=policy.incident_minutes))[:TIME_LENGTH]
    rows = ReportRow.query(partition, ReportRow.sk > since, consistent_read=True)
    others = {row.sk: row.incident for row in rows}
    incident = outage_among(others, policy.incident_reports)
    newly = [each for each, known in others.items() if incident is not None and known is None]
    return Alike(community, ticket, reported, now, incident, newly[:MOST_JOINING])


def leave(transaction: Transaction, community: str, incident: str, ticket: str) -> None:
    """Write along that a ticket turned out to be no part of an incident."""
    row = IncidentRow(*IncidentRow.key(community, incident))
    transaction.update("left", row, [IncidentRow.tickets.delete({ticket})], Row.pk.exists())
