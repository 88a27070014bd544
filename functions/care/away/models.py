"""Absences."""

from linli.contracts import Contract
from linli.instants import Instant


class Away(Contract):
    """Until when."""

    until: Instant


class Absence(Contract):
    """Whether somebody is away; `since` and `until` if so."""

    away: bool
    since: Instant | None = None
    until: Instant | None = None
