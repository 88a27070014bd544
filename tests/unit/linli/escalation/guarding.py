"""Alerts of another service than care, for the tests of what is every service's: guards see to hazards of
lifts, which are no persons, and nobody outside is called.
"""

from datetime import datetime, time
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from linli.escalation.alerts import Alert, Circle, Reachable
from linli.escalation.models import Message, Roles
from linli.ids import Id
from linli.messages.rungs import Rung
from tests.unit.linli.escalation.alarming import NOON, SHANGHAI

STAFF = frozenset({"guard", "manager"})
ROLES = Roles(
    called=("guard", "manager", "rescuer"),
    on_duty=("guard", "manager"),
    may=dict.fromkeys(("acknowledge", "snooze", "confirm", "resolve"), STAFF),
    pressed="trapped",
)
PEOPLE = {"lu": "guard", "boss": "manager", "firm": "rescuer", "ann": "resident"}
CIRCLE: Circle = {
    "guard": [Reachable("lu", frozenset({"push", "voice", "staff"}))],
    "rescuer": [Reachable("firm", frozenset({"voice"}))],
    "manager": [Reachable("boss", frozenset({"push", "staff"}))],
}
CHAIN = [
    Rung(to="guard", channels=["push", "voice", "staff"], wait_minutes=1),
    Rung(to="rescuer", channels=["voice"], wait_minutes=2, repeats=1),
    Rung(to="manager", channels=["push", "staff"], wait_minutes=2),
]


class Hours:
    """What a community has set."""

    quiet_from, quiet_until = time(23), time(6)
    snooze_minutes, emergency_wait_minutes, acknowledged_minutes, answered_minutes = 30, 1, 5, 10


class Here:
    """A community's setting."""

    policy: Hours = Hours()
    zone: ZoneInfo = SHANGHAI


class LiftMessage(Message):
    """A message about a lift."""

    lift: Id

    @property
    def subject(self) -> str:
        return self.lift


class Hazard(Alert):
    """Something about a lift."""

    ROLES: ClassVar[Roles] = ROLES

    lift: Id
    reason: Literal["fault", "trapped"]
    chain: Annotated[list[Rung], Field(min_length=1)]
    outcome: Literal["released", "nobody_inside"] | None = None

    @property
    def subject(self) -> str:
        return self.lift

    def message(self, **told: Any) -> LiftMessage:
        return LiftMessage(lift=self.lift, **told)


def hazard(now: datetime = NOON, *, emergency: bool = False) -> Hazard:
    return Hazard(
        alert="h-1", community="willow", lift="lift-2", reason="trapped" if emergency else "fault", words="",
        emergency=emergency, chain=CHAIN, opened_at=now, changed_at=now, due_at=now,
    )  # fmt: skip
