"""A few lives on the local cloud: sensors speak over MQTT, days pass through the deployed functions.

What is said over MQTT is said now. The days after it cannot be, for a device whose clock is ahead is not
believed: so the signal function gets what the topic rule would give it, and the sweep its event, each with a
later time. Meters and gates speak through other services, so they are left out. At the end everybody falls
silent; who is asked after must be the same, at the same minute, as in memory. Others who are watched over on
this cloud fall due as well.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from ulid import ULID

from functions.care.watching.signals import SENSOR_KINDS, Sign
from functions.care.watching.state import Setting, begun
from functions.care.watching.watch import Sensor, Settings
from linli.instants import to_text
from linli.vocabulary.care import CarePolicy
from linli_cli.cloud import LOCAL, Cloud, connect
from linli_cli.deploy.stacks import full_name
from linli_cli.develop import raw_events
from linli_cli.devices import device_keys
from linli_cli.devices.device_files import DeviceFiles, kept
from linli_cli.devices.publishing import conversation, message, next_seq, record_of
from linli_cli.devices.registering import Registrar
from linli_cli.errors import CommandError
from linli_cli.operate.invoking import invoke
from simulation.living import Life, life
from simulation.rules import FIRST_MIDNIGHT, ZONE, OwnRhythm, device_of, moment, watch_of

AT = f"/care/communities/{raw_events.COMMUNITY}"
MOST_PEOPLE, MOST_DAYS = 20, 14
STEP = timedelta(minutes=30)  # between sweeps
SILENCE = timedelta(hours=30)  # lived on after the last sign, longer than any cap
TIMEOUT_S = 15.0
BATCH = 10


@dataclass(slots=True)
class Player:
    """One life on the cloud, and its twin in memory."""

    life: Life
    person: str
    gateway: DeviceFiles
    twin: OwnRhythm
    waiting: list[tuple[datetime, Sensor]] = field(default_factory=list)
    replies_ms: list[float] = field(default_factory=list)
    played: int = 0
    expected: datetime | None = None
    opened: datetime | None = None

    @property
    def watch(self) -> str:
        """The path of their watch."""
        return f"{AT}/watches/{self.person}"


def play(people: int, days: int, seed: int) -> None:
    """Set the lives up, play them, compare, clear away. Raises CommandError if cloud and memory differ."""
    if people > MOST_PEOPLE or days > MOST_DAYS:
        raise CommandError(f"--through mqtt: at most {MOST_PEOPLE} people and {MOST_DAYS} days")
    cloud = connect(LOCAL)
    ours = device_keys.registrar(LOCAL, None, raw_events.COMMUNITY, None, None)
    setting = _setting(ours)
    players: list[Player] = []
    try:
        for number in range(people):
            players.append(_moved_in(ours, life(seed, number, days + 1), seed, setting))
            _speak(players[-1])
        _live(cloud, ours, players, days)
        Console().print(_table(players))
    finally:
        for player in players:
            _moved_out(ours, player)
    if any(player.opened != player.expected for player in players):
        raise CommandError("the cloud and the memory do not agree")


def _setting(ours: Registrar) -> Setting:
    """The community's policy and zone, as the cloud knows them."""
    known = ours.door.ask(ours.person, "GET", f"/directory/communities/{raw_events.COMMUNITY}").body
    policy = CarePolicy.model_validate_json(json.dumps(known["policies"]["care"]))
    return Setting(policy, ZoneInfo(known["time_zone"]))


def _moved_in(ours: Registrar, lived: Life, seed: int, setting: Setting) -> Player:
    """Register the home's gateway with a key of its own and set up the watch."""
    name = f"{raw_events.COMMUNITY}-life-{seed}-{lived.person.number}"
    files = kept(name)
    files.folder.mkdir(parents=True, exist_ok=True)
    ours.ensure(files, "gateway")
    ours_watch = watch_of(lived.person, raw_events.COMMUNITY)
    sensors = [
        Sensor(device=f"{name}-{device_of(index)}", kind=each.kind, gateway=name)
        for index, each in enumerate(ours_watch.sensors)
        if SENSOR_KINDS[each.kind].topic
    ]
    watch = ours_watch.model_copy(update={"person": name, "sensors": sensors})
    settings = {
        key: value for key, value in watch.model_dump(mode="json").items() if key in Settings.model_fields
    }
    seen = ours.door.ask(
        ours.person, "PUT", f"{AT}/watches/{name}", {k: v for k, v in settings.items() if v is not None}
    )
    twin = OwnRhythm(watch, setting)
    twin.state = begun(datetime.fromisoformat(seen.body["seen_at"]))
    return Player(lived, name, files, twin)


