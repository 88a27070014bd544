"""The books as they are asked for and shown."""

from typing import Annotated

from pydantic import Field

from functions.payments.books.ledger import Account
from linli.contracts import Contract
from linli.pages import PageQuery

Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class EntriesAsked(PageQuery):
    """The entries of a local month."""

    month: Month


class BalancesAsked(Contract):
    """The balances of a local month."""

    month: Month


class Balances(Contract):
    """What the entries of a month add up to, in fen by account; `total_fen` is zero."""

    month: Month
    entries: int
    accounts: dict[Account, int]
    total_fen: int
