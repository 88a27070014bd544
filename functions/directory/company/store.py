"""Reading a company."""

from functions.directory.company.models import CommunityOfCompany, Company
from functions.directory.tables import CompanyRow, CoveredRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.tables import read


def load(company: str) -> Company:
    """The company. Raises NotFound."""
    row = read([CompanyRow.key(company)]).get(CompanyRow.key(company))
    if not isinstance(row, CompanyRow):
        raise NotFound
    return Company(company=company, name=row.name)


def communities(company: str, query: PageQuery) -> Page[CommunityOfCompany]:
    """Its communities by id. Raises InvalidCursor."""
    partition = CoveredRow.of_company(company)
    return page_of(CoveredRow, partition, query, lambda row: CommunityOfCompany(community=row.sk))
