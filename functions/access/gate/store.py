"""Gates by id within their community."""

from functions.access.gates.models import Gate
from functions.access.gates.rows import GateRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.tables import Transaction, read


def set_up(community: str, gate: Gate) -> None:
    """Keep how a gate is set up; what the device registry says of it stays as it is."""
    transaction = Transaction()
    row = GateRow(*GateRow.key(community, gate.gate))
    transaction.update("gate", row, [GateRow.gate.set(gate), GateRow.kind.set(GateRow)])
    transaction.commit()


def find(community: str, gate: str) -> Gate:
    """A gate that is set up. Raises NotFound."""
    key = GateRow.key(community, gate)
    row = read([key]).one(GateRow, key)
    known = row.known() if row else None
    if known is None:
        raise NotFound
    return known


def gates(community: str, query: PageQuery) -> Page[Gate]:
    """The community's gates that are set up, by id."""
    partition = GateRow.key.partition(community)
    return page_of(GateRow, partition, query, GateRow.known)
