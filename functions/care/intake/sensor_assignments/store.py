"""Whom sensors and gateways serve: a sensor those in one home, who may share it; a gateway anybody."""

from dataclasses import dataclass
from datetime import datetime

from pynamodb.expressions.update import Action

from functions.care.intake.blindness import store as blindness
from functions.care.intake.rows import SensorRow
from functions.care.watching import store as watching
from functions.care.watching.rows import WatchRow
from functions.care.watching.silences import looked
from functions.care.watching.store import Vigil
from functions.care.watching.watch import Settings
from linli.errors import Conflict
from linli.tables import Rows, Transaction, as_read, read


@dataclass(frozen=True, slots=True)
class Assignment:
    """The devices of somebody whose settings change, as they are known.

    `others`: those whom the sensors serve besides.
    """

    community: str
    person: str
    before: Settings | None
    after: Settings | None
    rows: dict[str, SensorRow]
    others: dict[str, Vigil]

    @property
    def shared(self) -> list[str]:
        """The personal sensors that serve others as well."""
        sensors = self.after.sensors if self.after else []
        return [one.device for one in sensors if one.is_personal and self.having(one.device)]

    def having(self, sensor: str) -> set[str]:
        """The others who have a device as a sensor."""
        return {person for person, vigil in self.others.items() if sensor in _sensors(vigil.watch)}


def _sensors(settings: Settings | None) -> set[str]:
    return {one.device for one in settings.sensors} if settings else set()


def _devices(settings: Settings | None) -> set[str]:
    return settings.devices if settings else set()


def known(community: str, person: str, before: Settings | None, after: Settings | None) -> Assignment:
    """What is known of the devices that somebody has, and is to have."""
    keys = {each: SensorRow.key(community, each) for each in sorted(_devices(before) | _devices(after))}
    found = read(keys.values()) if keys else Rows()
    rows = {device: row for device, key in keys.items() if (row := found.one(SensorRow, key))}
    sensors = _sensors(before) | _sensors(after)
    served = {
        other
        for device, row in rows.items()
        if device in sensors or row.sensor is not None
        for other in row.people or ()
    }
    vigil_of = {each: watching.found(community, each) for each in sorted(served - {person})}
    others = {each: vigil for each, vigil in vigil_of.items() if vigil is not None}
    return Assignment(community, person, before, after, rows, others)


def assign(transaction: Transaction, assignment: Assignment, now: datetime) -> None:
    """Let `transaction` tell each device whom it serves, and others which sensors they share from now on.

    Raises Conflict when others have a device in another home, as another sensor, or behind another gateway.
    """
    after = assignment.after
    sensors = {one.device: one for one in after.sensors} if after else {}
    serves = _devices(after)
    for device in sorted(_devices(assignment.before) | serves):
        people = {assignment.person}
        actions: list[Action] = [
            SensorRow.kind.set(SensorRow),
            SensorRow.people.add(people) if device in serves else SensorRow.people.delete(people),
        ]
        if after is not None and device in serves:
            _check(assignment, device, after)
        if after is not None and device in sensors:
            actions += [SensorRow.sensor.set(sensors[device]), SensorRow.home.set(after.home)]
        is_sensor = device in sensors or device in _sensors(assignment.before)
        known = assignment.rows.get(device) or SensorRow()
        same = as_read(SensorRow, known, "people", "home") if is_sensor else None
        row = SensorRow(*SensorRow.key(assignment.community, device))
        transaction.update(f"sensor-{device}", row, actions, same)
    for vigil in assignment.others.values():
        _tell(transaction, assignment, vigil, now)


def _check(assignment: Assignment, device: str, after: Settings) -> None:
    sensor = next((one for one in after.sensors if one.device == device), None)
    for other, vigil in assignment.others.items():
        theirs = vigil.watch
        if sensor is None and other not in assignment.having(device):
            continue  # a gateway of both
        if device in theirs.devices and theirs.home != after.home:
            raise Conflict("sensor_in_another_home", sensor=device, home=theirs.home)
    row = assignment.rows.get(device)
    others_have_it = row is not None and bool((row.people or set()) - {assignment.person})
    if sensor and row and row.sensor and others_have_it and row.sensor != sensor:
        raise Conflict("sensor_of_another_person", sensor=device)


def _tell(transaction: Transaction, assignment: Assignment, vigil: Vigil, now: datetime) -> None:
    """Let `transaction` write which sensors somebody else shares from now on, and what follows of it."""
    was, will_be = _sensors(assignment.before), _sensors(assignment.after)

    def is_shared(device: str) -> bool:
        if device not in was | will_be:
            return device in vigil.watch.shared
        return device in will_be or assignment.having(device) != {vigil.watch.person}

    shared = [one.device for one in vigil.watch.sensors if one.is_personal and is_shared(one.device)]
    if shared == vigil.watch.shared:
        return
    watch = vigil.watch.model_copy(update={"shared": shared})
    row = WatchRow(*WatchRow.key(watch.community, watch.person))
    same = WatchRow.version == watch.version
    transaction.update(f"watch-{watch.person}", row, [WatchRow.watch.set(watch)], same)
    blindness.join(transaction, vigil.under(watch), looked(vigil.state, watch, now), now)
