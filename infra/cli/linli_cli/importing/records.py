"""What a row asks for: bodies as the APIs take them, read by the APIs' own models. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from json import dumps
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from functions.access.credential.models import Enrolment
from functions.access.gate.models import GateSetUp
from functions.directory.building.models import Building, Unit
from functions.directory.community.models import CommunityCreated
from functions.directory.identity.models import IdentityGiven
from functions.directory.membership.models import MembershipGiven
from functions.directory.person.models import PersonRecord
from functions.utilities.meter.domain import opening, registered
from functions.utilities.meter.models import MeterRegistered
from functions.utilities.meters.models import UNITS
from functions.utilities.tariffs.models import Tariff
from linli import plates
from linli.contracts import Contract
from linli.errors import InvalidRequest
from linli.ids import is_id
from linli.instants import to_text
from linli.local_times import clock_text
from linli_cli.importing import cells, forms
from linli_cli.importing.grids import Reading, Row

NOBODY = "whose it is: neither a phone nor an id of the person is given"
NO_ID = "is no id: small letters, digits and dashes, 64 at most"
TOTALS = {"water": "8-0:1.0.0", "electricity": "1-0:1.8.0", "gas": "7-0:3.0.0", "heat": "6-0:1.0.0"}
SPELLINGS = {
    "m3": frozenset({"m3", "立方米", "立方", "方", "吨", "t"}),
    "kwh": frozenset({"kwh", "度", "千瓦时", "千瓦·时", "kw·h", "kw.h"}),
}
PLATE_YEARS = 9
CHINA = "Asia/Shanghai"


@dataclass(frozen=True)
class Record:
    """Rows that are one thing: their lines, what it is, what the API is asked with, what is wrong with it.

    `notes`: what is told besides. `refers`: places and people as they were written, to be found.
    """

    form: str
    lines: tuple[int, ...]
    what: str
    body: dict[str, Any] = field(default_factory=dict)
    odd: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refers: dict[str, str] = field(default_factory=dict)


def checked(contract: type[Contract], body: Mapping[str, Any], labels: Mapping[str, str]) -> list[str]:
    """What an API would say against a body, by the headings of the columns. Values are not repeated."""
    try:
        contract.model_validate_json(dumps(body))
    except ValidationError as error:
        return [
            f"{labels.get(str(one['loc'][0]) if one['loc'] else '', _path(one['loc']))}: {_said(one['msg'])}"
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    return []


def _path(location: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in location) or "the row"


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")


def labels(form: str) -> dict[str, str]:
    """The headings of a form's columns by their codes."""
    return {each.code: each.shown for each in forms.form_of(form).columns}


def decimal_text(number: Decimal) -> str:
    """`89.5`: without an exponent, nor noughts at the end."""
    return f"{number.normalize():f}"


# Places


def community(row: Row, id_: str) -> Record:
    """A community that is to be registered; in China's time unless it says another."""
    reading = Reading(row)
    said = {code: reading.text(code) for code in ("name", "sub_district", "time_zone")}
    body = {"community": id_} | said | {"time_zone": said["time_zone"] or CHINA}
    odd = reading.odd or checked(CommunityCreated, body, labels("community"))
    return Record("community", (row.line,), id_, body, tuple(odd))


def building(row: Row) -> Record:
    """A building: its id is made of what people call it, where none is given."""
    reading = Reading(row)
    called = reading.text("building") or ""
    given = reading.text("name")
    found = _identifier(reading, "building", called)
    body = {"building": found, "name": given or called}
    odd = reading.odd or checked(Building, body, labels("buildings"))
    return Record("buildings", (row.line,), found or called, body, tuple(odd), refers={"building": called})


def unit(row: Row) -> Record:
    """A unit of a building."""
    reading = Reading(row)
    called, building_called = reading.text("unit") or "", reading.text("building") or ""
    found = _identifier(reading, "unit", called)
    name = reading.text("name") or (called if called.casefold() != found else None)
    area = _number(reading, "area_m2", ("m2", "平方米", "平米", "平方", "㎡", "平"))
    body = {"unit": found, **({"name": name} if name else {}), "area_m2": area}
    odd = reading.odd or checked(Unit, body, labels("units"))
    what = f"{building_called}/{found or called}"
    refers = {"building": building_called, "unit": called}
    return Record("units", (row.line,), what, body, tuple(odd), refers=refers)


