"""Repairers as managers see them."""

from collections.abc import Sequence

from functions.maintenance.reports.models import Skill
from linli.contracts import Contract
from linli.ids import Id


class Repairer(Contract):
    """A repairer. `member`: whether the directory says so too; `tickets`: what they have in hand."""

    person: Id
    skills: Sequence[Skill]
    building: Id | None
    on_duty: bool
    member: bool
    tickets: Sequence[Id]
