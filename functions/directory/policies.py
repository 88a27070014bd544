"""All that a community may set for itself: one part for each service that keeps one."""

from typing import Any

from linli.contracts import Contract
from linli.vocabulary.access import AccessPolicy
from linli.vocabulary.care import CarePolicy
from linli.vocabulary.devices import DevicesPolicy
from linli.vocabulary.health import HealthPolicy
from linli.vocabulary.maintenance import MaintenancePolicy
from linli.vocabulary.payments import PaymentsPolicy
from linli.vocabulary.utilities import UtilitiesPolicy


class CommunityPolicies(Contract):
    """One part per service that keeps it. What nobody set is not stored, and read as its default."""

    access: AccessPolicy = AccessPolicy()
    health: HealthPolicy = HealthPolicy()
    utilities: UtilitiesPolicy = UtilitiesPolicy()
    maintenance: MaintenancePolicy = MaintenancePolicy()
    payments: PaymentsPolicy = PaymentsPolicy()
    care: CarePolicy = CarePolicy()
    devices: DevicesPolicy = DevicesPolicy()

    def as_set(self) -> dict[str, Any]:
        """Just what somebody set, as JSON has it."""
        return self.model_dump(mode="json", exclude_unset=True)
