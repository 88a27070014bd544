"""Episodes are kept as every version has kept them, whatever is open about a fault."""

from datetime import UTC, datetime

from linli.episodes import EpisodeRow, LockRow
from linli.faults import Fault

AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
FAULT = Fault(asset="d-1", fault="lost", episode="e-1", at=AT)


def test_a_lock_is_the_row_that_was_one_when_only_tickets_were_open() -> None:
    row = LockRow(*LockRow.key("willow", "d-1", "lost"), thing="t-1", episode="e-1", told=1, last_seen=AT)
    written = row.serialize()
    assert (written["pk"], written["sk"]) == ({"S": "willow#lock#d-1"}, {"S": "lost"})
    assert (written["ticket_id"], written["kind"]) == ({"S": "t-1"}, {"S": "lock"})
    assert "thing" not in written


def test_a_spell_is_kept_under_its_fault() -> None:
    written = EpisodeRow(*EpisodeRow.where("willow", FAULT), ended=True).serialize()
    assert (written["pk"], written["sk"]) == ({"S": "willow#episode#d-1"}, {"S": "lost#e-1"})
    assert written["kind"] == {"S": "fault_episode"}
