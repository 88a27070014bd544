"""What people ask for of their own data."""

from linli.contracts import Contract
from linli.ids import Id


class OwnData(Contract):
    """In which community: each has its own records, and answers for itself."""

    community: Id
