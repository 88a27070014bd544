"""What staff have to see to, as they see it."""

from functions.maintenance.escalations.models import Need
from functions.maintenance.reports.models import Category
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.vocabulary.maintenance import Priority


class Escalation(Contract):
    """What staff have to see to: a ticket that nobody is free for, or that is late with one of its clocks.

    It is listed as long as that is so. `told`: the managers who have been sent a message of it.
    """

    ticket: Id
    need: Need
    priority: Priority
    category: Category
    building: Id | None
    unit: Id | None
    since: Instant
    told: list[Id]
