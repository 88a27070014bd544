"""The gates of a community, read."""

from functions.access.gates.reach import Reach
from functions.access.gates.rows import GateRow
from linli.tables import all_readable


def reach(community: str) -> Reach:
    """What credentials may be good for: one Query over the community's gates."""
    partition = GateRow.key.partition(community)
    gates = (row.known() for row in all_readable(GateRow, partition))
    return Reach.of(gate for gate in gates if gate is not None)
