"""The queue of staff, the most urgent first."""

from functions.maintenance.escalation.models import Escalation
from functions.maintenance.escalations.rows import EscalationRow
from linli.cursors import Page, PageQuery, page_of


def waiting(community: str, query: PageQuery) -> Page[Escalation]:
    """What staff have to see to: by priority, then the oldest ticket first. Raises InvalidCursor."""
    return page_of(EscalationRow, EscalationRow.key.partition(community), query, _escalation)


def _escalation(row: EscalationRow) -> Escalation:
    return Escalation.model_validate(
        {
            "ticket": row.ticket_id,
            "since": row.since,
            "told": sorted(row.told or ()),
            **{name: getattr(row, name) for name in ("need", "priority", "category", "building", "unit")},
        }
    )
