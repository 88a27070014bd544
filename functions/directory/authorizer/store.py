"""The issuer's public keys, and a person's roles: one query, one more per company or sub-district."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from functions.directory.authorizer.domain import Grants, algorithm_of, grants
from functions.directory.estate.rows import CoveredRow
from functions.directory.identities import store as identities
from functions.directory.people.rows import MembershipRow, OfficialRow, OperatorRow, PersonalRow
from linli.errors import Unauthenticated, Unavailable

if TYPE_CHECKING:
    from jwt import PyJWK, PyJWKClient

FETCH_SECONDS = 3


@cache
def issuer_keys(url: str) -> "PyJWKClient":
    """The issuer's keys, kept five minutes; an unknown key id fetches them again, at most twice a minute."""
    from jwt import PyJWKClient  # noqa: PLC0415  the API's own function needs no tokens

    return PyJWKClient(url, timeout=FETCH_SECONDS)


def signing_key(url: str, key_id: str | None) -> tuple["PyJWK", str]:
    """The issuer's key of this id, or its only one where a token names none, and what it signs with.

    Raises Unauthenticated if there is none, Unavailable if the issuer is silent.
    """
    from jwt import PyJWKClientError, PyJWTError  # noqa: PLC0415

    keys = issuer_keys(url)
    try:
        known = keys.get_jwk_set().keys
    except (PyJWTError, ValueError) as error:
        raise Unavailable("issuer_not_read") from error
    try:
        key = _only(known) if key_id is None else keys.get_signing_key(key_id)
    except PyJWKClientError as error:
        raise Unauthenticated("key_not_of_issuer") from error
    return key, algorithm_of(key._jwk_data)  # noqa: SLF001  it says the kind nowhere else


def _only(keys: list["PyJWK"]) -> "PyJWK":
    signing = [key for key in keys if key.public_key_use in ("sig", None)]
    if len(signing) != 1:
        raise Unauthenticated("key_not_of_issuer")
    return signing[0]


def known_as(identity: str) -> tuple[str, Grants]:
    """Who bears an identity, and all their roles: its own, else those in communities that say whose it is."""
    held = grants_of(identity)
    if any(held.values()):
        return identity, held
    person, members = identities.memberships(identity)
    return person, _grants(members)


def grants_of(person: str) -> Grants:
    """All roles of a person, as they are now."""
    return _grants(PersonalRow.by_person.query(person))


def _grants(rows: Iterable[PersonalRow]) -> Grants:
    rows = list(rows)
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
