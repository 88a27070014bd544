"""A made-up day of facts for each consumer, told in another order, some of them twice: what counts stays."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from linli.events import Fact
from linli.vocabulary.access import GatePassed
from linli.vocabulary.care import WatchChanged
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised, DeviceRegistered, DeviceRevoked
from linli.vocabulary.directory import CommunityChanged, MembershipChanged
from linli.vocabulary.health import FeverCleared, FeverConfirmed
from linli.vocabulary.utilities import BillIssued, MeterSignalEnded, MeterSignalRaised, UseObserved
from tests.integration.forks import in_a_fork
from tests.integration.gateway import NOW
from tests.integration.messages import batch, told
from tests.integration.neighbourhood import willow
from tests.integration.playing import World, kept, lines

Told = tuple[Fact, str, datetime]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

# What tells of the way and not of how things are: it may be another way.
PAST = frozenset(
    {
        *("outbox", "seen", "care_entry", "timeline", "message", "sign", "rates", "fault_episode", "report"),
        "ticket_escalation",  # goes when it is next looked at, if its ticket is over
    }
)


def communities(_: Random) -> list[Fact]:
    """A community that changes and changes again."""
    return [_community(version) for version in range(2, 7)]


def _community(version: int) -> CommunityChanged:
    zones = ("Asia/Shanghai", "Asia/Urumqi")
    return willow(version).model_copy(update={"time_zone": zones[version % 2], "sub_district": f"d{version}"})


def members(chance: Random) -> list[Fact]:
    """People who come, move, become something else, leave, and come back."""
    homes, roles = (None, "b1/101", "b1/102"), ([], ["resident"], ["repairer"], ["caregiver", "resident"])
    return [
        MembershipChanged(
            community="willow",
            person=person,
            roles=chance.choice(roles),
            home=chance.choice(homes),
            version=version,
        )
        for person in ("willow-repairer-2", "willow-newcomer-1", "willow-newcomer-2")
        for version in range(2, 7)
    ]


def devices(_: Random) -> list[Fact]:
    """Gates that are registered, revoked, and registered anew; the registry's clock is set back meanwhile."""
    kinds = (DeviceRegistered, DeviceRevoked)
    return [
        kinds[version % 2].model_validate(
            {"community": "willow", "device": device, "kind": "gate", "version": version}
        )
        for device in ("willow-gate-1", "willow-motion-1")
        for version in range(3, 8)
    ]


def fevers(_: Random) -> list[Fact]:
    """A fever that is confirmed, cleared and confirmed again, by thermometers of different clocks."""
    who = {"community": "willow", "person": "willow-resident-1", "sub_district": None}
    return [
        FeverConfirmed(**who, confirmed_at=NOW - version * MINUTE, version=version)
        if version % 2
        else FeverCleared(**who, cleared_at=NOW + version * MINUTE, cleared_by="dr-wu", version=version)
        for version in range(1, 6)
    ]


def faults(_: Random) -> list[Fact]:
    """Sensors and their gateway that are lost and back; a battery that gets low."""
    found: list[Fact] = []
    for number, device in enumerate(("willow-motion-1", "willow-door-1", "willow-hub-1", "willow-motion-1")):
        behind = ["willow-bed-1"] if device == "willow-hub-1" else []
        since, episode = NOW + number * HOUR, f"e{number}"
        about = {
            "community": "willow",
            "device": device,
            "fault": "lost",
            "episode": episode,
            "behind": behind,
        }
        found.append(DeviceFaultRaised(**about, kind="motion", since=since))
        if number != 1:
            found.append(DeviceFaultCleared(**about, cleared_at=since + HOUR / 2))
    low = {"community": "willow", "device": "willow-bed-1", "fault": "low-battery", "episode": "b"}
    return [*found, DeviceFaultRaised(**low, kind="bed", since=NOW)]


def meters(_: Random) -> list[Fact]:
    """Leaks that begin and end."""
    found: list[Fact] = []
    for number in range(3):
        about = {"community": "willow", "meter": f"m{number % 2}", "signal": "leak", "episode": f"s{number}"}
        since = NOW + number * HOUR
        found.append(MeterSignalRaised(**about, medium="water", home="b1/101", since=since))
        if number != 1:
            found.append(MeterSignalEnded(**about, ended_at=since + HOUR / 2))
    return found


def bills(_: Random) -> list[Fact]:
    """Bills of some months, one of them over nothing."""
    at = datetime(2026, 1, 3, tzinfo=UTC)
    return [
        BillIssued(
            community="willow",
            bill=f"willow-101-2025-{month:02}",
            home="b1/101",
            period=f"2025-{month:02}",
            amount_fen=100 * (month - 7),
            issued_at=at,
            due_at=at + timedelta(days=15),
        )
        for month in range(7, 12)
    ]


def watches(_: Random) -> list[Fact]:
    """Homes that are watched over and not, in turn."""
    return [
        WatchChanged(community="willow", home=home, watched=bool(version % 2), version=version)
        for home in ("b1/101", "b1/102")
        for version in range(1, 5)
    ]


