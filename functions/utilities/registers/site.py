"""Where readings are entered: a meter's register in its community, and the limits that hold there."""

from dataclasses import dataclass
from decimal import Decimal

from functions.utilities.meters.models import Meter, Register
from functions.utilities.readings.dials import Dial
from functions.utilities.signals.models import Limits
from linli.vocabulary.utilities import UtilitiesPolicy


def dial_of(meter: Meter, register: Register) -> Dial:
    """What a register's dial can do."""
    return Dial(register.modulus, meter.most_ticks_per_day(register), 10**register.decimals)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a reading is entered: a meter's register, the community's zone and limits.

    `watched`: what somebody uses there is a sign of life that others wait for.
    """

    community: str
    meter: Meter
    register: Register
    zone: str
    policy: UtilitiesPolicy
    watched: bool = False

    @property
    def dial(self) -> Dial:
        """What its dial can do."""
        return dial_of(self.meter, self.register)

    @property
    def limits(self) -> Limits:
        """When it gives a signal. What is shared is used round the clock, and by many."""
        own = self.meter.home is not None
        water = self.meter.medium == "water"
        spike = self.policy.spike_per_day.get(self.meter.medium) if own else None
        return Limits(
            leak=own and water,
            spike_ticks=None if spike is None else self._ticks(spike),
            no_use_ticks=self._ticks(self.policy.no_use_m3) if own and water else None,
            no_use_ms=self.policy.no_use_hours * 3_600_000,
        )

    def _ticks(self, quantity: Decimal) -> int:
        return int((quantity / self.register.multiplier).scaleb(self.register.decimals))
