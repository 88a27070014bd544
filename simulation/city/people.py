"""What people do with a ticket that has come to them: repairers, managers, reporters."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from functions.maintenance.tickets.models import OPEN, WAITING
from linli.vocabulary.maintenance import Priority
from simulation.city import habits
from simulation.city.cases import Agenda, Case
from simulation.city.communities import Community
from simulation.city.service import Answer, Asker
from simulation.city.weather import ZONE

CANCELS, RECATEGORISES, TRANSFERS, LOOKS = 0.02, 0.015, 0.004, 0.3
NIGHT_ENDS = timedelta(hours=habits.DAY_BEGINS)
SYNONYMS = {"plumbing": "structure", "door": "electrical", "other": "cleaning", "electrical": "door"}


class Desk(Protocol):
    """Where people ask for things."""

    agenda: Agenda
    away: set[str]

    def move(self, case: Case, asker: Asker, command: str, at: datetime, **body: Any) -> Answer:
        """Give a command about a ticket."""

    def look(self, case: Case, asker: Asker, at: datetime, *, course: bool = False) -> None:
        """Look at a ticket, or at its course."""


class People:
    """Those around the tickets of all communities, each ticket with chances of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._reactions: dict[str, Callable[[Case, datetime], None]] = {
            "dispatched": self._offered,
            "accepted": self._accepted,
            "arrived": self._arrived,
            "paused": self._paused,
            "done": self._done,
            "rated": self._rated,
        }

    def see(self, case: Case, at: datetime) -> None:
        """A ticket has come to another state, or other hands."""
        case.turn += 1
        if case.state in WAITING:
            self._waits(case, at)
        elif case.state in self._reactions:
            self._reactions[case.state](case, at)

    def opened(self, case: Case, at: datetime) -> None:
        """A ticket is new: some are withdrawn, put right, or passed on."""
        when, chance = at + timedelta(minutes=case.draw.uniform(2, 40)), case.draw.random()
        becomes = SYNONYMS.get(case.shown["category"]) if case.is_repair else None
        if chance < CANCELS:
            if case.shown["source"] == "person":
                self._plan(case, when, lambda now: self._cancels(case, now))
        elif chance < CANCELS + RECATEGORISES:
            if becomes is not None:
                self._plan(case, when, lambda now: self._puts_right(case, now, becomes))
        elif chance < CANCELS + RECATEGORISES + TRANSFERS:
            self._plan(case, when, lambda now: self._passes_on(case, now))

    def _plan(self, case: Case, at: datetime, act: Callable[[datetime], None]) -> None:
        self.desk.agenda.plan(at, case.community.name, lambda: act(at))

    def _next(self, case: Case, at: datetime, asker: Asker, command: str, **body: Any) -> None:
        """Plan a command, unless the ticket comes to something else before."""
        turn = case.turn

        def act(now: datetime) -> None:
            if case.turn == turn:
                self.desk.move(case, asker, command, now, **body)

        self._plan(case, at, act)

    def _waits(self, case: Case, at: datetime) -> None:
        if not case.is_repair:
            self._next(case, habits.manager_takes_on(case.draw, at), case.manager, "accept")

    def _offered(self, case: Case, at: datetime) -> None:
        said = habits.answer(case.draw, at, on_call=self._on_call(case, at))
        if said is not None:
            self._next(case, said[1], case.holder, said[0])

    def _on_call(self, case: Case, at: datetime) -> bool:
        person = case.holder.person
        return person == on_call(case.community, at, self.desk.away) or person in dict(
            case.community.contractors
        )

    def _accepted(self, case: Case, at: datetime) -> None:
        if not case.is_repair:
            self._next(case, habits.manager_is_done(case.draw, at), case.holder, "finish", note="已答复")
            return
        if case.draw.random() < LOOKS:
            self.desk.look(case, case.reporter, at)
        self._next(case, habits.arrival(case.draw, self._priority(case), at), case.holder, "arrive")

    def _arrived(self, case: Case, at: datetime) -> None:
        pause = None if case.paused else habits.pause(case.draw, case.shown["category"], at)
        if pause is None:
            when = habits.done(case.draw, case.shown["category"], self._priority(case), at)
            self._next(case, when, case.holder, "finish", note="修好了")
            return
        reason, begins, case.resumes_at = pause
        case.paused = True
        self._next(case, begins, case.holder, "pause", reason=reason)

    def _paused(self, case: Case, at: datetime) -> None:
        self._next(case, max(case.resumes_at or at, at), case.holder, "resume")

    def _done(self, case: Case, at: datetime) -> None:
        if case.draw.random() < LOOKS:
            self.desk.look(case, case.reporter, at, course=True)
        told = habits.rating(case.draw, at, by_manager=case.reporter.role == "manager")
        if told is not None:
            when, case.rating = told
            said = {"score": case.rating.score, "resolved": case.rating.resolved}
            self._next(case, when, case.reporter, "rate", **said)

    def _rated(self, case: Case, at: datetime) -> None:
        if case.rating is not None and case.rating.reopens:
            case.rating = None
            when = at + timedelta(minutes=case.draw.uniform(2, 90))
            self._next(case, when, case.reporter, "reopen", note="还没修好")

    def _cancels(self, case: Case, now: datetime) -> None:
        if case.state in {*WAITING, "dispatched"}:
            self.desk.move(case, case.reporter, "cancel", now, note="不用了")

    def _puts_right(self, case: Case, now: datetime, becomes: str) -> None:
        if case.state in OPEN:
            self.desk.move(case, case.manager, "recategorise", now, category=becomes)

    def _passes_on(self, case: Case, now: datetime) -> None:
        if case.state in OPEN:
            self.desk.move(case, case.manager, "transfer", now, to="供电所")

    @staticmethod
    def _priority(case: Case) -> Priority:
        found: Priority = case.shown["priority"]
        return found


def on_call(told: Community, at: datetime, away: set[str]) -> str | None:
    """Who has the night; the next one for who is away."""
    day = (at.astimezone(ZONE) - NIGHT_ENDS).toordinal()
    turns = (told.on_call(day + number) for number in range(len(told.repairers)))
    return next((each for each in turns if each not in away), None)
