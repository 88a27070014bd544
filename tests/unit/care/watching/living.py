"""Somebody who is watched over, their signs and their sensors, for the tests of watching."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from functions.care.watching.movement import after_signal
from functions.care.watching.signals import SENSOR_KINDS, Sign
from functions.care.watching.state import Setting, WatchState, begun
from functions.care.watching.watch import Sensor, Watch
from linli.vocabulary.care import CarePolicy

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
POLICY = CarePolicy()
SETTING = Setting(POLICY, SHANGHAI)
SENSORS = [
    Sensor(device="motion-1", kind="motion"),
    Sensor(device="door-1", kind="door"),
    Sensor(device="bed-1", kind="bed", gateway="hub-1"),
]


def watch(**settings: Any) -> Watch:
    known: dict[str, Any] = {"home": "b1/101", "consent": "file 17", "sensors": SENSORS}
    return Watch(community="willow", person="gran", version=1, **{**known, **settings})


GRAN = watch()


def sign(kind: str, at: datetime, key: str | None = None) -> Sign:
    return Sign(kind=kind, at=at, key=key or f"{kind}:{at.isoformat()}")


def told(state: WatchState, *signs: Sign, of: Watch = GRAN, setting: Setting = SETTING) -> WatchState:
    for each in signs:
        state = after_signal(state, each, of, setting).state
    return state


def at_home() -> WatchState:
    return told(begun(NOW - HOUR), sign("motion", NOW))


@st.composite
def signs(draw: st.DrawFn) -> list[Sign]:
    minutes = draw(st.lists(st.integers(-2000, 5000), min_size=1, max_size=12))
    kinds = st.sampled_from(sorted(SENSOR_KINDS))
    return [sign(draw(kinds), NOW + minute * MINUTE, f"k{number}") for number, minute in enumerate(minutes)]
