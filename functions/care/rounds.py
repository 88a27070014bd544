"""Rounds (探访): everybody who is watched over is visited as often as the policy says."""

from datetime import datetime

from functions.care.case_tables import VisitRow, rounds_of
from functions.care.tending.duties import Visit, overdue_at, today
from functions.care.watching import store as vigils
from functions.care.watching.state import Setting
from functions.care.watching.watch import Watch
from linli.communities import CommunityRow
from linli.tables import Transaction, read


def begin(transaction: Transaction, watch: Watch, now: datetime) -> None:
    """Let `transaction` (row `visit`) plan the first visit, which is for today."""
    setting = vigils.setting_of(read([CommunityRow.key(watch.community)]), watch.community)
    visit = Visit(person=watch.person, next_on=today(now, setting))
    transaction.put("visit", row_of(watch.community, visit, setting))


def end(transaction: Transaction, community: str, person: str) -> None:
    """Let `transaction` (row `visit`) end the visits to somebody."""
    transaction.delete("visit", VisitRow(*VisitRow.key(community, person)))


def row_of(community: str, visit: Visit, setting: Setting) -> VisitRow:
    """The row of the next visit; it falls due when its day has passed."""
    return VisitRow(
        *VisitRow.key(community, visit.person),
        visit=visit,
        queue=rounds_of(community),
        place=visit.place,
        **VisitRow.timed(visit.person, overdue_at(visit, setting)),
    )
