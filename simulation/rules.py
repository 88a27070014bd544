"""The rules compared: ours is the very code of the care service; others wait a fixed number of hours."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from functions.care.watching.deadlines import SECOND, due_at, judged
from functions.care.watching.movement import after_signal, released
from functions.care.watching.signals import SENSOR_KINDS, Sign
from functions.care.watching.silences import heard
from functions.care.watching.state import Setting, Silence, WatchState, asked_after, begun, gone_away
from functions.care.watching.watch import Sensor, Watch
from linli.vocabulary.care import AlertOutcome, CarePolicy
from simulation.people import Person

ZONE = ZoneInfo("Asia/Shanghai")
FIRST_MIDNIGHT = datetime(2026, 1, 5, tzinfo=ZONE)  # a Monday
LEAVING = timedelta(hours=2)

Verdict = Literal["alert", "ask", "not_due"]


def moment(minutes: float) -> datetime:
    """The instant so many minutes after the first midnight."""
    return FIRST_MIDNIGHT + timedelta(minutes=minutes)


def minutes_at(instant: datetime) -> float:
    """The inverse of `moment`."""
    return (instant - FIRST_MIDNIGHT) / timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a sensor's heartbeat says of it: lost, or heard again. `episode` is the same for both."""

    sensor: int
    episode: str
    at: datetime
    lost: bool


class Rule(Protocol):
    """What decides when somebody is asked after. It sees what is told, never the truth."""

    def told(self, sign: Sign) -> None:
        """A signal."""

    def away(self, until: datetime, now: datetime) -> None:
        """Somebody says that the person is away, or that nobody needs to look, until then."""

    def heard(self, beat: Heard) -> bool:
        """Whether staff are told that nobody can see."""

    def sees_without(self, dead: set[int]) -> bool:
        """Whether staff, once they know which sensors are dead, can rely on the others."""

    def resolved(self, outcome: AlertOutcome, now: datetime) -> None:
        """Somebody has seen or spoken to the person."""

    def earliest(self) -> datetime:
        """Before when there is surely nothing to judge: `due` takes its time."""

    def due(self) -> datetime:
        """When to judge."""

    def judge(self, now: datetime) -> Verdict:
        """What is to be done."""


@dataclass(slots=True)
class FixedHours:
    """An alarm so many hours after the last signal of any kind. Knows of absences, not of sensors' health."""

    hours: float
    sensors: tuple[str, ...]
    last: datetime = FIRST_MIDNIGHT
    gone: tuple[datetime, datetime] | None = None  # since, until

    def told(self, sign: Sign) -> None:
        self.last = max(self.last, sign.at)
        if self.gone and sign.at > self.gone[0] + LEAVING:
            self.gone = None

    def away(self, until: datetime, now: datetime) -> None:
        self.gone = (now, until)

    def heard(self, _beat: Heard) -> bool:
        return False

    def sees_without(self, dead: set[int]) -> bool:
        return any(kind != "door" for index, kind in enumerate(self.sensors) if index not in dead)

    def resolved(self, _outcome: AlertOutcome, now: datetime) -> None:
        self.last, self.gone = now, None

    def earliest(self) -> datetime:
        return self.due()

    def due(self) -> datetime:
        since = max(self.last, self.gone[1]) if self.gone else self.last
        return since + timedelta(hours=self.hours)

    def judge(self, now: datetime) -> Verdict:
        return "alert" if now >= self.due() else "not_due"


@dataclass(slots=True)
class OwnRhythm:
    """What is deployed: functions/care in virtual time."""

    watch: Watch
    setting: Setting
    state: WatchState = field(init=False)

    def __post_init__(self) -> None:
        self.state = begun(FIRST_MIDNIGHT)

    def told(self, sign: Sign) -> None:
        self.state = after_signal(self.state, sign, self.watch, self.setting).state

    def away(self, until: datetime, now: datetime) -> None:
        self.state = gone_away(self.state, until, now)

    def heard(self, beat: Heard) -> bool:
        saw = self.state.blind_since is None
        silence = Silence(device=device_of(beat.sensor), episode=beat.episode)
        self.state = heard(self.state, self.watch, [silence], beat.at, lost=beat.lost)
        return saw and self.state.blind_since is not None

    def sees_without(self, dead: set[int]) -> bool:
        left = [each for index, each in enumerate(self.watch.sensors) if index not in dead]
        return self.watch.model_copy(update={"sensors": left}).sees_the_home

    def resolved(self, outcome: AlertOutcome, now: datetime) -> None:
        self.state = released(self.state, outcome, now, self.setting)

    def earliest(self) -> datetime:
        if self.state.ended or self.state.where == "away":
            return self.due()
        return self.state.seen_at + timedelta(hours=self.setting.policy.floor_hours) - SECOND

    def due(self) -> datetime:
        found = due_at(self.state, self.watch, self.setting)
        return found or datetime.max.replace(tzinfo=ZONE)

    def judge(self, now: datetime) -> Verdict:
        verdict = judged(self.state, self.watch, self.setting, now).verdict
        if verdict == "ask":
            self.state = asked_after(self.state)
        return verdict


def device_of(sensor: int) -> str:
    """The device id of a sensor of a home."""
    return f"sensor-{sensor}"


def watch_of(person: Person, community: str = "garden") -> Watch:
    """How this person's watch would be set up.

    A couple is watched as one household. Where there is a cat, movement counts only if nothing better is
    installed.
    """
    kinds = set(person.sensors)
    better = any(
        SENSOR_KINDS[kind].place == "home" and SENSOR_KINDS[kind].proof != "movement" for kind in kinds
    )
    counts = sorted(kinds) if person.home == "couple" or (person.home == "cat" and not better) else []
    return Watch(
        community=community,
        person=f"person-{person.number}",
        home=f"b-1/u-{person.number}",
        consent="simulated",
        residents=2 if person.home == "couple" else 1,
        pets=person.home == "cat",
        sensors=[Sensor(device=device_of(index), kind=kind) for index, kind in enumerate(person.sensors)],
        counts=counts,
        version=1,
    )


OURS, WITHOUT_RHYTHM = "ours", "ours without rhythm"
FIXED = (8, 10, 12)


def rules(person: Person, policy: CarePolicy) -> dict[str, Rule]:
    """The rules compared, each new to the person.

    `WITHOUT_RHYTHM` is our code with 12 hours as floor and cap at home: it tells what the rhythm itself adds.
    """
    twelve = policy.model_copy(update={"floor_hours": 12, "cap_hours": 12, "default_hours": 12})
    return {
        **{f"{hours} h": FixedHours(hours, person.sensors) for hours in FIXED},
        WITHOUT_RHYTHM: OwnRhythm(watch_of(person), Setting(twelve, ZONE)),
        OURS: OwnRhythm(watch_of(person), Setting(policy, ZONE)),
    }
