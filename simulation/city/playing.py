"""Communities live through months: what is said to be wrong, what people do about it, what the clocks do.

Virtual time: each thing has its moment, and the next one is taken; nothing waits for a clock. The minute
schedule runs at the minutes at which something is due, as rows were heard to say, and at no other. What
people do follows from the tickets as they are written, which their apps would show.

Each community draws from chances of its own, so that it lives the same life whoever plays it beside which.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from math import inf
from random import Random
from time import perf_counter
from typing import Any

from functions.maintenance.people.models import SetUp
from functions.maintenance.reports.models import Skill
from functions.maintenance.tickets.models import DROPPED, OPEN
from linli.events import Fact
from simulation.city.cases import TENTHS, Agenda, Case, Span, Tenth, Told
from simulation.city.communities import Community, told_of
from simulation.city.people import People
from simulation.city.reporting import WORDS, Said
from simulation.city.service import Answer, Asker, Maintenance, Spent
from simulation.city.weather import ZONE

MINUTE = timedelta(minutes=1)
RUNS_OUT = timedelta(days=60)  # after the last report, until all is over
TIDIES_AFTER_MINUTES = (20.0, 60.0)  # a manager sees that many have reported the same
TIDIES_AGAIN = timedelta(hours=3)
LISTS_AFTER, LISTED_AGAIN = timedelta(minutes=5), timedelta(hours=1)
LEAVE = timedelta(days=5)
FEWEST_FOR_LEAVE = 4
OK, MADE, CONFLICT = 200, 201, 409
SAY_EVERY_S = 1.0


class Play:
    """Some of a city's communities, played together. `reached`: how far in time."""

    def __init__(self, seed: int, span: Span, service: Maintenance) -> None:
        self.seed, self.span, self.service = seed, span, service
        self.agenda = Agenda()
        self.people = People(self)
        self.cases: dict[str, Case] = {}
        self.told = Told()
        self.course: list[tuple[datetime, float, int]] = []
        self.others = Spent()
        self.clocks = Spent()
        self.reached = self.swept_at = span.begins
        self.sweeps = 0
        self.states: Counter[str] = Counter()
        self.away: set[str] = set()
        self.by_name: dict[str, Community] = {}
        self._keys: dict[str, str] = {}
        self._tidied: set[str] = set()
        self._opened: Counter[str] = Counter()
        self._listed: dict[str, datetime] = {}

    # What others have said before the first report, and all that will be said.

    def furnish(self, told: Community, said: Sequence[Said]) -> None:
        """Let a community be known, and plan all that will be said in it."""
        self.by_name[told.name] = told
        before = self.span.begins - timedelta(days=1)
        self.service.chance(f"{told.name}/furnish")
        homes = dict.fromkeys((each.building, each.unit) for each in said if each.building and each.unit)
        facts: list[tuple[Fact, str]] = [
            (fact, f"{told.name}-{number}") for number, fact in enumerate(told_of(told, homes))
        ]
        self.service.tell("community", facts, before)
        for number, (person, skills) in enumerate(told.staff):
            self._set_up(told, person, skills, f"b{number % told.buildings + 1}", before)
        wanted = {"hotline": told.hotline, "name": "12345"}
        made = self.service.ask(_manager(told), "POST", "hotlines", before, wanted)
        self._keys[told.name] = str(_as_wanted(made, MADE).body["api_key"])
        self._note(before)
        for each in said:
            self.agenda.plan(each.at, told.name, partial(self._said, told, each))
        self._plan_leaves(told)
        self._plan_rates(told)

    def _set_up(
        self,
        told: Community,
        person: str,
        skills: Sequence[Skill],
        building: str,
        at: datetime,
        *,
        duty: bool = True,
    ) -> None:
        body = SetUp(skills=[*skills], building=building, on_duty=duty).model_dump(mode="json")
        path = "repairers/{person}"
        _as_wanted(self.service.ask(_manager(told), "PUT", path, at, body, person=person), OK)

    def _plan_leaves(self, told: Community) -> None:
        """Each of the repairers is away for some days, one after the other, where there are enough."""
        draw = Random(f"{self.seed}/{told.name}/leaves")  # noqa: S311  nothing secret hangs on it
        if len(told.repairers) < FEWEST_FOR_LEAVE:
            return
        at = self.span.begins + timedelta(days=draw.randint(3, 20), hours=1)
        for number, (person, skills) in enumerate(told.staff[: len(told.repairers)]):
            building = f"b{number % told.buildings + 1}"
            if at + LEAVE > self.span.ends:
                return
            leaves, returns = (
                partial(self._on_duty, told, person, skills, building, duty=duty) for duty in (False, True)
            )
            self.agenda.plan(at, told.name, partial(leaves, at))
            self.agenda.plan(at + LEAVE, told.name, partial(returns, at + LEAVE))
            at += timedelta(days=draw.randint(10, 25))

    def _on_duty(
        self,
        told: Community,
        person: str,
        skills: Sequence[Skill],
        building: str,
        at: datetime,
        *,
        duty: bool,
    ) -> None:
        (self.away.discard if duty else self.away.add)(person)
        self._set_up(told, person, skills, building, at, duty=duty)

    def _plan_rates(self, told: Community) -> None:
        """On the first of a month the manager asks how the last one was."""
        day = self.span.begins.astimezone(ZONE)
        while day < self.span.ends:
            month = f"{day:%Y-%m}"
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1, hour=9)
            self.agenda.plan(day, told.name, partial(self._asks_for_rates, told, month, day))

    def _asks_for_rates(self, told: Community, month: str, at: datetime) -> None:
        _as_wanted(self.service.ask(_manager(told), "GET", "ticket_rates", at, query={"month": month}), OK)

    # Time.

    def run(self, say: Callable[["Play"], None] = lambda _: None, most_s: float = inf) -> None:
        """Play until all is over; after so many seconds nothing more is reported. `say` is called each second
        or so.
        """
        started = now = said = perf_counter()
        while (at := self._next_at()) is not None and at < self.span.ends + RUNS_OUT:
            if now - started > most_s and at < self.span.ends:
                self.span.ends = at
            if at >= self.span.ends and not self.states:
                self._take_stock(now - started)
            self._act(at)
            now = perf_counter()
            if now - said > SAY_EVERY_S:
                said = now
                self._look_back(now - started)
                say(self)
        if not self.states:
            self._take_stock(now - started)
        say(self)

    def _take_stock(self, wall_s: float) -> None:
        self.states.update(case.state for case in self.cases.values())
        self._look_back(wall_s)

    def _look_back(self, wall_s: float) -> None:
        self.course.append((self.reached, wall_s, self.service.ear.puts))

    def _next_at(self) -> datetime | None:
        """When the next thing happens; None when nothing is left."""
        moments = [each for each in (self._next_minute(), self.agenda.next_at()) if each is not None]
        return min(moments, default=None)

    def _next_minute(self) -> datetime | None:
        """The minute at which the schedule next finds something due."""
        due = self.service.ear.next_due()
        return None if due is None else max(_whole_minute(due), self.swept_at + MINUTE)

    def _act(self, at: datetime) -> None:
        """Let the next thing happen: of two at one moment, the clocks' first."""
        self.reached = at
        if self._next_minute() == at:
            self.sweeps += 1
            self.swept_at = at
            self.service.minute(at)
            self.clocks.add(self.service.spent)
        else:
            _, community, number, action = self.agenda.take()
            self.service.chance(f"{community}/{number}")
            action()
        self._note(at)

    # What was written, which apps show; what it took.

    def _note(self, at: datetime) -> None:
        """See what was written by what has just happened, and publish its facts."""
        self.service.publish()
        ear = self.service.ear
        tickets, ear.tickets = ear.tickets, []
        joined, ear.joined = ear.joined, []
        for ticket in tickets:
            self._see(ticket, at)
        for ticket_id, incident in joined:
            self._joins(self.cases[ticket_id], incident, at)
        pushed, ear.pushed = ear.pushed, set()
        for name in sorted(pushed):
            self._hears(self.by_name[name], at)
        self._spend()

    def _see(self, ticket: dict[str, Any], at: datetime) -> None:
        case = self.cases.get(ticket["ticket"])
        if case is None:
            case = self._new_case(ticket)
            self.people.opened(case, at)
            self.people.see(case, at)
            return
        before, case.shown = case.shown, ticket
        if (before["state"], before["repairer"], before["kind"]) != (
            ticket["state"],
            ticket["repairer"],
            ticket["kind"],
        ):
            self.people.see(case, at)

    def _new_case(self, ticket: dict[str, Any]) -> Case:
        self._opened[ticket["community"]] += 1
        number = self._opened[ticket["community"]]
        case = Case(
            ticket=ticket["ticket"],
            number=number,
            community=self.by_name[ticket["community"]],
            draw=Random(f"{self.seed}/{ticket['community']}/{number}"),  # noqa: S311  nothing secret hangs on it
            created_at=datetime.fromisoformat(ticket["created_at"]),
            shown=ticket,
        )
        self.cases[case.ticket] = case
        return case

    def _spend(self) -> None:
        """Lay what was spent on the tickets that it was about."""
        spent, self.service.spent = self.service.spent, Spent()
        concerned, self.service.ear.concerned = self.service.ear.concerned, set()
        about = [self.cases[each] for each in concerned if each in self.cases]
        for case in about:
            case.spent.add(spent, 1 / len(about))
        if not about:
            self.others.add(spent)

    def tenths(self) -> list[Tenth]:
        """What the tickets took, by the tenth of the time in which they were opened."""
        found = [Tenth() for _ in range(TENTHS)]
        for case in self.cases.values():
            tenth = found[self.span.tenth(case.created_at)]
            tenth.tickets += 1
            tenth.spent.add(case.spent)
        before = 0.0
        for at, wall_s, rows in self.course:
            if at <= self.span.ends:
                tenth = found[self.span.tenth(at)]
                tenth.wall_s, tenth.rows, before = tenth.wall_s + wall_s - before, rows, wall_s
        return found

    # What is said.

    def _said(self, told: Community, said: Said) -> None:
        if said.at >= self.span.ends:
            return
        if said.fact is not None:
            self._device(told, said, said.at)
        elif said.source == "hotline":
            self._hotline(told, said, said.at)
        else:
            self._resident(told, said, said.at)

    def _resident(self, told: Community, said: Said, at: datetime, *, again: bool = False) -> None:
        asker = Asker(told.name, f"{told.name}-r-{said.building}-{said.unit or said.number}", "resident")
        body = {
            "kind": said.kind, "category": said.category, "description": WORDS[said.category],
            "building": said.building,
        }  # fmt: skip
        body |= {"unit": said.unit} if said.unit else {}
        answer = self.service.ask(asker, "POST", "tickets", at, body, key=f"report-{said.number}")
        self._answered(told, said, at, str(_as_wanted(answer, MADE).body["ticket"]), again=again)

    def _hotline(self, told: Community, said: Said, at: datetime, *, again: bool = False) -> None:
        code = said.category if said.kind == "repair" else f"{said.kind}-{said.category}"
        form = {"service_code": code, "description": f"{WORDS[said.category]}（{said.number}）"}
        place = f"{said.building}/{said.unit}" if said.unit else str(said.building)
        form |= {"address_id": place, "api_key": self._keys[told.name]}
        answer = _as_wanted(self.service.open311(told.name, form, at), MADE)
        self._answered(told, said, at, str(answer.body[0]["service_request_id"]), again=again)

    def _answered(self, told: Community, said: Said, at: datetime, ticket: str, *, again: bool) -> None:
        before = self.told.tickets.setdefault((told.name, said.number), ticket)
        if before != ticket:
            self.told.wrong.append(
                f"{told.name}, report {said.number}: sent again it became {ticket}, not {before}"
            )
        if again:
            self.told.again[said.source] += 1
        elif said.twice is not None:
            say = self._hotline if said.source == "hotline" else self._resident
            later = at + said.twice
            self.agenda.plan(later, told.name, partial(say, told, said, later, again=True))

    def _device(self, told: Community, said: Said, at: datetime, *, again: bool = False) -> None:
        assert said.fact is not None  # noqa: S101  devices tell facts
        (outcome,) = self.service.tell(
            "proactive_ticket", [(said.fact, f"{told.name}-said-{said.number}")], at
        )
        self.told.device[outcome] += 1
        if again and outcome not in {"duplicate", "not_ours"}:
            self.told.wrong.append(f"{told.name}, fact {said.number}: told again it is {outcome}")
        if not again and said.twice is not None:
            later = at + said.twice
            self.agenda.plan(later, told.name, partial(self._device, told, said, later, again=True))

    # What people do.

    def move(self, case: Case, asker: Asker, command: str, at: datetime, **body: Any) -> Answer:
        """Give a command; one that somebody was faster than is refused, and shows how it stands."""
        path, wanted = "tickets/{ticket}/transitions", {"command": command, **body}
        answer = self.service.ask(asker, "POST", path, at, wanted, ticket=case.ticket)
        if answer.status != OK:
            self.told.refused[f"{command}: {answer.status}"] += 1
            if answer.status != CONFLICT:
                self.told.wrong.append(
                    f"{case.ticket}: {command} was answered {answer.status}: {answer.body}"
                )
        return answer

    def look(self, case: Case, asker: Asker, at: datetime, *, course: bool = False) -> None:
        """Look at a ticket, or at its course."""
        path = "tickets/{ticket}/timeline" if course else "tickets/{ticket}"
        _as_wanted(self.service.ask(asker, "GET", path, at, ticket=case.ticket), OK)

    def _hears(self, told: Community, at: datetime) -> None:
        """A manager who is sent messages lists what has to be seen to, once an hour."""
        when = at + LISTS_AFTER
        if when >= self._listed.get(told.name, when):
            self._listed[told.name] = when + LISTED_AGAIN
            self.agenda.plan(when, told.name, partial(self._lists, told, when))

    def _lists(self, told: Community, at: datetime) -> None:
        _as_wanted(self.service.ask(_manager(told), "GET", "escalations", at), OK)

    def _joins(self, case: Case, incident: str, at: datetime) -> None:
        case.incident = incident
        if incident in self._tidied:
            return
        self._tidied.add(incident)
        first = self.cases[incident]
        draw = Random(f"{self.seed}/{first.community.name}/{first.number}/incident")  # noqa: S311  nothing secret hangs on it
        when = at + timedelta(minutes=draw.uniform(*TIDIES_AFTER_MINUTES))
        for each in (when, when + TIDIES_AGAIN):
            self.agenda.plan(each, case.community.name, partial(self._tidies, case.community, incident, each))

    def _tidies(self, told: Community, incident: str, at: datetime) -> None:
        """A manager lists the outages, and marks the others of one as duplicates of its first ticket."""
        listed = _as_wanted(self.service.ask(_manager(told), "GET", "incidents", at), OK).body["items"]
        tickets: list[str] = next((each["tickets"] for each in listed if each["incident"] == incident), [])
        for ticket in tickets:
            case = self.cases[ticket]
            stands = self.cases[incident].state not in DROPPED
            if ticket != incident and case.state in OPEN and stands:
                self.move(case, _manager(told), "mark_duplicate", at, duplicate_of=incident)
                self._note(at)


def _manager(told: Community) -> Asker:
    return Asker(told.name, told.manager, "manager")


def _as_wanted(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise AssertionError(f"answered {answer.status}: {answer.body}")
    return answer


def _whole_minute(at: datetime) -> datetime:
    """The minute that is not before an instant."""
    floor = at.replace(second=0, microsecond=0)
    return floor if floor == at else floor + MINUTE
