"""Reading a company."""

from collections.abc import Mapping

from functions.directory.company.models import CommunityOfCompany, Company
from functions.directory.estate.rows import CommunityRow, CompanyRow, CoveredRow
from linli.cursors import Page, PageQuery, page_of
from linli.keys import RowKey
from linli.tables import Rows, find, read


def load(company: str) -> Company:
    """The company. Raises NotFound."""
    return Company(company=company, name=find(CompanyRow, CompanyRow.key(company)).name)


def communities(company: str, query: PageQuery) -> Page[CommunityOfCompany]:
    """Its communities by id, with what they are called. Raises InvalidCursor, Unavailable."""
    partition = CoveredRow.of_company.partition(company)
    page = page_of(CoveredRow, partition, query, lambda row: CommunityOfCompany(community=row.sk))
    keys = {each.community: CommunityRow.key(each.community) for each in page.items}
    rows = read(keys.values())
    return page.model_copy(update={"items": [_named(each, rows, keys) for each in page.items]})


def _named(each: CommunityOfCompany, rows: Rows, keys: Mapping[str, RowKey]) -> CommunityOfCompany:
    row = rows.one(CommunityRow, keys[each.community])
    return (
        each
        if row is None
        else CommunityOfCompany(community=each.community, name=row.name, time_zone=row.time_zone)
    )
