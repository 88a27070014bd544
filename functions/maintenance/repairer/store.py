"""Repairers, under their community; the tickets they were given."""

from datetime import datetime

from functions.maintenance.people.models import SetUp
from functions.maintenance.people.rows import RepairerRow
from functions.maintenance.repairer.models import Repairer
from functions.maintenance.tickets import store as tickets
from functions.maintenance.tickets.rows import TicketRow
from functions.maintenance.tickets.views import TicketShown, shown
from linli.contracts import shown_as
from linli.cursors import Page, PageQuery, page_of
from linli.tables import find


def set_up(community: str, person: str, wanted: SetUp, now: datetime) -> Repairer:
    """Keep what the manager says, whatever the directory has said or has yet to say.

    What somebody who is off duty has in hand is offered to others, and what is no trade of theirs any more.
    Raises Unavailable, when part of it may still be theirs: sent again, the rest follows.
    """
    key = RepairerRow.key(community, person)
    row = RepairerRow(*key)
    row.update(
        actions=[
            RepairerRow.set_up.set(wanted),
            RepairerRow.off_duty.set(not wanted.on_duty),
            RepairerRow.kind.set(RepairerRow),
        ]
    )
    why = "it is no trade of the repairer's any more" if wanted.on_duty else "the repairer is off duty"
    tickets.take_back(community, person, why, now)
    return _shown(person, wanted, find(RepairerRow, key))


def repairers(community: str, query: PageQuery) -> Page[Repairer]:
    """Those who are set up, by id."""
    return page_of(
        RepairerRow,
        RepairerRow.key.partition(community),
        query,
        lambda row: _shown(row.sk, row.set_up, row) if row.set_up else None,
    )


def tickets_of(community: str, person: str, query: PageQuery) -> Page[TicketShown]:
    """What a repairer was given, newest first."""
    return page_of(
        TicketRow.by_repairer,
        f"{community}#{person}",
        query,
        lambda row: shown(row.ticket, row.incident),
        newest_first=True,
    )


def _shown(person: str, set_up: SetUp, row: RepairerRow) -> Repairer:
    return shown_as(Repairer, set_up, person=person, member=row.member, tickets=sorted(row.holds or ()))
