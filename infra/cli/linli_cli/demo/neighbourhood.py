"""The demo neighbourhood as plain data: two companies, three communities, and who and what is in them."""

from dataclasses import dataclass
from typing import Any

COMMUNITIES = {
    "willow": ("acme", "riverside"),
    "cedar": ("acme", "hillside"),
    "maple": ("birch", "riverside"),
}
CALLED = {  # communities, companies and sub-districts as people call them; ids are for programs
    "willow": "柳岸花园",
    "cedar": "雪松雅苑",
    "maple": "枫林小区",
    "acme": "安和物业服务有限公司",
    "birch": "白桦物业服务有限公司",
    "riverside": "滨河街道",
    "hillside": "东山街道",
}
NAMES = {  # of residents, guard, repairers, caregiver, manager, and a resident's child who lives elsewhere
    "willow": "周桂兰 王建国 李秀英 张伟 刘洋 孙志强 吴国栋 郑海涛 冯立新 蒋文静 陈敏 周晓岚",
    "cedar": "赵淑芬 钱学文 孙丽华 马超 朱琳 胡大勇 林国平 何永福 高峰 罗小燕 梁静 赵一鸣",
    "maple": "唐玉珍 韩冰 曹慧 邓子豪 许凤英 彭铁军 曾庆生 萧远 田刚 董雪梅 袁立群 唐嘉",
}
HEADCOUNT = {"resident": 5, "guard": 1, "repairer": 3, "caregiver": 1, "manager": 1, "family": 1}
TIME_ZONE = "Asia/Shanghai"
AREA = "garden"
DIRECTIONS = {"gate-1": "in", "gate-2": "out"}
KINDS = {"gate-1": "gate", "gate-2": "gate", "thermometer-1": "thermometer", "meter-1": "meter"}
SENSORS = {
    "motion-1": "infrared",
    "door-1": "door_magnet",
    "bed-1": "bed",
    "camera-1": "camera",
    "button-1": "sos_button",
    "hub-1": "gateway",
}
SIGNALS = {"motion-1": "motion", "door-1": "door", "bed-1": "bed", "button-1": "call_button"}
BEHIND = {"bed-1": "hub-1"}
WATCHED = "willow"  # the community in which somebody is watched over
SAMPLED = "maple"  # where the samples' own person is, who calls for help in January and is never answered
BUILDING, BUILDING_NAME, STAIRCASE = "b1", "3号楼", "2单元"
UNITS = ("101", "102", "201", "202", "301")
AREA_M2 = "89.50"
WATER_VOLUME = "8-0:1.0.0"
METERS_INSTALLED = "2025-01-01T00:00:00.000Z"
SKILLS = {
    "repairer-1": ["plumbing", "electronics", "general"],
    "repairer-2": ["electrical", "lift", "electronics"],
    "repairer-3": ["plumbing", "gas", "building", "grounds"],
}
VALID = {"valid_from": "2026-01-01T00:00:00.000Z", "valid_until": "2035-12-31T00:00:00.000Z"}


@dataclass(frozen=True)
class Person:
    """A person of a community; residents have a unit."""

    id: str
    role: str
    unit: str | None
    name: str
    phone: str

    @property
    def record(self) -> dict[str, str]:
        """How the community calls and reaches them."""
        return {"name": self.name, "phone": self.phone}

    @property
    def membership(self) -> dict[str, Any]:
        """Their roles and home."""
        home = {"home": {"building": BUILDING, "unit": self.unit}} if self.unit else {}
        return {"roles": [self.role], **home}


@dataclass(frozen=True)
class Enrolment:
    """Something that a person shows at a gate."""

    person: str
    kind: str
    value: str
    consent: str | None = None

    @property
    def body(self) -> dict[str, str]:
        """What is posted to enrol it."""
        consent = {"consent": self.consent} if self.consent else {}
        return {"kind": self.kind, "value": self.value, **VALID, **consent}


