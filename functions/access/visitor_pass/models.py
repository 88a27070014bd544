"""Invitations as residents see them."""

from functions.access.credentials.validity import Window
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant


class Invited(Contract):
    """An invitation as the resident who made it sees it; `code` is the text of the visitor's QR code."""

    invitation: Id
    visitor_name: str
    valid_from: Instant
    valid_until: Instant
    entries: int
    gates: list[Id]
    windows: list[Window]
    plate: str | None
    withdrawn: bool
    code: str
