"""What people ask for of their own data."""

from linli.contracts import Contract
from linli.ids import Id


class Forgetting(Contract):
    """`again`: once more, after a table of some service was restored to an earlier time."""

    again: bool = False


class OwnData(Contract):
    """In which community: each has its own records, and answers for itself."""

    community: Id
