"""insight: facts about who is told of facts outside of Linli."""

from typing import Literal

from linli.events import Fact
from linli.ids import Id
from linli.instants import Instant
from linli.personal.models import PersonalDataAnswered

PauseReason = Literal["failing", "gone", "maker", "asked"]


class SubscriptionPaused(Fact):
    """A subscription is told nothing any more until somebody resumes it.

    `why`: `failing` for days, `gone` as its receiver says (410), `maker`, who may not read all of it any
    more, or `asked`.
    """

    TYPE = "linli.insight.subscription_paused.v1"
    subscription: Id
    why: PauseReason
    paused_at: Instant

    def entity(self) -> str:
        return self.subscription


class SubscriptionTested(Fact):
    """Somebody tries whether a subscription arrives; it is told to that one alone."""

    TYPE = "linli.insight.subscription_tested.v1"
    subscription: Id
    tested_at: Instant

    def entity(self) -> str:
        return self.subscription


class InsightAnswered(PersonalDataAnswered):
    """What insight has done about a person's data."""

    TYPE = "linli.insight.personal_data_answered.v1"
