"""One transaction: the company and its first operator."""

from functions.directory.estate.rows import CompanyRow
from functions.directory.onboard.domain import is_same
from functions.directory.onboard.models import Onboard, Onboarded
from functions.directory.people.rows import OperatorRow
from linli.errors import Conflict
from linli.tables import ConditionsFailed, Transaction, read


def save(asked: Onboard) -> Onboarded:
    """Create the company, or find it as asked for. Raises Conflict when the id is another company's."""
    company, operator = CompanyRow.key(asked.company), OperatorRow.key(asked.company, asked.operator)
    transaction = Transaction()
    transaction.create("company", CompanyRow(*company, name=asked.name, operators=1))
    transaction.create("operator", OperatorRow(*operator, person=asked.operator))
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        rows = read([company, operator])
        standing, first = rows.one(CompanyRow, company), rows.get(operator)
        if not is_same(asked, standing.name if standing else "", first.sk if first else None):
            raise Conflict("id_taken") from failed
    return Onboarded(company=asked.company, name=asked.name, operator=asked.operator)
