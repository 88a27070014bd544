"""The operators, and on the company's row how many they are: one transaction."""

from functions.directory.estate.rows import CompanyRow
from functions.directory.identities import store as identities
from functions.directory.operator.models import Operator
from functions.directory.people.rows import OperatorRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict
from linli.tables import ConditionsFailed, Transaction


def add(company: str, person: str) -> Operator:
    """Make a person an operator; who is one already stays one.

    Raises Conflict for an identity of somebody: it would open nothing else any more.
    """
    if identities.is_somebodys(person):
        raise Conflict("identity_taken")
    transaction = Transaction()
    transaction.create("operator", OperatorRow(*OperatorRow.key(company, person), person=person))
    transaction.update(
        "company",
        CompanyRow(*CompanyRow.key(company)),
        [CompanyRow.operators.add(1)],
        CompanyRow.pk.exists(),
    )
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if "operator" not in failed.rows:
            raise
    return Operator(person=person)


def remove(company: str, person: str) -> None:
    """End it; who is no operator is left alone. Raises Conflict for the last one."""
    transaction = Transaction()
    transaction.delete("operator", OperatorRow(*OperatorRow.key(company, person)), OperatorRow.pk.exists())
    transaction.update(
        "company",
        CompanyRow(*CompanyRow.key(company)),
        [CompanyRow.operators.add(-1)],
        CompanyRow.operators > 1,
    )
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        if "operator" not in failed.rows:
            raise Conflict("last_operator") from failed


def operators(company: str, query: PageQuery) -> Page[Operator]:
    """The operators by person. Raises InvalidCursor."""
    return page_of(
        OperatorRow, OperatorRow.key.partition(company), query, lambda row: Operator(person=row.sk)
    )