def signs(_: Random) -> list[Fact]:
    """A day of passes and of water."""
    passes = [
        GatePassed(
            community="willow",
            gate="willow-gate-1",
            area="garden",
            direction="out" if number % 2 else "in",
            person="willow-resident-1",
            passed_at=NOW + number * 20 * MINUTE,
            offline=False,
        )
        for number in range(12)
    ]
    used = [
        UseObserved(
            community="willow",
            meter="willow-meter-1",
            medium="water",
            home="b1/101",
            since=NOW + number * HOUR,
            until=NOW + number * HOUR + HOUR / 2,
            quantity=Decimal("0.02"),
        )
        for number in range(6)
    ]
    return [*passes, *used]


Day = Callable[[Random], list[Fact]]
DAYS: dict[str, Sequence[Day]] = {
    "access/standing": (communities, members, devices, fevers),
    "care/community": (communities, members),
    "care/sensor_fault": (faults, devices),
    "care/sign_of_life": (signs,),
    "devices/community": (communities,),
    "health/community": (communities,),
    "maintenance/community": (communities, members),
    "maintenance/proactive_ticket": (faults, meters),
    "payments/bill": (bills,),
    "payments/community": (communities,),
    "payments/household": (members,),
    "utilities/community": (communities,),
    "utilities/household": (members, watches),
}
SHUFFLED = sorted(DAYS)


def day_of(consumer: str, chance: Random) -> list[Told]:
    """A consumer's facts in their order, each with its event id, by a clock that is set back now and then."""
    facts = [fact for day in DAYS[consumer] for fact in day(chance)]
    return [
        (fact, f"day/{n}", NOW + n * MINUTE - chance.choice((0, 10)) * MINUTE) for n, fact in enumerate(facts)
    ]


def shuffled(day: Sequence[Told], chance: Random) -> list[Told]:
    """The same in another order, a third of them twice."""
    again = [*day, *chance.sample(day, len(day) // 3)]
    chance.shuffle(again)
    return again


def after(world: World, consumer: str, day: Iterable[Told]) -> list[str]:
    """What counts once a consumer has been told a day, fact by fact."""
    action = consumer.partition("/")[2]

    def tell() -> list[str]:
        app = world.service(world.name)
        for fact, event_id, at in day:
            answer = world.invoke(app, action, batch(told(fact, event_id, at), sent=at))
            assert answer["batchItemFailures"] == [], (fact, answer)
        return counted(kept())

    return in_a_fork(tell)


def differing(in_order: Sequence[str], otherwise: Sequence[str]) -> list[str]:
    """The rows that are not the same, or not as often."""
    one, other = Counter(in_order), Counter(otherwise)
    return [*(f"in order: {row}" for row in one - other), *(f"otherwise: {row}" for row in other - one)]


def counted(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Rows as far as they say how things are; a row a line."""
    return lines(found for row in rows if (found := _as_it_is(row)) is not None)


def _as_it_is(row: dict[str, Any]) -> dict[str, Any] | None:
    """What a row says of now: not how often it changed, nor which tickets and silences there have been."""
    kind = row["kind"]["S"]
    return None if kind in PAST else OF_NOW.get(kind, lambda as_it_is: as_it_is)(row)


def _standing(row: dict[str, Any]) -> dict[str, Any]:
    standing = {**json.loads(row["standing"]["S"]), "version": 0}
    return {**row, "standing": standing, "version": 0}


def _watched(row: dict[str, Any]) -> dict[str, Any]:
    state = json.loads(row["state"]["S"])
    return _only(row, {"silent": _spells(state["silent"]), "blind": bool(state["blind_since"])})


def _sensor(row: dict[str, Any]) -> dict[str, Any]:
    outage = json.loads(row["outage"]["S"]) if "outage" in row else {"lost": []}
    return _only(row, {"lost": _spells(outage["lost"])})


def _lock(row: dict[str, Any]) -> dict[str, Any] | None:
    return None if row.get("released", {}).get("BOOL") else _only(row, {"episode": row["episode"]})


def _ticket(row: dict[str, Any]) -> dict[str, Any] | None:
    ticket = json.loads(row["ticket"]["S"])
    is_over = row["shelf"]["S"].endswith("#over")
    return None if is_over else _only(row, {each: ticket[each] for each in ("asset", "fault")})


def _repairer(row: dict[str, Any]) -> dict[str, Any] | None:
    """Whoever was free got the ticket; who is neither set up nor a member is none, with a row or without."""
    is_one = "set_up" in row or row["member"]["BOOL"]
    return {**row, "holds": None} if is_one else None


OF_NOW: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {
    "holder": _standing,
    "credential": _standing,
    "watch_state": _watched,
    "care_sensor": _sensor,
    "lock": _lock,
    "ticket": _ticket,
    "duty": lambda row: _only(row, {}),
    "repairer": _repairer,
}


def _only(row: dict[str, Any], what: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("pk", "sk", "kind")} | what


def _spells(silences: list[dict[str, Any]]) -> list[list[str]]:
    return sorted([each["device"], each["episode"]] for each in silences)
