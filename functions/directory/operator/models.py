"""Who runs a company."""

from linli.contracts import Contract
from linli.ids import Id


class Operator(Contract):
    """A person who may do everything a manager may, in all communities of the company."""

    person: Id
