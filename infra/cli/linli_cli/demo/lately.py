"""What has happened in the demo's first community lately, up to this minute: something to see on every page.

A normal day: yesterday's tickets are closed, of today's one is late and one an emergency that somebody sees
to; somebody was helped, and a duty is left of it; who came through the gates today; visitors who are
expected; what homes use, and a reading that nobody believes; bills of the last months, paid and due; a device
whose battery is low.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from linli.instants import to_text
from linli.vocabulary.utilities import BillIssued
from linli_cli.demo import demo_bills, neighbourhood
from linli_cli.demo.past import Asked, Message, Past
from linli_cli.errors import CommandError

COMMUNITY = neighbourhood.WATCHED
BUILDING = neighbourhood.BUILDING
DAYS = 14  # of readings
HOUR = timedelta(hours=1)
TRIES = 3  # a clock of the ticket may be faster
WATER, ENERGY = "8-0:1.0.0", "1-0:1.8.0"
SKIPPED_DAY = 4  # days ago, a dial seems to have jumped
MONTHS = 3  # of bills before those that are due
FIRST_FEN, MORE_FEN = 3580, 1207
PAID_AT_ONCE = (  # those of the first homes are left for whoever tries to pay
    *(f"{COMMUNITY}-{unit}-{demo_bills.NAMED}" for unit in neighbourhood.UNITS[2:]),
    f"{COMMUNITY}-101-2025-11",
)
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
STORIES = (  # those who mend have few at a time: what is over comes first
    Story(
        148, "resident-3", "plumbing", "厨房水槽下面的水管漏水，柜子都湿了",
        (ACCEPT, ARRIVE, FINISH, (400, "resident-3", "rate", {"score": 5, "resolved": True})),
    ),
    Story(
        121, "resident-2", "electrical", "客厅的插座没有电",
        (ACCEPT, ARRIVE, FINISH, (300, "resident-2", "rate", {"score": 4, "resolved": True})),
    ),
    Story(
        97, "resident-1", "plumbing", "卫生间花洒出水很小",
        (ACCEPT, ARRIVE, FINISH, (180, "resident-1", "rate", {"score": 5, "resolved": True})),
    ),
    Story(
        28, "resident-4", "plumbing", "马桶堵了，水排不下去",
        (ACCEPT, ARRIVE, FINISH, (150, "resident-4", "rate", {"score": 5, "resolved": True})),
    ),
    Story(25, "resident-5", "door", "单元门关门声音很大", (ACCEPT, ARRIVE, FINISH), in_the_building=True),
    Story(
        50, "resident-4", "lift", "电梯三楼的按钮按了没有反应",
        (ACCEPT, (12, "repairer", "arrive", {}),
         (90, "repairer", "pause", {"reason": "awaiting_parts", "note": "按钮面板已订货"})),
        in_the_building=True,
    ),
    Story(
        19, "resident-1", "noise", "楼上夜里还在装修", ((14, "manager-1", "accept", {"note": "已联系楼上"}),),
        kind="complaint",
    ),
    Story(
        1.2, "resident-2", "power", "二楼楼道的灯不亮，老人走路不安全",
        ((3, "repairer", "accept", {}),), in_the_building=True,
    ),
    Story(
        0.6, "resident-5", "gas", "厨房有燃气的味道，已经关了阀门并开窗",
        ((2, "repairer", "accept", {}), (11, "repairer", "arrive", {})),
    ),
    Story(
        0.4, "resident-3", "plumbing", "洗衣机的水龙头关不紧",
        ((6, "repairer", "accept", {}),),
    ),
    Story(0.1, "resident-4", "structure", "阳台窗户的把手掉了，关不上"),
    Story(0.05, "resident-5", "service", "亲戚周末来，临时停车怎么收费？", kind="enquiry"),
)  # fmt: skip
HANDS = {  # who is given what nobody was free for, by who stands in the office
    "plumbing": "repairer-1", "electrical": "repairer-2", "lift": "repairer-2", "power": "repairer-2",
    "door": "repairer-3", "gas": "repairer-3", "structure": "repairer-3",
}  # fmt: skip
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
        told = (
            self.tickets_of_samples, self.alerts_of_samples, self.gate_of_samples,
            self.tickets, self.gates, self.visitors, self.help, self.meters, self.bills, self.devices,
        )  # fmt: skip
        return {each.__name__: each for each in told}

    def tickets_of_samples(self) -> None:
        """What samples have left open in the first community is over: it is no part of its day."""
        for shelf in ("waiting", "working"):
            for ticket in self.listed("maintenance", "tickets", shelf=shelf):
                moves, move = "POST tickets/{ticket}/transitions", {"command": "cancel"}
                with suppress(CommandError):
                    self.ask("maintenance", "manager-1", moves, move, ago=HOUR, ticket=ticket["ticket"])

    def alerts_of_samples(self) -> None:
        """Likewise who called for help in a sample: somebody went there."""
        for alert in self.listed("care", "alerts"):
            with suppress(CommandError):  # somebody is there already
                at = datetime.fromisoformat(alert["opened_at"])
                self.seen_to(alert["alert"], at, "fine", "按错了，人没事")

    def gate_of_samples(self) -> None:
        """Likewise the door that was forced: it has been shut."""
        shut = Message(COMMUNITY, f"{COMMUNITY}-gate-1", "door_event", self.now - HOUR, {"door": "closed"})
        self.past.say("access", "door_event", shut)

    def listed(self, service: str, resource: str, **query: str) -> list[dict[str, Any]]:
        """What a manager sees first of a list."""
        found = self.ask(
            service, "manager-1", f"GET {resource}", ago=timedelta(), query={**query, "limit": "100"}
        )
        return list(found["items"])

    def tickets(self) -> None:
        """What residents reported in the last days."""
        for story in STORIES:
            self.ticket(story)

    def ask(
        self, service: str, person: str, what: str, body: Any = None, *, ago: timedelta,
        query: dict[str, str] | None = None, **places: str,
    ) -> Any:  # fmt: skip
        """`what`: method and resource under the community."""
        method, _, resource = what.partition(" ")
        who, role = f"{COMMUNITY}-{person}", person.rpartition("-")[0]
        at = {"community": COMMUNITY, **places}
        whole = f"/communities/{{community}}/{resource}"
        return self.past.ask(service, Asked(who, (role,), method, whole, at, self.now - ago, body, query))

    def ticket(self, story: Story) -> None:
        """A report, and what became of it."""
        ago = timedelta(hours=story.ago)
        unit = next(person.unit for person in people() if person.id.endswith(story.reporter))
        place = {"building": BUILDING} | ({} if story.in_the_building else {"unit": unit})
        body = {"kind": story.kind, "category": story.category, "description": story.text, **place}
        ticket = self.ask("maintenance", story.reporter, "POST tickets", body, ago=ago)
        if story.steps and story.steps[0][1] == "repairer" and not ticket.get("repairer"):
            given = {"command": "dispatch", "repairer": f"{COMMUNITY}-{HANDS[story.category]}"}
            self.moved(ticket["ticket"], "manager-1", given, ago)
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
        """Somebody called for help an hour ago, was found, and is to be looked after."""
        at = self.now - timedelta(minutes=72)
        called = self.ask("care", "resident-1", "POST calls_for_help", {}, ago=self.now - at)
        self.seen_to(called["alert"], at, "needs_help", "摔倒，膝盖擦伤，已处理；明天再去看望")

    def seen_to(self, alert: str, at: datetime, outcome: str, note: str) -> None:
        """The caregiver goes there, and says what it was."""
        for minutes, answer in (
            (2, {"command": "acknowledge", "note": "我马上上门"}),
            (35, {"command": "resolve", "outcome": outcome, "note": note}),
        ):
            ago = max(self.now - at - timedelta(minutes=minutes), timedelta())
            self.ask("care", "caregiver-1", "POST alerts/{alert}/answers", answer, ago=ago, alert=alert)

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
        """Bills of the months before; all but one are paid, in cash or by transfer. Of those that are due now
        some are: most people pay at once.
        """
        bills = issued(self.now)
        self.past.tell([(bill, bill.issued_at) for bill in bills])
        for number, bill in enumerate(bills[:-1]):  # of the last one somebody forgot
            self.paid_by_hand(bill.bill, number)
        for number, at_once in enumerate(PAID_AT_ONCE):
            with suppress(CommandError):
                self.paid_by_hand(at_once, number)

    def paid_by_hand(self, bill: str, number: int) -> None:
        """Somebody has paid in cash or by transfer; nothing to do for what is paid."""
        due = self.ask("payments", "manager-1", "GET dues/{bill}", ago=timedelta(), bill=bill)
        if due["state"] != "open" or due["amount_fen"] <= 0:
            return
        moved_at = min(datetime.fromisoformat(due["due_at"]) - timedelta(days=1 + number % 7), self.now)
        body = {
            "bills": [bill],
            "means": ("cash", "transfer")[number % 2],
            "amount_fen": due["amount_fen"],
            "reference": f"{due['period']}-{number:03}",
            "moved_at": to_text(moved_at),
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