def _identifier(reading: Reading, column: str, called: str) -> str:
    if not called:
        return ""
    try:
        return cells.identifier(called)
    except cells.Odd as error:
        reading.wrong(column, str(error))
        return ""


def _number(reading: Reading, column: str, units: Sequence[str] = ()) -> str | None:
    found = reading.get(column)
    if not isinstance(found, tuple):
        return None
    number, unit_said = found
    if unit_said and unit_said not in units:
        reading.wrong(column, f"has another unit than {units[0]}" if units else "is no number")
        return None
    return decimal_text(number)


# People


def person(row: Row) -> Record:
    """How a person is called and reached. Their id is found or made when the directory is known."""
    reading = Reading(row)
    refers = _whose(reading)
    body = {"name": reading.text("name") or "", "phone": reading.text("phone") or ""}
    odd = reading.odd or checked(PersonRecord, body, labels("people"))
    return Record(
        "people", (row.line,), refers.get("person", ""), body, tuple(odd or reading.odd), refers=refers
    )


def membership(row: Row) -> Record:
    """What somebody is here, and where they live."""
    reading = Reading(row)
    refers = _whose(reading) | _home(reading)
    if not refers.get("person") and not refers.get("phone"):
        reading.odd.append(NOBODY)
    roles = reading.get("roles")
    body = {"roles": roles if isinstance(roles, list) else []}
    odd = reading.odd or checked(MembershipGiven, body, labels("memberships"))
    return Record("memberships", (row.line,), "", body, tuple(odd), refers=refers)


def _whose(reading: Reading) -> dict[str, str]:
    found = {code: reading.text(code) for code in ("person", "name", "phone")}
    written = reading.row.cells.get("name")
    if isinstance(written, str) and "\n" in written.strip():
        reading.wrong("name", "has several lines: one person a row")
        found["name"] = None
    if found["person"] and not is_id(found["person"]):
        reading.wrong("person", NO_ID)
        found["person"] = None
    return {code: said for code, said in found.items() if said}


def _home(reading: Reading) -> dict[str, str]:
    found = {code: reading.text(code) for code in ("building", "unit")}
    if bool(found["building"]) != bool(found["unit"]) and not reading.odd:
        reading.odd.append("a home is a building and a unit: one of them is empty")
    return {code: said for code, said in found.items() if said}


# Signing in


def identity(row: Row) -> Record:
    """What somebody signs in with: the code that pages show them, or what an issuer calls them."""
    reading = Reading(row)
    refers = _whose(reading)
    if not refers.get("person") and not refers.get("phone"):
        reading.odd.append(NOBODY)
    said = {name: reading.text(name) for name in ("identity", "issuer", "subject")}
    body = {name: value for name, value in said.items() if value}
    if "identity" in body:
        body["identity"] = "".join(body["identity"].split()).lower()
    odd = reading.odd or checked(IdentityGiven, body, labels("identities"))
    what = "" if odd else IdentityGiven.model_validate(body).named
    return Record("identities", (row.line,), what, body, tuple(odd), refers=refers)


# Cars


def vehicle(row: Row, zone: ZoneInfo, today: date) -> Record:
    """A plate that opens gates for its holder, from a day to the end of another."""
    reading = Reading(row)
    refers = _whose(reading)
    if not refers.get("person") and not refers.get("phone"):
        reading.odd.append(NOBODY)
    plate = plates.canonical(reading.text("plate") or "")
    if reading.has("plate") and not plates.is_of_china(plate):
        reading.wrong(
            "plate",
            "is no plate of the mainland such as 京A·12345 or 京AD12345 (no I, no O): enter others by hand",
        )
    since, until = reading.get("valid_from"), reading.get("valid_until")
    first = since if isinstance(since, date) else date(today.year, 1, 1)
    last = until if isinstance(until, date) else date(first.year + PLATE_YEARS, 12, 31)
    areas = reading.get("areas")
    body = {
        "kind": "plate",
        "value": plate,
        "valid_from": midnight(first, zone),
        "valid_until": midnight(last + timedelta(days=1), zone),
        **({"areas": areas} if isinstance(areas, list) and areas else {}),
    }
    odd = reading.odd or checked(Enrolment, body, labels("vehicles") | {"value": labels("vehicles")["plate"]})
    return Record("vehicles", (row.line,), plate, body, tuple(odd), refers=refers)


