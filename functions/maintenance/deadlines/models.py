"""The clocks that a ticket carries."""

from typing import Literal

from linli.clocks import Clock

ClockName = Literal["respond", "arrive", "resolve"]
Clocks = dict[ClockName, Clock]
