"""The issuer's public keys, and a person's roles: one query, one more per company or sub-district."""

from functools import cache
from typing import TYPE_CHECKING

from functions.directory.authorizer.domain import Grants, grants
from functions.directory.estate.rows import CoveredRow
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


def signing_key(url: str, key_id: str) -> "PyJWK":
    """The issuer's key of this id. Raises Unauthenticated if there is none, Unavailable if it is silent."""
    from jwt import PyJWKClientError, PyJWTError  # noqa: PLC0415

    keys = issuer_keys(url)
    try:
        keys.get_jwk_set()
    except (PyJWTError, ValueError) as error:
        raise Unavailable("issuer_not_read") from error
    try:
        return keys.get_signing_key(key_id)
    except PyJWKClientError as error:
        raise Unauthenticated("key_not_of_issuer") from error


def grants_of(person: str) -> Grants:
    """All roles of a person, as they are now."""
    rows = list(PersonalRow.by_person.query(person))
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
