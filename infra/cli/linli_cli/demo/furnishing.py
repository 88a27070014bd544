"""Makes the demo neighbourhood through the real front doors, as often as you like: what is there stays."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

from linli_cli.cloud import Cloud
from linli_cli.demo import neighbourhood
from linli_cli.demo.neighbourhood import Community
from linli_cli.deploy.stacks import function_name
from linli_cli.devices.device_files import kept
from linli_cli.devices.registering import Registrar
from linli_cli.errors import CommandError
from linli_cli.operate import addresses
from linli_cli.operate.front_door import FrontDoor
from linli_cli.operate.invoking import invoke

THREADS = 2  # more would make the local cloud start more workers, each of which costs a second
SOON_S = 60.0  # until every service has heard of what another did; the first time all functions start cold
NOT_FOUND = 404
TAKEN = "id_taken"


@dataclass
class Furnishing:
    """One run: what it knows, and how many things it made. `say` gets a line of progress."""

    cloud: Cloud
    door: FrontDoor
    broker: addresses.Mqtt | None
    say: Callable[[str], None]
    made: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Companies and officials by operations, the rest by the people themselves."""
        self.say("companies")
        for company in neighbourhood.companies():
            operator, name = neighbourhood.operator_of(company), neighbourhood.CALLED[company]
            self.operations("onboard", {"company": company, "name": name, "operator": operator})
        for district, person in neighbourhood.officials().items():
            self.operations("appoint_official", {"sub_district": district, "person": person})
        communities = neighbourhood.communities()
        with ThreadPoolExecutor(THREADS) as pool:
            for what, step in (
                ("communities and buildings", self.buildings),
                ("people", self.people),
                ("devices", self.devices),
                ("gates and credentials", self.access),
                ("repairers", self.maintenance),
                ("meters", self.utilities),
                ("those who are watched over", self.care),
            ):
                self.say(what)
                tasks = [task for community in communities for task in step(community)]
                list(pool.map(lambda task: task(), tasks))

    def operations(self, action: str, request: dict[str, str]) -> None:
        """What only operations may do, by invoking the function."""
        answer = invoke(self.cloud, function_name(self.cloud.stage, "directory", action), request).body
        if isinstance(answer, dict) and isinstance(answer.get("status"), int):
            if answer.get("code") == TAKEN:  # an older version had given it another name
                return
            said = answer.get("detail") or answer.get("title")
            raise CommandError(f"directory/{action} refuses {request}: {said}")

    def buildings(self, community: Community) -> Iterable[Callable[[], None]]:
        """The community, its building, its units; the first two before anything else."""
        at = f"/directory/communities/{community.id}"
        operator = community.operator
        standing = self.door.ask(operator, "GET", at, accept=(200, NOT_FOUND))
        if standing.status == NOT_FOUND:
            path = f"/directory/companies/{community.company}/communities"
            self.make(operator, "POST", path, community.profile)
        elif standing.body["name"] == community.id.title():  # as an older version had named it
            named = {"version": standing.body["version"], "name": community.profile["name"]}
            self.make(operator, "PATCH", at, named)
        buildings = {each["building"] for each in self.door.pages(operator, f"{at}/buildings")}
        if neighbourhood.BUILDING not in buildings:
            building = {"building": neighbourhood.BUILDING, "name": neighbourhood.BUILDING_NAME}
            self.make(operator, "POST", f"{at}/buildings", building)
        units = f"{at}/buildings/{neighbourhood.BUILDING}/units"
        there = {each["unit"] for each in self.door.pages(operator, units)}
        for unit in neighbourhood.UNITS:
            if unit not in there:
                called = f"{neighbourhood.STAIRCASE}{unit}"
                body = {"unit": unit, "name": called, "area_m2": neighbourhood.AREA_M2}
                yield partial(self.make, operator, "POST", units, body)

    def people(self, community: Community) -> Iterable[Callable[[], None]]:
        """Everybody's record and membership: the operator enters the manager, who enters the others."""
        at = f"/directory/communities/{community.id}"
        operator = community.operator
        records = {each["person"]: each for each in self.door.pages(operator, f"{at}/people")}
        members = {each["person"]: each for each in self.door.pages(operator, f"{at}/memberships")}
        for person in community.people:
            asker = operator if person.role == "manager" else community.manager
            wanted = {**person.membership, "person": person.id}
            steps = []
            if differs(members.get(person.id), wanted):
                steps.append((f"{at}/memberships/{person.id}", person.membership))
            if differs(records.get(person.id), person.record):
                steps.append((f"{at}/people/{person.id}", person.record))
            if person.role == "manager":
                self.put_all(asker, steps)
            elif steps:
                yield partial(self.put_all, asker, steps)

    def devices(self, community: Community) -> Iterable[Callable[[], None]]:
        """Gates and the thermometer, each with a key and certificate in its folder."""
        for device, kind in community.devices.items():
            yield partial(self.device, community, device, kind)

    def device(self, community: Community, device: str, kind: str) -> None:
        files = kept(device)
        files.folder.mkdir(parents=True, exist_ok=True)
        registrar = Registrar(self.door, self.broker, community.manager, community.id)
        if registrar.ensure(files, kind):
            self.made.append(device)
        else:
            registrar.renew(device)  # an older version may have registered it

    def access(self, community: Community) -> Iterable[Callable[[], None]]:
        """What access has to know: where gates lead, and what residents show at them."""
        at = f"/access/communities/{community.id}"
        gates = {each["gate"]: each for each in self.door.pages(community.manager, f"{at}/gates")}
        for gate, set_up in community.gates.items():
            if differs(gates.get(gate), set_up):
                yield partial(self.make, community.manager, "PUT", f"{at}/gates/{gate}", set_up)
        for person in {each.person: None for each in community.credentials}:
            yield partial(self.credentials, community, person)

    def credentials(self, community: Community, person: str) -> None:
        """A person's credentials. Access hears of the person by an event: it is asked until it has."""
        path = f"/access/communities/{community.id}/people/{person}/credentials"
        listed = self.door.ask(community.manager, "GET", path, deadline_s=SOON_S).body["items"]
        kinds = {each["kind"] for each in listed}
        for each in community.credentials:
            if each.person == person and each.kind not in kinds:
                self.make(community.manager, "POST", path, each.body)

    def maintenance(self, community: Community) -> Iterable[Callable[[], None]]:
        """What repairers can do. Maintenance hears of them by an event, before or after."""
        at = f"/maintenance/communities/{community.id}/repairers"
        there = {each["person"]: each for each in self.door.pages(community.manager, at)}
        for person, set_up in community.repairers.items():
            if differs(there.get(person), set_up):
                yield partial(self.make, community.manager, "PUT", f"{at}/{person}", set_up)

    def utilities(self, community: Community) -> Iterable[Callable[[], None]]:
        """The meters of homes."""
        at = f"/utilities/communities/{community.id}/meters"
        there = {each["meter"] for each in self.door.pages(community.manager, at)}
        for meter, body in community.meters.items():
            if meter not in there:
                yield partial(self.make, community.manager, "POST", at, body)

    def care(self, community: Community) -> Iterable[Callable[[], None]]:
        """Who is watched over, and who is on duty for them."""
        at = f"/care/communities/{community.id}"
        there = {each["person"] for each in self.door.pages(community.manager, f"{at}/watches")}
        for person, set_up in community.watches.items():
            if person not in there:
                yield partial(self.make, community.manager, "PUT", f"{at}/watches/{person}", set_up)
        on_duty = self.door.ask(community.manager, "GET", f"{at}/duty_roster").body["items"]
        there = {each["person"] for each in on_duty}
        for person, line in community.roster.items():
            if person not in there:
                path = f"{at}/duty_roster/{person}"  # care hears of them by an event
                yield partial(self.make, community.manager, "PUT", path, line, SOON_S)

    def put_all(self, asker: str, steps: Iterable[tuple[str, Any]]) -> None:
        for path, body in steps:
            self.make(asker, "PUT", path, body)

    def make(self, person: str, method: str, path: str, body: Any, deadline_s: float = 0.0) -> None:
        key = uuid4().hex  # so that it may be asked again
        self.door.ask(person, method, path, body, key=key, deadline_s=deadline_s)
        self.made.append(path)


def differs(standing: dict[str, Any] | None, wanted: dict[str, Any]) -> bool:
    """Whether something has to be written: it is not there, or not as wanted."""
    return standing is None or any(standing.get(name) != value for name, value in wanted.items())
