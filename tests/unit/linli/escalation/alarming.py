"""An alert, the people who may be called, and time that passes, for the tests of calling."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.care.calling.alerts import ROLES, Actor, Alert
from functions.care.watching.state import Setting
from linli.escalation.alerts import Circle, Reachable, Step
from linli.escalation.chain import advanced, chain_for
from linli.messages.gateways import Channel
from linli.vocabulary.care import CarePolicy

NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)  # in Shanghai
MIDNIGHT = NOON + timedelta(hours=12)
SHANGHAI = ZoneInfo("Asia/Shanghai")
POLICY = CarePolicy()
SETTING = Setting(POLICY, SHANGHAI)
EVERY_WAY: frozenset[Channel] = frozenset({"push", "sms", "voice", "staff"})
STAFF_WAYS: frozenset[Channel] = frozenset({"push", "voice", "staff"})
CIRCLE: Circle = {
    "person": [Reachable("ann", EVERY_WAY - {"staff"})],
    "contact": [
        Reachable("daughter", EVERY_WAY - {"staff"}),
        Reachable("contact-2", frozenset({"sms", "voice"})),
    ],
    "caregiver": [Reachable("carer", STAFF_WAYS)],
    "manager": [Reachable("boss", STAFF_WAYS)],
}
NOBODY: Circle = {"person": [], "contact": [], "caregiver": [], "manager": []}
PEOPLE = {
    "ann": "person", "daughter": "contact", "son": "family", "carer": "caregiver", "boss": "manager",
}  # fmt: skip


def alert(now: datetime = NOON, *, emergency: bool = False, **more: Any) -> Alert:
    fields: dict[str, Any] = {
        "alert": "a-1", "community": "willow", "person": "ann", "reason": "sos" if emergency else "idle",
        "words": "12 h so far", "emergency": emergency, "opened_at": now, "changed_at": now, "due_at": now,
        "chain": chain_for(ROLES, POLICY.chain, emergency=emergency),
    }  # fmt: skip
    return Alert(**(fields | more))


def actor(who: str) -> Actor:
    return Actor(who, PEOPLE[who])  # type: ignore[arg-type]


def run(
    one: Alert, until: datetime, circle: Circle = CIRCLE, setting: Setting = SETTING
) -> tuple[Alert, list[Step]]:
    """Let the time pass, minute by minute, with nobody answering."""
    steps, now = [], one.changed_at
    while now <= until:
        step = advanced(one, circle, setting, now)
        if step.changed:
            steps.append(step)
        one = step.alert
        now += timedelta(minutes=1)
    return one, steps


def told(steps: list[Step]) -> list[tuple[str, str]]:
    return [(message.recipient, message.channel) for step in steps for message in step.messages]


def minutes(steps: list[Step]) -> list[tuple[int, str, str]]:
    """When whom was told by which channel, in minutes since noon."""
    return [
        (int((step.now - NOON).total_seconds()) // 60, each.recipient, each.channel)
        for step in steps
        for each in step.messages
    ]
