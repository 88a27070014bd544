"""Reading a company."""

from functions.directory.company.models import CommunityOfCompany, Company
from functions.directory.estate.rows import CompanyRow, CoveredRow
from linli.cursors import Page, PageQuery, page_of
from linli.tables import find


def load(company: str) -> Company:
    """The company. Raises NotFound."""
    return Company(company=company, name=find(CompanyRow, CompanyRow.key(company)).name)


def communities(company: str, query: PageQuery) -> Page[CommunityOfCompany]:
    """Its communities by id. Raises InvalidCursor."""
    partition = CoveredRow.of_company.partition(company)
    return page_of(CoveredRow, partition, query, lambda row: CommunityOfCompany(community=row.sk))