@dataclass(frozen=True)
class Community:
    """A community of the demo."""

    id: str
    company: str
    sub_district: str

    @property
    def operator(self) -> str:
        """Who sets it up."""
        return operator_of(self.company)

    @property
    def manager(self) -> str:
        """Who fills it."""
        return f"{self.id}-manager-1"

    @property
    def profile(self) -> dict[str, str]:
        """What is posted to register it."""
        return {
            "community": self.id,
            "name": CALLED[self.id],
            "time_zone": TIME_ZONE,
            "sub_district": self.sub_district,
            "office_phone": f"+8628855501{list(COMMUNITIES).index(self.id):02}",
        }

    @property
    def people(self) -> list[Person]:
        """Everybody, the manager first: the others are theirs to enter."""
        numbered = [(role, n) for role, count in HEADCOUNT.items() for n in range(1, count + 1)]
        names = dict(zip(numbered, NAMES[self.id].split(), strict=True))
        numbered.sort(key=lambda each: each[0] != "manager")
        return [
            Person(
                f"{self.id}-{role}-{n}",
                role,
                UNITS[n - 1] if role == "resident" else None,
                names[role, n],
                f"+8613900{list(COMMUNITIES).index(self.id)}{list(HEADCOUNT).index(role)}{n:04}",
            )
            for role, n in numbered
        ]

    @property
    def devices(self) -> dict[str, str]:
        """Device to kind."""
        own = {WATCHED: SENSORS, SAMPLED: {"button-1": SENSORS["button-1"]}}
        kinds = KINDS | own.get(self.id, {})
        return {f"{self.id}-{name}": kind for name, kind in kinds.items()}

    @property
    def gates(self) -> dict[str, dict[str, str]]:
        """Gate to how it is set up."""
        return {
            f"{self.id}-{name}": {"area": AREA, "direction": direction}
            for name, direction in DIRECTIONS.items()
        }

    @property
    def repairers(self) -> dict[str, dict[str, Any]]:
        """Repairer to what they can do and where they are."""
        return {
            f"{self.id}-{name}": {"skills": skills, "building": BUILDING, "on_duty": True}
            for name, skills in SKILLS.items()
        }

    @property
    def meters(self) -> dict[str, dict[str, Any]]:
        """Meter to what is posted to register it: the first home's water meter."""
        meter = f"{self.id}-meter-1"
        registers = [{"obis": WATER_VOLUME}]
        body = {"meter": meter, "medium": "water", "registers": registers, "home": f"{BUILDING}/{UNITS[0]}"}
        return {meter: {**body, "installed_at": METERS_INSTALLED}}

    @property
    def watches(self) -> dict[str, dict[str, Any]]:
        """Who is watched over, and how: one resident, old and alone, whose child lives elsewhere."""
        people = {person.id: person for person in self.people}
        if self.id == SAMPLED:
            caller = people[f"{self.id}-resident-5"]
            button = {"device": f"{self.id}-button-1", "kind": SIGNALS["button-1"]}
            home = f"{BUILDING}/{caller.unit}"
            return {caller.id: {"home": home, "consent": f"consent-{caller.id}", "sensors": [button]}}
        if self.id != WATCHED:
            return {}
        gran, child = people[f"{self.id}-resident-1"], people[f"{self.id}-family-1"]
        carer = people[f"{self.id}-caregiver-1"]
        set_up = {
            "home": f"{BUILDING}/{gran.unit}",
            "consent": f"consent-{gran.id}",
            "phone": gran.phone,
            "sensors": [
                {
                    "device": f"{self.id}-{name}",
                    "kind": kind,
                    **({"gateway": f"{self.id}-{BEHIND[name]}"} if name in BEHIND else {}),
                }
                for name, kind in SIGNALS.items()
            ],
            "contacts": [{**child.record, "person": child.id}],
            "caregiver": {**carer.record, "person": carer.id},
            "family": [child.id],
        }
        return {gran.id: set_up}

    @property
    def roster(self) -> dict[str, dict[str, Any]]:
        """Who is on duty for those who are watched over."""
        if self.id != WATCHED:
            return {}
        people = {person.id: person for person in self.people}
        boss = people[f"{self.id}-manager-1"]
        return {boss.id: {"capacity": "manager", "phone": boss.phone}}

    @property
    def credentials(self) -> list[Enrolment]:
        """A card for each resident, a face with consent for the first, a plate for the second."""
        residents = [person.id for person in self.people if person.role == "resident"]
        first, second = residents[:2]
        return [
            *(Enrolment(person, "card", f"{person}-card") for person in residents),
            Enrolment(first, "face", f"{first}-face", consent=f"consent-{first}"),
            Enrolment(second, "plate", f"{second}-plate"),
        ]


def operator_of(company: str) -> str:
    """A company's first operator."""
    return f"{company}-operator-1"


def communities() -> list[Community]:
    """All of them."""
    return [Community(name, company, district) for name, (company, district) in COMMUNITIES.items()]


def companies() -> list[str]:
    """Who runs them."""
    return list(dict.fromkeys(company for company, _ in COMMUNITIES.values()))


def officials() -> dict[str, str]:
    """Sub-district to its official."""
    districts = dict.fromkeys(district for _, district in COMMUNITIES.values())
    return {district: f"{district}-official-1" for district in districts}
