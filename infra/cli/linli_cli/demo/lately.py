"""What has happened in the demo's first community lately, up to this minute: something to see on every page.

Tickets in all states, some late and one an emergency; somebody who was helped, and a duty that is left of
it; who came through the gates today; visitors who are expected; what homes use, and a reading that nobody
believes; bills of the last months, paid and due; a device whose battery is low.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from linli.instants import to_text
from linli.vocabulary.utilities import BillIssued
from linli_cli.demo import neighbourhood
from linli_cli.demo.past import Asked, Message, Past
from linli_cli.errors import CommandError

COMMUNITY = neighbourhood.WATCHED
BUILDING = neighbourhood.BUILDING
DAYS = 14  # of readings
TRIES = 3  # a clock of the ticket may be faster
WATER, ENERGY = "8-0:1.0.0", "1-0:1.8.0"
SKIPPED_DAY = 4  # days ago, a dial seems to have jumped
MONTHS = 3  # of bills before those that are due
FIRST_FEN, MORE_FEN = 3580, 1207
Step = tuple[float, str, str, dict[str, Any]]  # minutes after the report, who, which command, particulars


@dataclass(frozen=True)
class Story:
    """A ticket and what became of it. `ago`: hours. `steps`: who `repairer` is, the ticket says."""

    ago: float
    reporter: str
    category: str
    text: str
    steps: tuple[Step, ...] = ()
    kind: str = "repair"
    in_the_building: bool = False


ACCEPT: Step = (4, "repairer", "accept", {})
ARRIVE: Step = (45, "repairer", "arrive", {"note": "已到现场"})
FINISH: Step = (80, "repairer", "finish", {"note": "已修好，请检查"})
STORIES = (
    Story(
        148, "resident-3", "plumbing", "厨房水槽下面的水管漏水，柜子都湿了",
        (ACCEPT, ARRIVE, FINISH, (400, "resident-3", "rate", {"score": 5, "resolved": True})),
    ),
    Story(
        121, "resident-2", "electrical", "客厅的插座没有电",
        (ACCEPT, ARRIVE, FINISH, (300, "resident-2", "rate", {"score": 4, "resolved": True})),
    ),
    Story(97, "resident-4", "plumbing", "卫生间花洒出水很小", (ACCEPT, ARRIVE, FINISH)),
    Story(74, "resident-5", "door", "单元门关门声音很大", (ACCEPT, ARRIVE, FINISH), in_the_building=True),
    Story(
        50, "resident-4", "lift", "电梯三楼的按钮按了没有反应",
        (ACCEPT, ARRIVE, (90, "repairer", "pause", {"reason": "awaiting_parts", "note": "按钮面板已订货"})),
        in_the_building=True,
    ),
    Story(
        49, "resident-1", "noise", "楼上夜里还在装修", ((30, "manager-1", "accept", {"note": "已联系楼上"}),),
        kind="complaint",
    ),
    Story(26, "resident-2", "power", "二楼楼道的灯不亮，老人走路不安全", (ACCEPT,), in_the_building=True),
    Story(5, "resident-3", "plumbing", "马桶堵了，水排不下去", (ACCEPT, (50, "repairer", "arrive", {}))),
    Story(3, "resident-4", "structure", "阳台窗户的把手掉了，关不上"),
    Story(1.5, "resident-5", "service", "亲戚周末来，临时停车怎么收费？", kind="enquiry"),
    Story(0.2, "resident-5", "gas", "厨房有燃气的味道，已经关了阀门并开窗"),
)  # fmt: skip
PASSES = (  # minutes ago, whose card, which gate
    (1150, "resident-2", 1), (1100, "resident-4", 1), (1010, "resident-3", 1), (640, "resident-2", 2),
    (610, "resident-3", 2), (585, "resident-4", 2), (400, "resident-5", 2), (330, "resident-5", 1),
    (240, "resident-1", 2), (205, "resident-1", 1), (95, "resident-3", 1), (40, "resident-2", 1),
    (12, "nobody", 1),
)  # fmt: skip


@dataclass
class Lately:
    """One telling: `now`, and where it is told."""

    past: Past
    now: datetime

    @property
    def parts(self) -> dict[str, Callable[[], None]]:
        """What is told, part by part. Each raises CommandError."""
        told = (self.tickets, self.gates, self.visitors, self.help, self.meters, self.bills, self.devices)
        return {each.__name__: each for each in told}

    def tickets(self) -> None:
        """What residents reported in the last days."""
        for story in STORIES:
            self.ticket(story)

    def ask(
        self, service: str, person: str, what: str, body: Any = None, *, ago: timedelta, **places: str
    ) -> Any:
        """`what`: method and resource under the community."""
        method, _, resource = what.partition(" ")
        who, role = f"{COMMUNITY}-{person}", person.rpartition("-")[0]
        at = {"community": COMMUNITY, **places}
        whole = f"/communities/{{community}}/{resource}"
        return self.past.ask(service, Asked(who, (role,), method, whole, at, self.now - ago, body))

    def ticket(self, story: Story) -> None:
        """A report, and what became of it."""
        ago = timedelta(hours=story.ago)
        unit = next(person.unit for person in people() if person.id.endswith(story.reporter))
        place = {"building": BUILDING} | ({} if story.in_the_building else {"unit": unit})
        body = {"kind": story.kind, "category": story.category, "description": story.text, **place}
        ticket = self.ask("maintenance", story.reporter, "POST tickets", body, ago=ago)
        for minutes, who, command, particulars in story.steps:
            then = ago - timedelta(minutes=minutes)
            if not self.moved(ticket["ticket"], who, {"command": command, **particulars}, then):
                return  # on a cloud that is in use nobody may be free: then the story ends here

    def moved(self, ticket: str, who: str, move: dict[str, Any], ago: timedelta) -> bool:
        """Give a command; whether it was taken. Whoever it was offered to may have been passed over."""
        for _ in range(TRIES):
            known = self.ask("maintenance", "manager-1", "GET tickets/{ticket}", ago=ago, ticket=ticket)
            named = str(known.get("repairer") or "").removeprefix(f"{COMMUNITY}-")
            person = named if who == "repairer" else who
            with suppress(CommandError):
                if not person:
                    return False
                moves = "POST tickets/{ticket}/transitions"
                self.ask("maintenance", person, moves, move, ago=ago, ticket=ticket)
                return True
        return False

    def gates(self) -> None:
        """Who came and went since yesterday; the last one has no card of ours."""
        for number, (minutes, person, gate) in enumerate(PASSES):
            shown = {
                "event_id": f"lately-{number}-{self.now:%Y%m%d%H%M}",
                "credential": "card",
                "value": f"{COMMUNITY}-{person}-card",
            }
            path, at = "POST gates/{gate}/passes", timedelta(minutes=minutes)
            self.ask("access", "guard-1", path, shown, ago=at, gate=f"{COMMUNITY}-gate-{gate}")

    def visitors(self) -> None:
        """Whom residents expect."""
        for person, name, begins, hours, more in (
            ("resident-2", "张师傅（空调维修）", -2, 8, {"entries": 2}),
            ("resident-3", "王芳", 20, 10, {"entries": 4}),
            ("resident-5", "李叔叔", 44, 12, {"plate": "沪B54321"}),
        ):
            since = self.now + timedelta(hours=begins)
            window = {"valid_from": to_text(since), "valid_until": to_text(since + timedelta(hours=hours))}
            body = {"visitor_name": name, **window, **more}
            self.ask("access", person, "POST invitations", body, ago=timedelta(hours=3))

    def help(self) -> None:
        """Somebody called for help yesterday, was found, and is to be looked after."""
        ago = timedelta(hours=26)
        alert = self.ask("care", "resident-1", "POST calls_for_help", {}, ago=ago)["alert"]
        path = "POST alerts/{alert}/answers"
        for minutes, answer in (
            (2, {"command": "acknowledge", "note": "我马上上门"}),
            (
                35,
                {
                    "command": "resolve",
                    "outcome": "needs_help",
                    "note": "摔倒，膝盖擦伤，已处理；明天再去看望",
                },
            ),
        ):
            self.ask("care", "caregiver-1", path, answer, ago=ago - timedelta(minutes=minutes), alert=alert)

    def meters(self) -> None:
        """Water and electricity of each home, day by day; the concentrator tells it of all of them."""
        begun = self.now - timedelta(days=DAYS)
        hub = f"{COMMUNITY}-hub-1"
        for number, unit in enumerate(neighbourhood.UNITS):
            for medium, obis, first, daily in (
                ("water", WATER, 180, 0.21 + 0.06 * number),
                ("electricity", ENERGY, 2400, 4.8 + 1.3 * number),
            ):
                meter = f"{COMMUNITY}-{unit}-{medium}"
                body = {
                    "meter": meter, "medium": medium, "registers": [{"obis": obis}],
                    "home": f"{BUILDING}/{unit}", "device": hub,
                    "installed_at": neighbourhood.METERS_INSTALLED,
                }  # fmt: skip
                self.ask("utilities", "manager-1", "POST meters", body, ago=timedelta(days=DAYS, hours=1))
                value, readings = first + 7.3 * number, []
                for day in range(DAYS):
                    value += daily * (0.8 + (day * 7 + number * 3) % 5 / 10)
                    jumps = 940 if (number, medium, DAYS - day) == (2, "water", SKIPPED_DAY) else 0
                    measured, shown = to_text(begun + timedelta(days=day)), f"{value + jumps:.3f}"
                    readings.append({"meter": meter, "obis": obis, "measured_at": measured, "value": shown})
                said = {"readings": readings}
                at = begun + timedelta(days=DAYS - 1, minutes=5)
                self.past.say(
                    "utilities", "meter_reading", Message(COMMUNITY, hub, "meter_reading", at, said)
                )

    def bills(self) -> None:
        """Bills of the months before; all but one are paid, in cash or by transfer."""
        bills = issued(self.now)
        self.past.tell([(bill, bill.issued_at) for bill in bills])
        for number, bill in enumerate(bills):
            if bill is bills[-1]:  # somebody forgot
                continue
            due = self.ask("payments", "manager-1", "GET dues/{bill}", ago=timedelta(), bill=bill.bill)
            if due["state"] == "paid":
                continue
            body = {
                "bills": [bill.bill],
                "means": ("cash", "transfer")[number % 2],
                "amount_fen": bill.amount_fen,
                "reference": f"{bill.period}-{number:03}",
                "moved_at": to_text(min(bill.due_at - timedelta(days=number % 7), self.now)),
            }
            self.ask("payments", "manager-1", "POST hand_payments", body, ago=timedelta())

    def devices(self) -> None:
        """Everything that stands there is alive; the thermometer's battery is low."""
        for device in (*neighbourhood.KINDS, *neighbourhood.SENSORS):
            body = {"battery_percent": 8 if device == "thermometer-1" else 86, "firmware": "1.4.2"}
            via = (
                {"via": f"{COMMUNITY}-{neighbourhood.BEHIND[device]}"}
                if device in neighbourhood.BEHIND
                else {}
            )
            said = Message(COMMUNITY, f"{COMMUNITY}-{device}", "heartbeat", self.now, body | via)
            if not via:
                self.past.say("devices", "heartbeat", said)


def people() -> list[neighbourhood.Person]:
    """Who lives and works there."""
    return next(each.people for each in neighbourhood.communities() if each.id == COMMUNITY)


def issued(now: datetime) -> list[BillIssued]:
    """A bill for each home and each of the months before those that are due now."""
    first = now.astimezone(UTC).replace(day=1, hour=2, minute=0, second=0, microsecond=0)
    begun = [(first - timedelta(days=1)).replace(day=1)]
    while len(begun) <= MONTHS:
        begun.append((begun[-1] - timedelta(days=1)).replace(day=1))
    return [
        BillIssued(
            community=COMMUNITY,
            bill=f"{COMMUNITY}-{unit}-{month:%Y-%m}-water",
            home=f"{BUILDING}/{unit}",
            period=f"{month:%Y-%m}",
            amount_fen=FIRST_FEN + MORE_FEN * number + 113 * months,
            issued_at=after + timedelta(days=2),
            due_at=after + timedelta(days=17),
        )
        for months, (after, month) in enumerate(reversed([*pairwise(begun)]))
        for number, unit in enumerate(neighbourhood.UNITS)
    ]
