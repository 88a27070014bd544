"""What staff have to do besides alerts (待办)."""

from typing import ClassVar

from linli.contracts import Contract
from linli.escalation.models import Words
from linli.ids import Id
from linli.instants import Instant, to_text

ATTEMPTS = 3


class Duty(Contract):
    """Something for staff to see to. A service has a kind of its own, which narrows `kind`.

    `about`: the person, or the device. `since`: when it came up last. Of the kinds of duties, `URGENT`: of
    which staff are told until it is settled; `FIRST`: before all alerts that wait for nobody's answer;
    `TELLS`: of which somebody is told.
    """

    URGENT: ClassVar[frozenset[str]] = frozenset()
    FIRST: ClassVar[frozenset[str]] = frozenset()
    TELLS: ClassVar[frozenset[str]] = frozenset()

    kind: str
    about: Id
    words: Words
    since: Instant

    @property
    def is_urgent(self) -> bool:
        """Whether staff are told until it is settled."""
        return self.kind in self.URGENT

    @property
    def place(self) -> str:
        """Where it stands in the staff queue: between alerts that wait and those somebody sees to."""
        return f"{'1' if self.kind in self.FIRST else '5'}#{to_text(self.since)}#{self.kind}#{self.about}"

    def is_told(self, attempts: int, *, done: bool) -> bool:
        """Whether nobody has to be told any more: somebody was, or it has been tried so often. An urgent one
        is told of until it is settled.
        """
        return not self.is_urgent and (done or attempts >= ATTEMPTS)
