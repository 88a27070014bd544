"""How long rows are kept: said where a kind of rows is declared, for its writers and for the READMEs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from linli.contracts import Contract
from linli.instants import to_epoch_seconds

FOR_EVER = timedelta.max


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long rows of a kind are kept: what the README says, and what the writer of `ttl` goes by.

    `{}` in `words` is the `span`; without a span a row stays until somebody removes it.
    """

    words: str = "for ever"
    span: timedelta = FOR_EVER

    @classmethod
    def as_said_by(cls, policy: type[Contract]) -> Self:
        """As long as a community's policy says in its `retention_days`."""
        days = policy.model_fields["retention_days"].default
        return cls("as `retention_days` says ({})", timedelta(days=days))

    def until(self, at: datetime) -> int:
        """The `ttl` of a row whose time begins at `at`. Raises OverflowError for what has no span."""
        return to_epoch_seconds(at + self.span)
