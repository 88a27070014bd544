"""The lines of a person's timeline (时间线)."""

from typing import Literal

from linli.escalation import models
from linli.escalation.models import Happening

Capacity = Literal["system", "person", "family", "contact", "caregiver", "manager"]
What = Literal[Happening, "visited", "visit_missed", "duty_raised", "duty_settled", "away_set", "away_over"]


class Entry(models.Entry):
    """One line of a person's timeline (时间线): who did what, to the second, and what they said."""

    what: What
    by: Capacity = "system"
