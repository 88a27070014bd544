"""The issuer's public keys, and a person's roles: one query, one more per company or sub-district."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING

from functions.directory.authorizer.domain import Grants, algorithm_of, grants
from functions.directory.estate.rows import CoveredRow
from functions.directory.identities import store as identities
from functions.directory.people.rows import MembershipRow, OfficialRow, OperatorRow, PersonalRow
from linli.errors import Unauthenticated, Unavailable

if TYPE_CHECKING:
    from jwt import PyJWK

FETCH_SECONDS = 3
KEPT_SECONDS = 300
ASKED_AGAIN_AFTER_SECONDS = 30
LAST_SECONDS = 3600  # a silent issuer's keys: gates, bills and calls for help do not depend on it


@dataclass
class IssuerKeys:
    """An issuer's keys as they were last read. Times are of the monotonic clock, in seconds.

    Kept five minutes, and for an hour while the issuer is silent. A key that is not among them has them
    read again. However they are asked for, and whatever comes of it, that is twice a minute at most.
    """

    url: str
    known: "list[PyJWK]" = field(default_factory=list)
    read_at: float = -math.inf
    asked_at: float = -math.inf

    def of(self, key_id: str | None) -> "PyJWK":
        """The key of this id; the only one that signs, where a token names none.

        Raises Unauthenticated if there is none, Unavailable if the issuer is silent.
        """
        at = monotonic()
        if at - self.read_at >= KEPT_SECONDS:
            self._read(at)
        found = self._found(key_id)
        if found is None and self._read(at):
            found = self._found(key_id)
        if found is None and self.asked_at > self.read_at:
            raise Unavailable("issuer_not_read")  # it may have a new one
        if found is None:
            raise Unauthenticated("key_not_of_issuer")
        return found

    def _found(self, key_id: str | None) -> "PyJWK | None":
        signing = [key for key in self.known if key.public_key_use in ("sig", None)]
        named = [key for key in signing if key_id is None or key.key_id == key_id]
        return named[0] if len(named) == 1 else None

    def _read(self, at: float) -> bool:
        """Whether they have just been read. Raises Unavailable where none are good any more."""
        from jwt import PyJWKClient, PyJWTError  # noqa: PLC0415  the API's own function needs no tokens

        if at - self.asked_at < ASKED_AGAIN_AFTER_SECONDS:
            return self._old(at, None)
        self.asked_at = at
        try:
            read = PyJWKClient(self.url, timeout=FETCH_SECONDS, cache_jwk_set=False).get_jwk_set()
        except (PyJWTError, ValueError) as error:
            return self._old(at, error)
        self.known, self.read_at = read.keys, at
        return True

    def _old(self, at: float, error: Exception | None) -> bool:
        if at - self.read_at >= LAST_SECONDS:
            raise Unavailable("issuer_not_read") from error
        return False


issuer_keys = cache(IssuerKeys)


def signing_key(url: str, key_id: str | None) -> tuple["PyJWK", str]:
    """The issuer's key of this id, or its only one where a token names none, and what it signs with.

    Raises Unauthenticated if there is none, Unavailable if the issuer is silent.
    """
    key = issuer_keys(url).of(key_id)
    return key, algorithm_of(key._jwk_data)  # noqa: SLF001  it says the kind nowhere else


def known_as(identity: str) -> tuple[str, Grants, str | None]:
    """Who bears an identity, and all their roles: its own, else those in communities that say whose it is;
    and the language that they want.
    """
    rows = list(PersonalRow.by_person.query(identity))
    held = _grants(rows)
    if any(held.values()):
        return identity, held, _language(rows)
    person, members = identities.memberships(identity)
    return person, _grants(members), _language(members)


def _language(rows: Iterable[PersonalRow]) -> str | None:
    return next((row.language for row in rows if isinstance(row, MembershipRow) and row.language), None)


def _grants(rows: Sequence[PersonalRow]) -> Grants:
    memberships = sorted((row for row in rows if isinstance(row, MembershipRow)), key=lambda row: row.since)
    return grants(
        {row.community: row.roles or () for row in memberships},
        {
            row.community: _covered(CoveredRow.of_company.partition(row.community))
            for row in rows
            if isinstance(row, OperatorRow)
        },
        {
            row.community: _covered(CoveredRow.of_sub_district.partition(row.community))
            for row in rows
            if isinstance(row, OfficialRow)
        },
    )


def _covered(partition: str) -> list[str]:
    return [row.sk for row in CoveredRow.query(partition)]
