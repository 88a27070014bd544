"""What a manager says of a repairer: what they can do, where, whether they are at work; who is told."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from functions.maintenance.reports.models import Skill
from linli.contracts import Contract
from linli.ids import Id
from linli.words import Language


class SetUp(Contract):
    """`building`: where the repairer usually is, from which distances are measured."""

    skills: Annotated[list[Skill], Field(min_length=1, max_length=10)]
    building: Id | None = None
    on_duty: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A repairer as dispatch sees them. `load`: tickets in hand, offered or accepted."""

    person: str
    skills: frozenset[Skill]
    building: str | None
    on_duty: bool
    load: int


@dataclass(frozen=True, slots=True)
class Manager:
    """Who runs the community, and what they are told in."""

    person: str
    language: Language = "zh-CN"
