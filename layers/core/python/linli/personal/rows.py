"""How far a service has come through its rows for somebody."""

from datetime import timedelta

from linli.contracts import Contract
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY
from linli.tables import ContractAttribute, Row


class Progress(Contract):
    """`begins`: the key to go on after. `turn`: the table is gone through again until nothing is found.

    `rows`: what was done, by deed; `kept`: what stays, by `<kind>#<reason>`, as of this turn; `changed` in
    this turn; `parts` of an export that are written.
    """

    begins: dict[str, str] | None = None
    turn: int = 1
    changed: int = 0
    rows: dict[str, int] = {}
    kept: dict[str, int] = {}
    parts: int = 0


class ProgressRow(Row, discriminator="personal_progress"):
    """How far this service has come through its rows, for one who asked for their data or to be forgotten."""

    KEPT = Lifetime("until it is done, {} at most", timedelta(days=30))
    PERSONAL = NOBODY
    key = Key("{community}#personal_progress", "{request}")

    progress = ContractAttribute(Progress)
