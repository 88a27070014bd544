"""What stands, as rows of the form: an import of them changes nothing. Pure.

A plate is kept under a keyed hash and a first reading is shown by no list: neither can be written out.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from linli.instants import parsed
from linli_cli.importing.cells import Cell
from linli_cli.importing.standing import Shown, Standing

Rows = list[dict[str, Cell]]
LEFT_OUT = "not in it: plates, of which a keyed hash is kept, and first readings, which no list shows"


def rows(standing: Standing) -> dict[str, Rows]:
    """All sheets but the vehicles."""
    return {
        "community": [{name: standing.community[name] for name in ("name", "sub_district", "time_zone")}],
        "buildings": [
            {"building": each["building"], "name": each["name"]} for each in standing.buildings.values()
        ],
        "units": [
            _unit(building, each) for building, units in standing.units.items() for each in units.values()
        ],
        "people": [
            {"person": each["person"], "name": each["name"], "phone": each["phone"]}
            for each in standing.people.values()
        ],
        "memberships": [
            row for each in standing.memberships.values() for row in _memberships(each, standing)
        ],
        "identities": [
            {
                "person": person,
                "name": standing.people.get(person, {}).get("name"),
                "identity": identity,
            }
            for person, known in standing.identities.items()
            for identity in known
        ],
        "devices": [
            _device(each, standing.gates) for each in standing.devices.values() if each["status"] == "active"
        ],
        "meters": [
            row
            for each in standing.meters.values()
            if not each.get("closed_at")
            for row in _meter(each, standing.zone)
        ],
        "tariffs": [row for each in standing.tariffs for row in _tariff(each)],
    }


def _unit(building: str, unit: Shown) -> dict[str, Cell]:
    return {
        "building": building,
        "unit": unit["unit"],
        "name": unit.get("name"),
        "area_m2": str(unit["area_m2"]),
    }


def _memberships(member: Shown, standing: Standing) -> Iterable[dict[str, Cell]]:
    record = standing.people.get(member["person"], {})
    whose = {"person": member["person"], "name": record.get("name"), "roles": "、".join(member["roles"])}
    for home in member["homes"] or [{}]:
        yield whose | {"building": home.get("building"), "unit": home.get("unit")}


def _device(device: Shown, gates: Mapping[str, Shown]) -> dict[str, Cell]:
    gate = gates.get(device["device"], {}) if device["kind"] == "gate" else {}
    return {
        "device": device["device"],
        "kind": device["kind"],
        "area": gate.get("area"),
        "direction": gate.get("direction"),
    }


def _meter(meter: Shown, zone: ZoneInfo) -> Iterable[dict[str, Cell]]:
    building, _, unit = (meter.get("home") or "").partition("/")
    for register in meter["registers"]:
        yield {
            "meter": meter["meter"],
            "medium": meter["medium"],
            "building": building or None,
            "unit": unit or None,
            "asset": meter.get("asset"),
            "installed_at": _local(meter["installed_at"], zone),
            "obis": register["obis"],
            "digits": register["digits"],
            "decimals": register["decimals"],
            "multiplier": str(register["multiplier"]),
            "billed": "true" if register["billed"] else "false",
            "device": meter.get("device"),
        }


def _local(instant: str, zone: ZoneInfo) -> str:
    """The day, where it is the beginning of one, else the instant as it is."""
    local: datetime = parsed(instant).astimezone(zone)
    return local.date().isoformat() if local.time().isoformat() == "00:00:00" else instant


def _tariff(tariff: Shown) -> Iterable[dict[str, Cell]]:
    whole: dict[str, Any] = {
        name: tariff.get(name) for name in ("tariff", "medium", "valid_from", "heads", "shared_by")
    }
    whole["tiered_by"] = tariff["tiered_by"] if tariff.get("tiers") else None
    whole["shared_price"] = _decimal(tariff.get("shared_price"))
    if tariff.get("price") is not None:
        yield whole | {"price": _decimal(tariff["price"])}
    for window in tariff.get("windows") or ():
        yield whole | {
            "window": window["name"],
            "since": window["since"],
            "until": window["until"],
            "price": _decimal(window["price"]),
        }
    for tier in tariff.get("tiers") or ():
        decimals = {name: _decimal(tier.get(name)) for name in ("up_to", "price", "wider_by", "per_head")}
        yield whole | decimals


def _decimal(value: object) -> str | None:
    return None if value is None else str(value)
