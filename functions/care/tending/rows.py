"""The rows of duties and of visits."""

from functions.care.tending.duties import Duty
from functions.care.tending.visits import Visit
from linli.escalation.duties import rows
from linli.escalation.rows import QueueRow
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import gone_with
from linli.tables import ContractAttribute


def rounds_of(community: str) -> str:
    """Visits, by the day they are for."""
    return f"{community}#rounds"


class DutyRow(rows.DutyRow, discriminator="duty"):
    """What staff have to see to of a person or a device: gone when it is settled.

    `attempts`: how often somebody has been told, or was to be; a renewal leaves it.
    """

    KEPT = Lifetime("until it is settled")
    PERSONAL = gone_with("about")
    key = Key("{community}#duties", "{kind}#{about}")

    duty: ContractAttribute[Duty] = ContractAttribute(Duty)


class VisitRow(QueueRow, discriminator="visit"):
    """When somebody is visited next, and what the last visit found."""

    KEPT = Lifetime("until the watch ends")
    PERSONAL = gone_with("person")
    key = Key("{community}#visits", "{person}")

    visit = ContractAttribute(Visit)
