"""What can be reported: who can mend it, and how soon that has to be.

Water, power, lift and gas are emergencies (12345: 水电气热 and what traps or endangers people come first).
"""

from dataclasses import dataclass

from functions.maintenance.reports.models import Category, Kind, Skill
from linli.vocabulary.maintenance import Priority


@dataclass(frozen=True, slots=True)
class Trade:
    """What mending it takes: the repairer's skill, the default priority, the name for residents."""

    skill: Skill
    priority: Priority
    name: str


TRADES: dict[Category, Trade] = {
    "water": Trade("plumbing", "emergency", "Burst pipe or no water (停水爆管)"),
    "power": Trade("electrical", "emergency", "Power failure (停电)"),
    "lift": Trade("lift", "emergency", "Lift stopped or people trapped (电梯故障)"),
    "gas": Trade("gas", "emergency", "Smell of gas (燃气泄漏)"),
    "heating": Trade("plumbing", "urgent", "No heating (供暖)"),
    "plumbing": Trade("plumbing", "general", "Taps, drains, toilets (水管)"),
    "electrical": Trade("electrical", "general", "Lights and sockets (照明)"),
    "door": Trade("building", "urgent", "Doors and locks (门锁)"),
    "device": Trade("electronics", "urgent", "Gates, cameras, sensors (智能设备)"),
    "meter": Trade("plumbing", "urgent", "Meters and their surroundings (表具)"),
    "structure": Trade("building", "complex", "Roofs, walls, leaks through them (房屋本体)"),
    "cleaning": Trade("grounds", "general", "Cleaning and waste (保洁)"),
    "greening": Trade("grounds", "general", "Plants and paths (绿化)"),
    "parking": Trade("general", "general", "Parking (停车)"),
    "noise": Trade("general", "general", "Noise (噪音)"),
    "service": Trade("general", "general", "Service and charges (服务收费)"),
    "other": Trade("general", "general", "Anything else (其他)"),
}


def priority_of(kind: Kind, category: Category) -> Priority:
    """How soon something has to be seen to, by default: nobody drives out for a complaint or an enquiry."""
    priority = TRADES[category].priority
    return "general" if kind != "repair" and priority == "emergency" else priority