def midnight(day: date, zone: ZoneInfo) -> str:
    """When a local day begins, or an instant itself, as the APIs write it."""
    if isinstance(day, datetime):
        return to_text(day)
    return to_text(datetime.combine(day, time(), zone).astimezone(UTC))


# Devices


def device(row: Row) -> Record:
    """A device; of a gate also where it leads."""
    reading = Reading(row)
    said = (reading.text("device") or "").lower()
    if said and not is_id(said):
        reading.wrong("device", NO_ID)
    kind, area, direction = (reading.text(code) for code in ("kind", "area", "direction"))
    body: dict[str, Any] = {"device": said, "kind": kind}
    if area or direction:
        body["gate"] = {"area": area, "direction": direction or "both"}
        if kind and kind != "gate":
            reading.wrong("area", "only a gate leads somewhere")
        elif not reading.odd:
            reading.odd += checked(GateSetUp, body["gate"], labels("devices"))
    return Record("devices", (row.line,), said, body, tuple(reading.odd))


# Meters


@dataclass(frozen=True)
class _Dial:
    """A row of a meter: what all rows of a meter say alike, its register, and what that shows."""

    row: Row
    meter: dict[str, Any]
    refers: dict[str, str]
    register: dict[str, Any]
    reading: str | None
    odd: list[str]


def meters(rows: Sequence[Row], zone: ZoneInfo, today: date) -> list[Record]:
    """Meters, each of the rows that have its number: one row for a register."""
    together: dict[str, list[_Dial]] = {}
    for row in rows:
        dial = _dial(row, zone)
        together.setdefault(dial.meter["meter"] or f"line {row.line}", []).append(dial)
    return [_meter(dials, zone, today) for dials in together.values()]


def _dial(row: Row, zone: ZoneInfo) -> _Dial:
    reading = Reading(row)
    number = (reading.text("meter") or "").lower()
    if number and not is_id(number):
        reading.wrong("meter", NO_ID)
    medium = reading.text("medium") or ""
    unit_spellings = SPELLINGS.get(UNITS.get(medium, ""), frozenset())  # type: ignore[call-overload]  # any text
    reading_unit = cells.code(reading.text("reading_unit") or "").lower().replace("³", "3")
    if reading_unit and medium and reading_unit not in unit_spellings:
        reading.wrong("reading_unit", f"meters of {medium} count in {UNITS[medium]}: convert what they show")  # type: ignore[index]
    installed = reading.get("installed_at")
    meter = {
        "meter": number,
        "medium": medium,
        "asset": reading.text("asset"),
        "device": reading.text("device"),
        "installed_at": midnight(installed, zone) if isinstance(installed, date) else None,
    }
    register = {
        "obis": reading.text("obis") or TOTALS.get(medium, ""),
        "digits": reading.get("digits"),
        "decimals": reading.get("decimals"),
        "multiplier": _number(reading, "multiplier", ("倍",)),
        "billed": {"true": True, "false": False}.get(reading.text("billed") or ""),
    }
    shown = _number(reading, "reading", sorted(unit_spellings))
    refers = _home(reading)
    if not reading.odd and bool(refers.get("unit")) == bool(meter["asset"]):
        reading.odd.append(
            "a meter is of a home (building and unit) or of something shared (asset): fill in one"
        )
    return _Dial(row, meter, refers, _filled(register), shown, reading.odd)


def _meter(dials: Sequence[_Dial], zone: ZoneInfo, today: date) -> Record:
    first = dials[0]
    odd = [each for dial in dials for each in dial.odd]
    said = {
        code: list(dict.fromkeys(dial.meter[code] for dial in dials if dial.meter[code]))
        for code in first.meter
    }
    odd += [
        f"{labels('meters')[code]}: the rows of this meter differ" for code in said if len(said[code]) > 1
    ]
    if any(dial.refers != first.refers for dial in dials):
        odd.append("building, unit: the rows of this meter differ")
    read = [dial for dial in dials if dial.reading is not None]
    if read and len(read) < len(dials):
        odd.append("reading: of a meter with several registers all are read, or none")
    notes: tuple[str, ...] = ()
    if not said["installed_at"]:
        said["installed_at"], notes = [midnight(today, zone)], ("installed_at: today",)
    body = {code: values[0] for code, values in said.items() if values}
    body["registers"] = [dial.register for dial in dials]
    if read:
        body["initial"] = [{"obis": dial.register["obis"], "value": dial.reading} for dial in read]
    if not odd:
        home = {} if body.get("asset") else {"home": "b/u"}  # which one is found later
        odd += checked(MeterRegistered, body | home, labels("meters")) or _refused(body | home, today, zone)
    lines = tuple(dial.row.line for dial in dials)
    return Record("meters", lines, first.meter["meter"], body, tuple(dict.fromkeys(odd)), notes, first.refers)


