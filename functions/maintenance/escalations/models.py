"""What staff may have to see to."""

from typing import Literal

Need = Literal["no_repairer", "respond", "arrive", "resolve"]
