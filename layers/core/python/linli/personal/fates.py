"""What becomes of a person in the rows of a kind: declared with the kind, for whoever wants to be forgotten
or to have what is known of them (个人信息保护法, PIPL, articles 44 to 47).

`of` names whose a row is: a part of its key, an attribute, or a member of a document in one
(`ticket.reported_by`). Only such rows are in an export.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from linli.personal.models import Reason

LAWS: dict[Reason, str] = {
    "accounting": "accounting vouchers and transactions stay as they were made: Accounting Law art. 23, "
    "E-Commerce Law art. 31",
    "care_record": "records of calls for help and of care stay for two years, without name and phone: "
    "PIPL art. 13 (4) and 47",
    "consent": "consent to a face stays for three years as evidence: PIPL art. 56",
    "gate_record": "passes stay until the community's retention is over, without name and phone: "
    "PIPL art. 19",
    "life_and_health": "whom to call for somebody who is watched over stays until their watch changes: "
    "PIPL art. 13 (4)",
    "of_the_community": "what a company or community says of itself stays",
    "soon_gone": "traces of requests go by themselves within days",
    "version_only": "a version number stays, so that no late message brings anything back",
}
"""The same in words; what the law is called in other languages stands in the catalogues."""

What = Literal["nobody", "gone", "unnamed", "last_word", "kept"]


@dataclass(frozen=True, slots=True)
class Fate:
    """`what`: nobody is in such rows; they go; they stay without the person (another id stands for theirs,
    texts lose name and phone); nothing stays but the `members` by which late words are known to be old; or
    they are kept for a `reason`, at most for `span` longer, as they are where they are evidence (`whole`),
    and otherwise without name and phone in their texts. `others`: why a mention in another's row stays.
    """

    what: What
    of: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    reason: Reason | None = None
    span: timedelta | None = None
    whole: bool = False
    others: Reason | None = None


NOBODY = Fate("nobody")


def gone_with(*of: str, others: Reason | None = None) -> Fate:
    """Rows go with the person whose they are; a mention in another's is unnamed, or stays for a reason."""
    return Fate("gone", of, others=others)


def unnamed(*of: str) -> Fate:
    """Rows stay, and nobody can tell any more who it was."""
    return Fate("unnamed", of)


def last_word(*of: str, members: tuple[str, ...] = (), span: timedelta | None = None) -> Fate:
    """Of a person's row nothing stays but its version and these members, so that no late word brings them
    back; for so long.
    """
    return Fate("last_word", of, ("version", *members), "version_only", span)


def kept(reason: Reason, *of: str, span: timedelta | None = None, whole: bool = False) -> Fate:
    """Rows of the person stay; their texts lose name and phone unless they are evidence."""
    return Fate("kept", of, reason=reason, span=span, whole=whole)


SOON_GONE = kept("soon_gone")
"""Rows of a few days, in which an id may stand and no name."""
LATE_WORDS = timedelta(days=30)  # what was parked may be sent again for 14 days
