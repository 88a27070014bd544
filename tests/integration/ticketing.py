"""Willow's tickets as tests use them: report, move, let time pass, be told."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from chalice.app import Chalice

from linli.events import Fact
from linli.vocabulary.directory import MembershipChanged
from tests.integration.conftest import Http, Invoke
from tests.integration.gateway import NOW, Answer
from tests.integration.messages import batch, told
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT, member

TICKETS = "/communities/willow/tickets"
TAP: dict[str, Any] = {"category": "plumbing", "description": "漏水", "building": "b1", "unit": "101"}
NEIGHBOUR = member("willow-resident-2", "willow", "resident")


def worker(number: int) -> dict[str, Any]:
    return member(f"willow-repairer-{number}", "willow", "repairer")


@dataclass
class Desk:
    """The maintenance of willow."""

    app: Chalice
    http: Http
    invoke: Invoke
    facts: "count[int]" = field(default_factory=lambda: count(1))

    def asked(self, method: str, path: str, asker: dict[str, Any] = WILLOW_MANAGER, **more: Any) -> Answer:
        return self.http(self.app, method, f"/communities/willow/{path}", **more, **asker)

    def post(self, asker: dict[str, Any] = WILLOW_RESIDENT, at: datetime = NOW, **body: Any) -> Answer:
        sent = {name: value for name, value in (TAP | body).items() if value is not None}
        return self.asked("POST", "tickets", asker, body=sent, now=at)

    def report(self, asker: dict[str, Any] = WILLOW_RESIDENT, at: datetime = NOW, **body: Any) -> str:
        """The id of a new ticket."""
        answer = self.post(asker, at, **body)
        assert answer.status == 201, answer
        return str(answer.body["ticket"])

    def move(
        self, ticket: str, asker: dict[str, Any], command: str, at: datetime = NOW, **body: Any
    ) -> Answer:
        path = f"tickets/{ticket}/transitions"
        return self.asked("POST", path, asker, body={"command": command} | body, now=at)

    def moved(
        self, ticket: str, asker: dict[str, Any], *commands: str, at: datetime = NOW, **body: Any
    ) -> None:
        """Each of the commands, all of which have to go well."""
        for command in commands:
            answer = self.move(ticket, asker, command, at, **body)
            assert answer.status == 200, answer

    def show(self, ticket: str, asker: dict[str, Any] = WILLOW_MANAGER) -> dict[str, Any]:
        return dict(self.asked("GET", f"tickets/{ticket}", asker).body)

    def lines(self, ticket: str) -> list[dict[str, Any]]:
        return list(self.asked("GET", f"tickets/{ticket}/timeline").body["items"])

    def course(self, ticket: str) -> list[str]:
        return [each["command"] for each in self.lines(ticket)]

    def needs(self) -> list[tuple[str, str]]:
        """What stands in the queue of staff, in order: ticket and need."""
        items = self.asked("GET", "escalations").body["items"]
        return [(each["ticket"], each["need"]) for each in items]

    def rates(self, month: str) -> dict[str, Any]:
        return dict(self.asked("GET", "ticket_rates", query={"month": month}).body)

    def set_up(self, number: int, *, on_duty: bool, skills: tuple[str, ...] = ("plumbing",)) -> Answer:
        body = {"skills": [*skills], "building": "b1", "on_duty": on_duty}
        return self.asked("PUT", f"repairers/willow-repairer-{number}", body=body)

    def hear(self, *facts: Fact, at: datetime = NOW) -> None:
        """Let the service take facts in."""
        messages = [told(fact, f"fact-{next(self.facts)}", at) for fact in facts]
        assert self.invoke(self.app, "community", batch(*messages))["batchItemFailures"] == []

    def are(
        self, person: str, *roles: str, version: int, home: str | None = None, at: datetime = NOW
    ) -> None:
        """Let the directory say what somebody is."""
        homes = [home] if home else []
        fact = MembershipChanged(
            community="willow", person=person, roles=[*roles], home=home, homes=homes, version=version
        )
        self.hear(fact, at=at)

    def tick(self, at: datetime) -> str:
        """A minute."""
        event = {
            "version": "0", "id": "tick", "detail-type": "Scheduled Event", "source": "aws.events",
            "account": "123456789012",
            "time": at.isoformat(), "region": "eu-west-1", "resources": [], "detail": {},
        }  # fmt: skip
        return str(self.invoke(self.app, "clocks", event)["outcome"])
