"""Tariffs as rows."""

from functions.utilities.tariffs.models import Tariff
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, Row


class TariffRow(Row, discriminator="tariff"):
    """`<community>#tariffs` / `<medium>#<valid from>`: what a medium costs from that day on."""

    KEPT = Lifetime("for ever, never changed")

    tariff = ContractAttribute(Tariff)

    @staticmethod
    def partition(community: str) -> str:
        """Where a community's tariffs are."""
        return f"{community}#tariffs"

    @staticmethod
    def key(community: str, tariff: Tariff) -> tuple[str, str]:
        """Where a tariff is."""
        return TariffRow.partition(community), f"{tariff.medium}#{tariff.valid_from.isoformat()}"
