"""Repairers and managers of a community, as they stand."""

from functions.maintenance.people.models import Candidate, Manager, SetUp
from functions.maintenance.people.rows import ManagerRow, RepairerRow
from linli import communities
from linli.communities import CommunityRow
from linli.tables import all_readable, readable
from linli.words import language_set


def candidates(community: str) -> list[Candidate]:
    """The repairers of a community, set up and members; one query."""
    return [
        _candidate(row.sk, row.set_up, len(row.holds or ()))
        for row in RepairerRow.query(RepairerRow.key.partition(community), consistent_read=True)
        if row.set_up is not None and row.member
    ]


def _candidate(person: str, set_up: SetUp, load: int) -> Candidate:
    return Candidate(person, frozenset(set_up.skills), set_up.building, set_up.on_duty, load)


def managers(community: str) -> list[Manager]:
    """Who runs a community, each in their language, else its own; one query and one read."""
    rows = all_readable(ManagerRow, ManagerRow.key.partition(community))
    rest = communities.known(readable([CommunityRow.key(community)]), community).language
    return [Manager(row.sk, language_set(row.language, rest)) for row in rows if row.member]
