"""Who gets a ticket: the free repairer with the skill, by load, then distance, then id."""

from collections.abc import Iterable, Mapping

from functions.maintenance.people.models import Candidate
from functions.maintenance.tickets.models import Ticket
from linli.ids import Id
from linli.vocabulary.maintenance import MaintenancePolicy

FAR = 10**9  # metres: somewhere, we do not know where


def distance_m(here: str | None, there: str | None, positions: Mapping[Id, tuple[int, int]]) -> int:
    """Metres between two buildings as the crow flies, rounded down; far when either is unknown."""
    if here is None or there is None:
        return FAR
    if here == there:
        return 0
    if here not in positions or there not in positions:
        return FAR
    (x1, y1), (x2, y2) = positions[here], positions[there]
    return int(((x1 - x2) ** 2 + (y1 - y2) ** 2) ** 0.5)


def is_free(candidate: Candidate, ticket: Ticket, policy: MaintenancePolicy) -> bool:
    """Whether the ticket may be offered to them."""
    return (
        candidate.on_duty
        and ticket.skill in candidate.skills
        and candidate.load < policy.most_active
        and candidate.person not in ticket.passed_over
    )


def best(candidates: Iterable[Candidate], ticket: Ticket, policy: MaintenancePolicy) -> str | None:
    """The repairer to offer the ticket to, or None when nobody is free."""
    ranked = (
        (each.load, distance_m(each.building, ticket.building, policy.positions), each.person)
        for each in candidates
        if is_free(each, ticket, policy)
    )
    return min(ranked, default=(0, 0, None))[2]
