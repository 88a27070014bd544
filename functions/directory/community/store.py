"""A community, the two lists it is in, and the event that tells of it: one transaction."""

from datetime import datetime

from functions.directory.community.domain import changed, fact, new
from functions.directory.community.models import Community, CommunityCreated, CommunityPatch
from functions.directory.estate.rows import CommunityRow, CoveredRow
from functions.directory.estate.store import create
from linli.contracts import shown_as
from linli.idempotency import Creation
from linli.tables import Transaction, find, until_it_holds


def load(community: str) -> Community:
    """The community. Raises NotFound."""
    return _shown(_row(community))


def add(company: str, asked: CommunityCreated, creation: Creation) -> Community:
    """Register a community. Raises Conflict when the id is taken, IdempotencyKeyReused."""
    community = new(company, asked)
    transaction = Transaction()
    in_company = CoveredRow.of_company(company, community.community)
    in_sub_district = CoveredRow.of_sub_district(community.sub_district, community.community)
    for key in (in_company, in_sub_district):
        transaction.put(key[0], CoveredRow(*key))
    _publish(transaction, community, creation.at)
    return _shown(create(_as_row(community, creation.attempt), transaction, creation))


def change(community: str, patch: CommunityPatch, now: datetime) -> Community:
    """Change a community. Raises Conflict, NotFound."""
    return until_it_holds(lambda: _attempt(community, patch, now))


def _attempt(community: str, patch: CommunityPatch, now: datetime) -> Community:
    row = _row(community)
    before = _shown(row)
    after = changed(before, patch)
    if after.version == before.version:
        return before
    transaction = Transaction()
    transaction.put("community", _as_row(after, row.attempt), CommunityRow.version == before.version)
    if after.sub_district != before.sub_district:
        left = CoveredRow.of_sub_district(before.sub_district, community)
        joined = CoveredRow.of_sub_district(after.sub_district, community)
        transaction.delete(left[0], CoveredRow(*left))
        transaction.put(joined[0], CoveredRow(*joined))
    _publish(transaction, after, now)
    transaction.commit()
    return after


def _publish(transaction: Transaction, community: Community, now: datetime) -> None:
    transaction.publish([fact(community)], f"community/{community.community}/{community.version}", now)


def _row(community: str) -> CommunityRow:
    return find(CommunityRow, CommunityRow.key(community))


def _as_row(community: Community, attempt: str) -> CommunityRow:
    return CommunityRow(
        *CommunityRow.key(community.community),
        company=community.company,
        name=community.name,
        time_zone=community.time_zone,
        sub_district=community.sub_district,
        office_phone=community.office_phone,
        language=community.language,
        policies=community.policies,
        version=community.version,
        attempt=attempt,
    )


def _shown(row: CommunityRow) -> Community:
    return shown_as(Community, row, version=int(row.version))
