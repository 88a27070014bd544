"""The steps of the daily round of statements."""

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.local_times import Day
from linli.vocabulary.payments import Provider


class Step(Contract):
    """All communities (`scheduled_at`), or one community's statement of a provider and day."""

    scheduled_at: Instant | None = None
    community: Id | None = None
    provider: Provider | None = None
    day: Day | None = None
