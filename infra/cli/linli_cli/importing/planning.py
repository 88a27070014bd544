"""From what rows ask for and what stands to what is to be done: each row kept, the same, or refused and why.

Nothing is taken away: roles and homes are added to those that stand, an empty cell says nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from json import dumps
from typing import Any, Literal

from functions.directory.homes.models import MOST_HOMES
from functions.directory.person.models import PersonRecord
from functions.utilities.tariffs.models import Tariff
from linli.phones import compared
from linli_cli.importing import cells, records
from linli_cli.importing.grids import Row
from linli_cli.importing.records import Record
from linli_cli.importing.standing import Shown, Standing, by, place_called

Outcome = Literal["keep", "same", "refused"]
TWO_OR_ONE = (
    "is it the same person, correct the name; do two share it, give this one an id in the column person"
)
NEW = 0  # version of a community that a check takes for there
Thing = tuple[str, str]
"""A form and what of it: what one step makes and another one needs."""


@dataclass(frozen=True)
class Ask:
    """A request. `soon`: the service hears of what it needs from another one, and is asked until it has."""

    method: Literal["GET", "POST", "PUT", "PATCH"]
    path: str
    body: Any
    soon: bool = False


@dataclass(frozen=True)
class Certificate:
    """A device that is to be registered, with a key that is made here."""

    device: str
    kind: str


@dataclass(frozen=True)
class Step:
    """What becomes of lines of a sheet. `makes`: what stands once it is done; `needs`: what it waits for."""

    form: str
    lines: tuple[int, ...]
    what: str
    outcome: Outcome
    detail: str = ""
    asks: tuple[Ask | Certificate, ...] = ()
    makes: Thing | None = None
    needs: tuple[Thing, ...] = ()


@dataclass
class Plan:
    """The steps in the order of their sheets, and what will stand when they are done."""

    community: str
    standing: Standing
    new_id: Callable[[], str]
    steps: list[Step] = field(default_factory=list)
    people: "People" = field(init=False)

    def __post_init__(self) -> None:
        self.people = People(self.standing)

    def at(self, service: str, rest: str) -> str:
        """A path of the community."""
        return f"/{service}/communities/{self.community}/{rest}"

    def add(self, record: Record, outcome: Outcome, detail: str = "", **more: Any) -> None:
        """Note what becomes of a record."""
        what = str(more.pop("what", record.what))
        told = "; ".join(filter(None, [detail, *record.notes]))
        self.steps.append(Step(record.form, record.lines, what, outcome, told, **more))

    def refuse(self, record: Record, *why: str) -> None:
        """Note why a record is not taken."""
        self.add(record, "refused", "; ".join(why))


def plan(
    rows: dict[str, list[Row]], standing: Standing, community: str, new_id: Callable[[], str], today: date
) -> Plan:
    """The plan of all sheets."""
    made = Plan(community, standing, new_id)
    _community(made, rows.get("community", ()))
    _buildings(made, map(records.building, rows.get("buildings", ())))
    _units(made, map(records.unit, rows.get("units", ())))
    memberships = [*map(records.membership, rows.get("memberships", ()))]
    _people(made, map(records.person, rows.get("people", ())))
    _memberships(made, memberships)
    _identities(made, map(records.identity, rows.get("identities", ())))
    _devices(made, map(records.device, rows.get("devices", ())))
    _meters(made, records.meters(rows.get("meters", ()), standing.zone, today))
    _tariffs(made, records.tariffs(rows.get("tariffs", ())))
    _vehicles(made, [records.vehicle(row, standing.zone, today) for row in rows.get("vehicles", ())])
    return made


# Places


def _community(made: Plan, rows: Iterable[Row]) -> None:
    """The community itself is registered beforehand, if at all, and is not changed by an import."""
    stands = made.standing.community
    for row in rows:
        record = records.community(row, made.community)
        if record.odd:
            made.refuse(record, *record.odd)
            continue
        said = record.body.items()
        other = [each for each, value in said if each in stands and not _alike(stands[each], value)]
        if other:
            made.refuse(
                record, f"the community has another {', '.join(other)}: it is not changed by an import"
            )
        elif stands.get("version") == NEW:
            made.add(record, "keep", "new")
        else:
            made.add(record, "same")


def _buildings(made: Plan, found: Iterable[Record]) -> None:
    lines: dict[str, Record] = {}
    for record in found:
        if record.odd:
            made.refuse(record, *record.odd)
            continue
        body = record.body
        there = place_called(record.refers["building"], made.standing.buildings)
        if there in lines:
            _again(made, record, lines[there], body["name"] == lines[there].body["name"])
            continue
        lines[there or body["building"]] = record
        _building(made, record, there)


def _building(made: Plan, record: Record, there: str | None) -> None:
    body, building = record.body, there or record.body["building"]
    thing = ("buildings", building)
    stands = made.standing.buildings.get(building)
    made.standing.buildings[building] = {"building": building, "name": body["name"]}
    if stands is None:
        made.add(
            record, "keep", "new", asks=(Ask("POST", made.at("directory", "buildings"), body),), makes=thing
        )
        made.standing.units.setdefault(building, {})
    elif _alike(stands["name"], body["name"]):
        made.add(record, "same")
    elif body["name"] == building or cells.same_name(body["name"], stands["building"]):
        made.standing.buildings[building] = stands
        made.add(record, "same", what=building)
    else:
        ask = Ask("PATCH", made.at("directory", f"buildings/{building}"), {"name": body["name"]})
        made.add(record, "keep", "another name", asks=(ask,), what=building)


def _units(made: Plan, found: Iterable[Record]) -> None:
    lines: dict[tuple[str, str], Record] = {}
    for record in found:
        if record.odd:
            made.refuse(record, *record.odd)
            continue
        building = place_called(record.refers["building"], made.standing.buildings)
        if building is None:
            made.refuse(
                record, f"there is no building {record.refers['building']}: enter it in the sheet buildings"
            )
            continue
        units = made.standing.units.setdefault(building, {})
        there = place_called(record.refers["unit"], units)
        key = (building, there or record.body["unit"])
        if key in lines:
            said = {name: value for name, value in record.body.items() if name != "unit"}
            alike = said == {name: value for name, value in lines[key].body.items() if name != "unit"}
            _again(made, record, lines[key], alike)
            continue
        lines[key] = record
        _unit(made, record, key)


def _unit(made: Plan, record: Record, key: tuple[str, str]) -> None:
    (building, unit), units = key, made.standing.units[key[0]]
    stands, what = units.get(unit), f"{key[0]}/{key[1]}"
    at = made.at("directory", f"buildings/{building}/units")
    if stands is None:
        units[unit] = record.body
        asks = (Ask("POST", at, record.body),)
        needs = (("buildings", building),)
        made.add(record, "keep", "new", asks=asks, makes=("units", what), needs=needs, what=what)
        return
    patch: dict[str, Any] = {}
    if Decimal(str(stands["area_m2"])) != Decimal(record.body["area_m2"]):
        patch["area_m2"] = record.body["area_m2"]
    name = record.body.get("name")
    if name and not cells.same_name(name, unit) and not _alike(stands.get("name") or "", name):
        patch["name"] = name
    units[unit] = stands | patch
    if not patch:
        made.add(record, "same", what=what)
        return
    made.add(
        record,
        "keep",
        f"another {' and '.join(patch)}",
        asks=(Ask("PATCH", f"{at}/{unit}", patch),),
        what=what,
    )


def _again(made: Plan, record: Record, first: Record, alike: bool) -> None:
    if alike:
        made.add(record, "same", f"as in line {first.lines[0]}")
    else:
        made.refuse(
            record, f"line {first.lines[0]} says otherwise of the same {record.form.removesuffix('s')}"
        )


def _alike(stands: str, said: str) -> bool:
    """Whether a text that stands is the one that is said, as far as a cell can say it."""
    return cells.tidy(stands) == cells.tidy(said)


def _home(made: Plan, refers: dict[str, str]) -> tuple[dict[str, str] | None, str]:
    """The home that is meant, or why there is none."""
    building = place_called(refers["building"], made.standing.buildings)
    if building is None:
        return None, f"there is no building {refers['building']}"
    unit = place_called(refers["unit"], made.standing.units.get(building, {}))
    if unit is None:
        return None, f"there is no unit {refers['unit']} in building {building}, or more than one is meant"
    return {"building": building, "unit": unit}, ""


# People


class People:
    """Who is known, by id and by phone. `came_with`: the record of this import that names somebody."""

    def __init__(self, standing: Standing) -> None:
        self.names: dict[str, str] = {}
        self.phones: dict[str, list[str]] = {}
        self.came_with: dict[str, Record] = {}
        for person, shown in standing.people.items():
            self.know(person, cells.tidy(shown["name"]), compared(shown["phone"]))
        self.ids = {*standing.people, *standing.memberships}

    def know(self, person: str, name: str, phone: str) -> None:
        """Somebody is called and reached so."""
        for others in self.phones.values():
            if person in others:
                others.remove(person)
        self.names[person] = name
        self.phones.setdefault(phone, []).append(person)

    def of_phone(self, phone: str, name: str | None) -> list[str]:
        """Who is reached under a phone, of those who are called so."""
        found = self.phones.get(phone, [])
        return [each for each in found if name is None or cells.same_name(self.names[each], name)]

    def meant(self, refers: dict[str, str]) -> tuple[str | None, str]:
        """The person that a row names by id, or by phone (and name); or why it is none."""
        if person := refers.get("person"):
            return (person, "") if person in self.ids else (None, f"nobody here has the id {person}")
        found = self.of_phone(refers["phone"], refers.get("name"))
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, "several people have this phone: give the person's id"
        others = self.phones.get(refers["phone"])
        return None, "this phone is somebody else's, by the name" if others else "nobody here has this phone"


def _people(made: Plan, found: Iterable[Record]) -> None:
    for record in found:
        if record.odd:
            made.refuse(record, *record.odd)
        else:
            _person(made, record)


def _person(made: Plan, record: Record) -> None:
    people, name, phone = made.people, record.body["name"], record.body["phone"]
    given = record.refers.get("person")
    known = people.of_phone(phone, name)
    person = given or (known[0] if known else None)
    shared = [each for each in people.phones.get(phone, ()) if each != given]
    if not given and len(known) > 1:
        made.refuse(record, "several people have this name and phone: give the person's id")
    elif not given and not known and shared:
        where = people.came_with.get(shared[0])
        whose = f"line {where.lines[0]}" if where and where.form == record.form else "somebody else here"
        made.refuse(record, f"this phone is of {whose}, under another name: {TWO_OR_ONE}")
    elif given and given not in people.ids and known:
        made.refuse(record, f"this person is known here by the id {known[0]}")
    elif person in people.came_with:
        first = people.came_with[person]
        _again(made, record, first, first.body["name"] == name and first.body["phone"] == phone)
    else:
        _put_person(made, record, person or made.new_id())


def _put_person(made: Plan, record: Record, person: str) -> None:
    stands, people = made.standing.people.get(person), made.people
    name, phone = record.body["name"], record.body["phone"]
    people.came_with[person] = record
    people.ids.add(person)
    people.know(person, name, phone)
    if stands and _alike(stands["name"], name) and compared(stands["phone"]) == phone:
        made.add(record, "same", what=person)
        return
    changed = (
        [] if stands is None else [each for each in ("name", "phone") if stands[each] != record.body[each]]
    )
    detail = "new" if stands is None else f"another {' and '.join(changed)}"
    ask = Ask("PUT", made.at("directory", f"people/{person}"), record.body)
    made.add(record, "keep", detail, asks=(ask,), makes=("people", person), what=person)


def _memberships(made: Plan, found: Sequence[Record]) -> None:
    """One request for each person, of all lines that name them; who is in no sheet of people comes along."""
    of_person: dict[str, list[tuple[Record, dict[str, str] | None]]] = {}
    for record in found:
        if record.odd:
            made.refuse(record, *record.odd)
            continue
        home, why = _home(made, record.refers) if record.refers.get("unit") else (None, "")
        person, nobody = _named(made, record)
        if person is None or why:
            made.refuse(record, *filter(None, [nobody, why]))
            continue
        of_person.setdefault(person, []).append((record, home))
    for person, lines in of_person.items():
        _membership(made, person, lines)


def _named(made: Plan, record: Record) -> tuple[str | None, str]:
    person, why = made.people.meant(record.refers)
    refers = record.refers
    if person is None and {"name", "phone"} <= refers.keys() and "person" not in refers:
        if made.people.phones.get(refers["phone"]):
            return None, "this phone is of somebody else here, under another name"
        body = {"name": refers["name"], "phone": refers["phone"]}
        odd = records.checked(PersonRecord, body, records.labels("people"))
        if odd:
            return None, "; ".join(odd)
        person, why = made.new_id(), ""
        _put_person(made, Record("memberships", (), person, body), person)
        made.people.came_with[person] = record
    return person, why


def _membership(made: Plan, person: str, lines: Sequence[tuple[Record, dict[str, str] | None]]) -> None:
    stands = made.standing.memberships.get(person)
    before = stands["roles"] if stands else []
    roles = sorted({*before, *(role for record, _ in lines for role in record.body["roles"])})
    was = [{"building": each["building"], "unit": each["unit"]} for each in stands["homes"]] if stands else []
    homes = [*was]
    for _, home in lines:
        if home and home not in homes:
            homes.append(home)
    if len(homes) > MOST_HOMES:
        for record, _ in lines:
            made.refuse(record, f"a person has at most {MOST_HOMES} homes")
        return
    needs = (("people", person), *(("units", f"{each['building']}/{each['unit']}") for each in homes))
    added = (
        *(each for each in roles if each not in before),
        *(f"{h['building']}/{h['unit']}" for h in homes[len(was) :]),
    )
    ask = Ask("PUT", made.at("directory", f"memberships/{person}"), {"roles": roles, "homes": homes})
    record = Record("memberships", tuple(each.lines[0] for each, _ in lines), person)
    if added:
        made.add(record, "keep", ", ".join(added), asks=(ask,), needs=needs, makes=("memberships", person))
    else:
        made.add(record, "same")


def _identities(made: Plan, found: Iterable[Record]) -> None:
    """What members sign in with is linked to them; what stands with somebody else only the service knows."""
    made_now = {each.makes[1] for each in made.steps if each.makes and each.makes[0] == "memberships"}
    members = {*made.standing.memberships, *made_now}
    seen: dict[str, tuple[str, Record]] = {}
    for record in found:
        person, why = (None, "") if record.odd else made.people.meant(record.refers)
        if person is None:
            made.refuse(record, *(record.odd or (why,)))
        elif person not in members:
            made.refuse(record, "who signs in has to be a member: give them a role in the sheet memberships")
        elif record.what in seen:
            other, first = seen[record.what]
            _again(made, record, first, other == person)
        else:
            seen[record.what] = (person, record)
            _identity(made, record, person)


def _identity(made: Plan, record: Record, person: str) -> None:
    if record.what == person or record.what in made.standing.identities.get(person, ()):
        made.add(record, "same")
        return
    ask = Ask("POST", made.at("directory", f"people/{person}/identities"), record.body)
    needs = (("people", person), ("memberships", person))
    made.add(record, "keep", "linked", asks=(ask,), needs=needs)


def who_signs_in(rows: Iterable[Row], standing: Standing) -> list[str]:
    """The members whose identities rows are about, of those who stand."""
    people = People(standing)
    found = (people.meant(record.refers)[0] for record in map(records.identity, rows) if not record.odd)
    return sorted({each for each in found if each in standing.memberships})


def _vehicles(made: Plan, found: Sequence[Record]) -> None:
    seen: dict[tuple[str, str], Record] = {}
    for record in found:
        person, why = (None, "") if record.odd else made.people.meant(record.refers)
        if person is None:
            made.refuse(record, *(record.odd or (why,)))
            continue
        key = (person, record.what)
        if key in seen:
            _again(made, record, seen[key], seen[key].body == record.body)
            continue
        seen[key] = record
        path = made.at("access", f"people/{person}/credentials")
        needs = (("people", person), ("memberships", person))
        made.add(
            record,
            "keep",
            asks=(Ask("POST", path, record.body, soon=True),),
            needs=needs,
            makes=("vehicles", person),
        )


# Devices


def _devices(made: Plan, found: Iterable[Record]) -> None:
    seen: dict[str, Record] = {}
    for record in found:
        stands = made.standing.devices.get(record.what)
        if record.odd:
            made.refuse(record, *record.odd)
        elif record.what in seen:
            _again(made, record, seen[record.what], seen[record.what].body == record.body)
        elif stands and stands["kind"] != record.body["kind"]:
            made.refuse(record, f"it is registered as a {stands['kind']}")
        elif stands and stands["status"] == "revoked":
            made.refuse(record, "it was revoked: `linli device add` brings it back, with a new key")
        else:
            seen[record.what] = record
            _device(made, record, stands)


def _device(made: Plan, record: Record, stands: Shown | None) -> None:
    device, asks = record.what, list[Ask | Certificate]()
    if stands is None or stands["status"] != "active":
        asks.append(Certificate(device, record.body["kind"]))
    wanted, gate = record.body.get("gate"), made.standing.gates.get(device)
    if wanted and (gate is None or any(gate[name] != value for name, value in wanted.items())):
        asks.append(Ask("PUT", made.at("access", f"gates/{device}"), wanted, soon=True))
    if not asks:
        made.add(record, "same")
        return
    made.add(
        record,
        "keep",
        "new" if stands is None else "where it leads",
        asks=tuple(asks),
        makes=("devices", device),
    )


# Meters and prices


def _meters(made: Plan, found: Iterable[Record]) -> None:
    for record in found:
        home, why = _home(made, record.refers) if record.refers.get("unit") and not record.odd else (None, "")
        if record.odd or why:
            made.refuse(record, *record.odd, *filter(None, [why]))
            continue
        body = record.body | ({"home": f"{home['building']}/{home['unit']}"} if home else {})
        stands = made.standing.meters.get(record.what)
        other = _others(stands, body, unsaid=record.notes) if stands else []
        if other:
            made.refuse(record, f"it stands with another {', '.join(other)}: it is not changed by an import")
            continue
        needs = (("units", body["home"]),) if home else ()
        ask = Ask("POST", made.at("utilities", "meters"), body)
        outcome: Outcome = "same" if stands else "keep"
        made.add(record, outcome, "" if stands else "new", asks=() if stands else (ask,), needs=needs)


def _others(stands: Shown, body: dict[str, Any], unsaid: Sequence[str]) -> list[str]:
    """What of a meter a row says otherwise; what it does not say is as it is."""
    names = ("medium", "home", "asset", "device", *(() if unsaid else ("installed_at",)))
    found = [name for name in names if body.get(name) and body[name] != stands.get(name)]
    registers = by("obis", stands["registers"])
    for each in body["registers"]:
        there = registers.get(each["obis"])
        if there is None:
            found.append("register")
            continue
        found += [name for name, value in each.items() if _plain(there.get(name)) != _plain(value)]
    if len(body["registers"]) != len(registers) and "register" not in found:
        found.append("number of registers")
    return list(dict.fromkeys(found))


def _plain(value: object) -> object:
    if isinstance(value, bool) or value is None:
        return value
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return value


def _tariffs(made: Plan, found: Iterable[Record]) -> None:
    stand = {(each["medium"], each["valid_from"]): each for each in made.standing.tariffs}
    for record in found:
        if record.odd:
            made.refuse(record, *record.odd)
            continue
        key = (record.body["medium"], record.body["valid_from"])
        stands = stand.get(key)
        if stands is None:
            stand[key] = record.body
            made.add(record, "keep", "new", asks=(Ask("POST", made.at("utilities", "tariffs"), record.body),))
        elif _tariff(stands) == _tariff(record.body):
            made.add(record, "same")
        else:
            made.refuse(record, f"another tariff of {key[0]} begins on {key[1]}")


def _tariff(shown: Shown) -> Tariff:
    known = {name: value for name, value in shown.items() if value is not None}
    return Tariff.model_validate_json(dumps(known))
