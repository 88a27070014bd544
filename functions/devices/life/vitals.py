"""What is known of a device's life (心跳), and what a heartbeat, and the want of one, make of it.

A device is expected from its first heartbeat on. Whatever comes late, twice or out of order, the newest
heartbeat decides: no older one moves anything.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from linli.contracts import Contract
from linli.instants import Instant, to_millis
from linli.vocabulary.devices import DeviceKind, DevicesPolicy

FaultName = Literal["lost", "low-battery"]
CHARGED_BY = 25  # percent above the limit: a battery that is cold and warm in turn is one low battery
AGAIN_WITHIN = timedelta(days=7)  # low once more so soon after it was well: its word alone is not enough
RESTED = timedelta(days=1)  # for so long it must stay well then
AGAIN_AFTER = timedelta(minutes=1)  # as often as the sweep runs
MOST_OUTAGES = 8  # remembered of a gateway; whatever stood behind it is lost the sooner for those forgotten


@dataclass(frozen=True, slots=True)
class Expected:
    """How often a device is heard from, after how long a silence it is lost, when its battery is low."""

    every: timedelta
    allowed: timedelta
    low_percent: int

    @classmethod
    def of(cls, kind: DeviceKind, policy: DevicesPolicy) -> "Expected":
        """What the community expects of a kind of device."""
        every = policy.heartbeat_every(kind)
        return cls(every, every * policy.missed, policy.low_battery_percent)


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat: `at` is when the device certainly lived. None: it said nothing of that."""

    id: str
    at: datetime
    battery_percent: int | None = None
    firmware: str | None = None
    gateway: str | None = None


class Outages(Contract):
    """The last times a device was lost, and is no more: heard from until then, heard again from then on."""

    spells: tuple[tuple[Instant, Instant], ...] = ()

    def and_one(self, heard_until: datetime, heard_again: datetime) -> "Outages":
        """The outages and one more that is over; the oldest beyond eight are forgotten."""
        return Outages(spells=(*self.spells, (heard_until, heard_again))[-MOST_OUTAGES:])

    def put_off(self, since: datetime, allowed: timedelta) -> datetime:
        """When who stands behind the device, and was heard `since`, has had its time without the outages."""
        deadline = since + allowed
        for heard_until, heard_again in self.spells:
            if heard_until < deadline:
                deadline += max(heard_again - max(heard_until, since), timedelta())
        return deadline