def _refused(body: Mapping[str, Any], today: date, zone: ZoneInfo) -> list[str]:
    """What the API's own rules say: a meter is there by tomorrow, and its dials show the first readings."""
    asked = MeterRegistered.model_validate_json(dumps(body))
    odd = []
    try:
        registered(asked, datetime.combine(today, time(), zone))
    except InvalidRequest as error:
        odd.append(error.detail)
    try:
        opening(asked)
    except InvalidRequest as error:
        odd.append(f"{labels('meters')['reading']}: {error.detail}")
    return odd


def _filled(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


# Tariffs


def tariffs(rows: Sequence[Row]) -> list[Record]:
    """Tariffs, each of the rows that have its id and day: one row for a step or a part of the day."""
    together: dict[tuple[str, str, str], list[Reading]] = {}
    for row in rows:
        reading = Reading(row)
        begins = reading.get("valid_from")
        key = (reading.text("tariff") or f"line {row.line}", reading.text("medium") or "", str(begins or ""))
        together.setdefault(key, []).append(reading)
    return [_tariff(readings, key) for key, readings in together.items()]


def _tariff(readings: Sequence[Reading], key: tuple[str, str, str]) -> Record:
    name, medium, begins = key
    windows, tiers, flat = [], [], []
    stepped = any(each.has("up_to") for each in readings)
    for each in readings:
        price = _number(each, "price", ("元", "元/m3", "元/度", "元/kwh", "元/吨"))
        if price is None and not each.odd and not each.has("shared_price"):
            each.wrong("price", "is empty")
        if each.has("since") or each.has("until") or each.has("window"):
            windows.append(_window(each, price))
        elif stepped:
            reach = {code: _number(each, code) for code in ("up_to", "wider_by", "per_head")}
            tiers.append(
                _filled(
                    {"up_to": reach["up_to"], "price": price}
                    | {k: v for k, v in reach.items() if k != "up_to"}
                )
            )
        elif price is not None:
            flat.append(price)
    body = {"tariff": name.lower(), "medium": medium, "valid_from": begins}
    body |= _filled({"windows": windows or None, "tiers": tiers or None, "price": flat[0] if flat else None})
    odd = _said_alike(readings, body)
    if len(flat) > 1:
        odd.append(
            "price: several rows, none of which says up to where it reaches (up_to) or when (since, until)"
        )
    odd += [wrong for each in readings for wrong in each.odd]
    if not odd:
        odd = checked(Tariff, body, labels("tariffs"))
    what = f"{name} {medium} {begins}".strip()
    return Record("tariffs", tuple(each.row.line for each in readings), what, body, tuple(dict.fromkeys(odd)))


def _window(reading: Reading, price: str | None) -> dict[str, Any]:
    since, until = reading.get("since"), reading.get("until")
    called = reading.text("window") or ""
    name = forms.WINDOWS.get(called, cells.code(called).lower())
    if not isinstance(since, time) or not isinstance(until, time):
        if not reading.odd:
            reading.wrong("since", "a part of the day begins and ends")
        return {}
    return {"name": name, "since": clock_text(since), "until": clock_text(until), "price": price}


def _said_alike(readings: Sequence[Reading], body: dict[str, Any]) -> list[str]:
    """Put what all rows of a tariff say alike into its body; what they say otherwise is wrong."""
    odd = []
    for code in ("tiered_by", "heads", "shared_by", "shared_price"):
        said = [
            _number(each, code) if code == "shared_price" else each.get(code)
            for each in readings
            if each.has(code)
        ]
        if len(set(said)) > 1:
            odd.append(f"{labels('tariffs')[code]}: the rows of this tariff differ")
        elif said:
            body[code] = said[0]
    return odd
