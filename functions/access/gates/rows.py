"""The row of a gate."""

from datetime import datetime, timedelta

from pynamodb.attributes import BooleanAttribute, NumberAttribute

from functions.access.gates.models import Gate
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY
from linli.registered import RegisteredRow
from linli.tables import ContractAttribute, InstantAttribute, Row

ENTRIES_BELIEVED = timedelta(days=1)


class GateRow(Row, discriminator="gate"):
    """As a manager has set it up. `registered_at`: when the registry last spoke of it as a gate, and which of
    its words that was (`registry_version`). `entry_told_at`: when its door last told that somebody went
    through, to the hour. `held_open_at`: since when it has been held open, if nothing says that it closed.
    """

    KEPT = Lifetime()
    PERSONAL = NOBODY
    key = Key("{community}#gate", "{gate}")

    gate = ContractAttribute(Gate, null=True)
    revoked = BooleanAttribute(default=False)
    registered_at = InstantAttribute(null=True)
    registry_version = NumberAttribute(null=True)
    entry_told_at = InstantAttribute(null=True)
    held_open_at = InstantAttribute(null=True)

    def known(self, word: RegisteredRow | None = None) -> Gate | None:
        """The gate, once it is set up, as the device registry sees it now; `word`: the registry's last."""
        revoked = self.revoked if word is None else word.revoked
        return self.gate.model_copy(update={"revoked": revoked}) if self.gate else None

    def tells_entries(self, now: datetime) -> bool:
        """Whether its door says who goes through: it has, within a day. A contact that broke says nothing."""
        return self.entry_told_at is not None and now - self.entry_told_at < ENTRIES_BELIEVED