def _speak(player: Player) -> None:
    """Every sensor once, over mutual TLS; the deadline must move as in memory."""
    record = record_of(player.gateway)
    for index, sensor in enumerate(player.twin.watch.sensors):
        said = message({"sensor": sensor.device}, next_seq(player.gateway.counter), datetime.now(UTC))
        started = time.perf_counter()
        reply = json.loads(conversation(player.gateway, record, TIMEOUT_S).hold(sensor.kind, said))
        player.replies_ms.append((time.perf_counter() - started) * 1000)
        if "problem" in reply:
            raise CommandError(f"{player.person}, sensor {index}: {reply['problem']}")
        _remember(player, sensor.kind, datetime.fromisoformat(said["occurred_at"]), said["event_id"])


def _remember(player: Player, kind: str, at: datetime, event_id: str) -> None:
    player.twin.told(Sign(kind=kind, at=at, key=f"{player.gateway.device}:{event_id}"))


def _live(cloud: Cloud, ours: Registrar, players: list[Player], days: int) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    shift = now.astimezone(ZONE).replace(hour=0, minute=0, second=0) - FIRST_MIDNIGHT
    end = now + timedelta(days=days)
    for player in players:
        sensors = {sensor.device: sensor for sensor in player.twin.watch.sensors}
        for told in player.life.told:
            at, device = moment(told.at) + shift, f"{player.person}-{device_of(told.sensor or 0)}"
            if told.sensor is not None and device in sensors and now < at < end:
                player.waiting.append((at, sensors[device]))
    while now < end + SILENCE and any(player.opened is None for player in players):
        now += STEP
        events = [event for player in players if player.opened is None for event in _until(player, now)]
        for first in range(0, len(events), BATCH):
            batch = raw_events.batch("linli-local-care-signal", *events[first : first + BATCH])
            _outcomes(cloud, "care-signal", batch)
        _sweep(cloud, now)
        for player in players:
            if player.opened is None and player.twin.due() <= now:
                player.expected = now
                player.opened = _opened(ours, player)


def _until(player: Player, now: datetime) -> Iterator[dict[str, Any]]:
    """What the topic rule would make of this home's signals until then."""
    while player.waiting and player.waiting[0][0] <= now and player.twin.due() > player.waiting[0][0]:
        at, sensor = player.waiting.pop(0)
        event_id = str(ULID.from_datetime(at)).lower()
        body = {
            "event_id": event_id,
            "seq": next_seq(player.gateway.counter),
            "occurred_at": to_text(at),
            "sensor": sensor.device,
        }
        topic = SENSOR_KINDS[sensor.kind].topic or sensor.kind
        event = raw_events.rule_event(topic, player.gateway.device, json.dumps(body).encode())
        _remember(player, sensor.kind, datetime.fromisoformat(to_text(at)), event_id)
        player.played += 1
        yield event | {"received_at_ms": int(at.timestamp() * 1000) + 1}


def _outcomes(cloud: Cloud, function: str, event: dict[str, Any]) -> None:
    answer = invoke(cloud, full_name(cloud.stage, function), event).body
    if answer.get("batchItemFailures"):
        raise CommandError(f"{function} failed: {answer}")


def _sweep(cloud: Cloud, now: datetime) -> None:
    event = {
        "version": "0",
        "account": raw_events.ACCOUNT,
        "region": cloud.region,
        "resources": [],
        "detail": {},
        "id": str(ULID()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": to_text(now),
    }
    invoke(cloud, full_name(cloud.stage, "care-sweep"), event)


def _opened(ours: Registrar, player: Player) -> datetime | None:
    """When the alert was opened that the sweep left a task for; None if there is none in time."""
    end = time.monotonic() + TIMEOUT_S
    while time.monotonic() < end:
        if alert := _open_alert(ours, player):
            shown = ours.door.ask(ours.person, "GET", f"{AT}/alerts/{alert}").body
            return datetime.fromisoformat(shown["opened_at"])
        time.sleep(0.1)
    return None


def _open_alert(ours: Registrar, player: Player) -> str | None:
    seen = ours.door.ask(ours.person, "GET", player.watch).body
    return seen.get("open_alert") if seen else None


def _moved_out(ours: Registrar, player: Player) -> None:
    if alert := _open_alert(ours, player):
        over = {"command": "resolve", "outcome": "fine"}
        ours.door.ask(ours.person, "POST", f"{AT}/alerts/{alert}/answers", over)
    ours.door.ask(ours.person, "DELETE", player.watch)
    ours.revoke(player.gateway.device)


def _table(players: list[Player]) -> Table:
    shown = Table(
        "person", "sensors", "MQTT, ms", "signals", "last sign", "due in memory", "opened on the cloud"
    )
    for each in players:
        replies = sorted(each.replies_ms)
        shown.add_row(
            str(each.life.person.number),
            ", ".join(sensor.kind for sensor in each.twin.watch.sensors),
            f"{replies[len(replies) // 2]:.0f}",
            str(each.played + len(replies)),
            _clock(each.twin.state.seen_at),
            _clock(each.twin.due()),
            _clock(each.opened) if each.opened else "never",
            style="" if each.opened == each.expected else "red",
        )
    return shown


def _clock(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%a %d %b %H:%M}"
