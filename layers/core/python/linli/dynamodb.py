"""PynamoDB over our own client. As it comes it imports botocore's, which costs more than all the rest of a
gate's first pass: while it is imported, stand-ins are there for what it only names.

Import PynamoDB's models, connections and transactions from here.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import botocore
from botocore import exceptions

from linli.aws import client

ONLY_NAMED = ("client", "config", "credentials", "endpoint", "hooks", "model", "session", "signers")


class _StandIn(ModuleType):
    """A module that has any class; the errors among them are the real ones."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(exceptions, name, None) or type(name, (), {})


@contextmanager
def _botocore_aside() -> Iterator[None]:
    """Nothing is left of the stand-ins, so that whoever wants botocore itself gets it."""
    absent = [name for name in ONLY_NAMED if f"botocore.{name}" not in sys.modules]
    for name in absent:
        sys.modules[f"botocore.{name}"] = _StandIn(f"botocore.{name}")
        setattr(botocore, name, sys.modules[f"botocore.{name}"])
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[f"botocore.{name}"]
            delattr(botocore, name)


with _botocore_aside():
    from pynamodb.connection import Connection, TableConnection
    from pynamodb.models import Model
    from pynamodb.transactions import TransactWrite

__all__ = ["Connection", "Model", "Store", "TableConnection", "TransactWrite", "over_our_client"]


class Store(Connection):
    """A connection of PynamoDB that asks by our client."""

    @property
    def client(self) -> Any:
        """What PynamoDB calls `_make_api_call` of."""
        return client("dynamodb")


def over_our_client(table: TableConnection) -> TableConnection:
    """The same table, asked for by our client."""
    if not isinstance(table.connection, Store):
        described = table.get_meta_table()
        table.connection = Store()
        table.connection.add_meta_table(described)
    return table