@dataclass(frozen=True, slots=True)
class Vitals:
    """A device's life. `beat`: the id of the newest heartbeat. `lost`, `low`: episodes that are open.

    `gateway`: the way its newest heartbeat came. `outages`: when it was lost, and heard again after that.
    `charged_at`: when its battery was last well again after it was low; `wavers`: it was low once more soon
    after that; `rising_since`: since when it has been well, while that is not believed yet.
    `due_at`: when somebody has to look whether it is still there; None while it is not expected, or lost.
    """

    beat: str | None = None
    seen_at: datetime | None = None
    battery_percent: int | None = None
    firmware: str | None = None
    gateway: str | None = None
    lost: str | None = None
    lost_at: datetime | None = None
    low: str | None = None
    outages: Outages | None = None
    charged_at: datetime | None = None
    wavers: bool = False
    rising_since: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway that a device speaks through, and what is expected of it."""

    vitals: Vitals
    expected: Expected


@dataclass(frozen=True, slots=True)
class News:
    """A fault that began, or is over."""

    fault: FaultName
    episode: str
    began: bool


def alive_at(happened_at: datetime, decided_at: datetime, received_at: datetime, via: str | None) -> datetime:
    """When the sender of a heartbeat certainly lived, by our clock where its own is not to be believed.

    Who has a connection of its own lived when the message came in over it. What comes through a gateway may
    have waited there for hours: it proves no more than the time it was sent, unless its clock is gone.
    """
    return min(happened_at if via else decided_at, received_at)


def heard(vitals: Vitals, beat: Beat, expected: Expected) -> Vitals:
    """The vitals after a heartbeat; unchanged when a newer heartbeat is known.

    A loss is lifted by a heartbeat that would have prevented it: one that only shows that the device was
    there a little longer does not bring it back.
    """
    if vitals.seen_at is not None and beat.at <= vitals.seen_at:
        return vitals
    due_at = beat.at + expected.allowed
    after = replace(
        vitals, beat=beat.id, seen_at=beat.at, firmware=beat.firmware or vitals.firmware, gateway=beat.gateway
    )
    if vitals.lost_at is None:
        after = replace(after, due_at=due_at)
    elif due_at > vitals.lost_at:
        outages = (vitals.outages or Outages()).and_one(vitals.seen_at or beat.at, beat.at)
        after = replace(after, due_at=due_at, lost=None, lost_at=None, outages=outages)
    return _with_battery(after, beat, expected.low_percent)


def _with_battery(vitals: Vitals, beat: Beat, low_percent: int) -> Vitals:
    """A battery is low at once, and well when it is clearly above; one that wavers must stay so for a day."""
    if beat.battery_percent is None:
        return vitals
    after = replace(vitals, battery_percent=beat.battery_percent)
    if vitals.low is None:
        return _sinking(after, beat.at) if beat.battery_percent <= low_percent else after
    if beat.battery_percent < low_percent + CHARGED_BY:
        return replace(after, rising_since=None)
    since = vitals.rising_since or beat.at
    if vitals.wavers and beat.at - since < RESTED:
        return replace(after, rising_since=since)
    return replace(after, low=None, charged_at=beat.at, wavers=False, rising_since=None)


def _sinking(vitals: Vitals, at: datetime) -> Vitals:
    wavers = vitals.charged_at is not None and at - vitals.charged_at < AGAIN_WITHIN
    return replace(vitals, low=f"low-battery-{to_millis(at)}", wavers=wavers)


def carried(vitals: Vitals, beat: Beat, expected: Expected) -> Vitals:
    """The vitals of a gateway through which another device's heartbeat came: it lives.

    Only one that has spoken for itself is expected to, and the word of others counts when half of the time
    to its own is over, so that busy sensors do not cost a write each.
    """
    if vitals.seen_at is None or (vitals.lost is None and beat.at - vitals.seen_at < expected.every / 2):
        return vitals
    return heard(vitals, beat, expected)


def missed(vitals: Vitals, expected: Expected, gateway: Gateway | None, now: datetime) -> Vitals:
    """The vitals of a device that is due and was not heard: lost, or due later; unchanged when it is not due.

    Its time stands still while its gateway is lost: nobody is lost by that, and who never speaks again is
    lost all the same, however often the gateway goes. While the gateway itself has not been heard since that
    time, its own verdict comes first, so that a power failure is one fault and not one of each sensor.
    """
    if vitals.due_at is None or vitals.seen_at is None or vitals.due_at > now:
        return vitals
    deadline = vitals.seen_at + expected.allowed
    if gateway is not None and gateway.vitals.seen_at is not None:
        above, seen_at = gateway.vitals, gateway.vitals.seen_at
        if above.outages is not None:
            deadline = above.outages.put_off(vitals.seen_at, expected.allowed)
        if deadline <= now and seen_at < deadline:
            verdict_by = max(seen_at + gateway.expected.every, now + AGAIN_AFTER)
            return replace(vitals, due_at=verdict_by if above.lost is None else now + expected.every)
    if deadline > now:
        return replace(vitals, due_at=deadline)
    return replace(vitals, lost=f"lost-{to_millis(vitals.seen_at)}", lost_at=now, due_at=None)


def found_again(before: Vitals, after: Vitals, former: Gateway | None) -> str | None:
    """What a device was told under that was unseen with its `former` gateway and now came another way.

    None while that gateway is there, since nothing was told then, or when the device was lost by itself.
    """
    if before.lost is not None or before.seen_at is None or after.seen_at == before.seen_at:
        return None
    gone = former is None or former.vitals.lost is not None
    return f"unseen-{to_millis(before.seen_at)}" if gone else None


def news(before: Vitals, after: Vitals) -> list[News]:
    """The faults that are over, and those that began."""
    faults: list[tuple[FaultName, str | None, str | None]] = [
        ("lost", before.lost, after.lost),
        ("low-battery", before.low, after.low),
    ]
    over = [News(name, was, began=False) for name, was, is_now in faults if was and was != is_now]
    begun = [News(name, is_now, began=True) for name, was, is_now in faults if is_now and was != is_now]
    return over + begun
