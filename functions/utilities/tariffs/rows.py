"""Tariffs as rows."""

from functions.utilities.tariffs.models import Tariff
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.personal.fates import unnamed
from linli.tables import ContractAttribute, Row


class TariffRow(Row, discriminator="tariff"):
    """What a medium costs from that day on."""

    KEPT = Lifetime("for ever, never changed")
    PERSONAL = unnamed()
    key = Key("{community}#tariffs", "{medium}#{valid_from}")

    tariff = ContractAttribute(Tariff)

    @classmethod
    def where(cls, community: str, tariff: Tariff) -> RowKey:
        """Where a tariff is."""
        return cls.key(community, tariff.medium, tariff.valid_from.isoformat())
