"""moto without its detours: the same answers for a fraction of the time.

moto copies a whole table, and all that its stream has ever told, for each item of a transaction, in case that
it is rolled back; it sorts the whole table for each query; it looks for names that an answer does not have,
tries hundreds of patterns to find out whom a request is for, and reads JSON by a parser of YAML in Python.
For each request it lists the methods of whoever answers, and botocore cleans the same words letter by letter,
and signs what nobody verifies. Each certificate of a device gets an authority of its own.
`test_quick_moto.py` shows that what is put in their place answers the same, for tables with keys like ours.
"""

import json
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.signers import RequestSigner
from botocore.useragent import sanitize_user_agent_string_component
from cryptography.hazmat.primitives.asymmetric import rsa
from moto import backend_index, backends
from moto.cloudformation.models import Stack
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import HTTPException
from moto.core.request import normalize_request
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node
from moto.dynamodb.responses import DynamoResult
from moto.iot.models import IoTBackend
from moto.kms.utils import generate_private_key

HASH, RANGE = "pk", "sk"
IN_PARTS = frozenset({"L", "M", "SS", "NS", "BS"})  # what an update changes in its place
OF_ITEMS = frozenset(
    {
        "BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan",
        "TransactGetItems", "TransactWriteItems", "UpdateItem",
    }
)  # fmt: skip
OF_AWS = ".amazonaws.com"
AMZ_JSON = {"Content-Type": "application/x-amz-json-1.0"}


@contextmanager
def quick() -> Iterator[None]:
    """moto as it is told of above, and with one key of 2,048 bits for all tables, which nobody ever uses."""
    with pytest.MonkeyPatch.context() as patch:
        for name, pure in REMEMBERED.items():
            patch.setattr(name, cache(pure))
        for (kind, name), instead in INSTEAD.items():
            patch.setattr(kind, name, instead, raising=False)
        yield


# What gives the same for the same, by the names that it is called by.
REMEMBERED = {
    "moto.kms.models.generate_private_key": generate_private_key,
    "moto.core.responses.method_names_from_class": method_names_from_class,
    "moto.sqs.models.camelcase_to_underscores": camelcase_to_underscores,
    "botocore.useragent.sanitize_user_agent_string_component": sanitize_user_agent_string_component,
}


@contextmanager
def plain() -> Iterator[None]:
    """moto as it comes, within `quick`."""
    with pytest.MonkeyPatch.context() as patch:
        for (kind, name), own in OWN.items():
            if own is None:
                patch.delattr(kind, name)
            else:
                patch.setattr(kind, name, own)
        yield


# Tables


def _value(self: DynamoType) -> Any:
    return self.value if self.type == "S" else OWN[DynamoType, "cast_value"].fget(self)


def _hash_of_value(self: DynamoType) -> int:
    return hash((self.type, self.cast_value))


def _equal(self: DynamoType, other: DynamoType) -> bool:
    return self.type == other.type and bool(self.cast_value == other.cast_value)


def _copy_of_value(self: DynamoType, memo: dict[int, Any]) -> DynamoType:
    """Itself, unless there is something in it that changes."""
    if self.type not in IN_PARTS:
        return self
    copied = object.__new__(DynamoType)
    copied.type = self.type
    if self.type == "L":
        copied.value = [_copy_of_value(each, memo) for each in self.value]
    elif self.type == "M":
        copied.value = {name: _copy_of_value(each, memo) for name, each in self.value.items()}
    else:
        copied.value = list(self.value)
    return copied


def _copy_of_item(self: Item, memo: dict[int, Any]) -> Item:
    copied = object.__new__(Item)
    copied.hash_key, copied.range_key = self.hash_key, self.range_key
    copied.attrs = LimitedSizeDict()
    for name, value in self.attrs.items():
        dict.__setitem__(copied.attrs, name, _copy_of_value(value, memo))
    return copied


def _of_its_partition(self: Table, hash_key: DynamoType | None, *rest: Any, **more: Any) -> Any:
    """The query, of a table that has just what the query's hash key names."""
    named = more.get("hash_key_conditions") or []
    is_of_index = rest[6] is not None
    found: Any = defaultdict(dict)
    if not is_of_index and hash_key in self.items:
        found[hash_key] = self.items[hash_key]
    elif is_of_index:
        for item in [each for rows in list(self.items.values()) for each in list(rows.values())]:
            if all(name in item.attrs and item.attrs[name] == wanted for name, wanted in named):
                found[item.hash_key][item.range_key] = item
    part = object.__new__(Table)
    part.__dict__.update(self.__dict__, items=found)
    return OWN[Table, "query"](part, hash_key, *rest, **more)


def _all_or_nothing(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """The transaction; if it fails, the rows that it names are put back, and what was told of them is not."""
    before = []
    for write in [each for item in transact_items for each in item.values()]:
        table, key = self.tables.get(write.get("TableName")), write.get("Key", write.get("Item", {}))
        if table and HASH in key and RANGE in key:
            names = DynamoType(key[HASH]), DynamoType(key[RANGE])
            before.append((table.items, *names, deepcopy(table.get_item(*names))))
    shards = [table.stream_shard for table in self.tables.values() if table.stream_shard]
    told = [len(shard.items) for shard in shards]
    try:
        OWN[DynamoDBBackend, "transact_write_items"](self, transact_items)
    except BaseException:
        for items, partition, row, item in before:
            items[partition].pop(row, None)
            if item is not None:
                items[partition][row] = item
        for shard, number in zip(shards, told, strict=True):
            del shard.items[number:]
        raise


# Requests and answers


def _answered(self: BotocoreStubber, request: Any) -> Any:
    """What whoever is responsible for an address says; moto's own way where nobody is."""
    handler = _responsible(request.url.partition("?")[0])
    if handler is None:
        return OWN[BotocoreStubber, "process_request"](self, request)
    asked = normalize_request(request)
    try:
        return handler(asked, asked.raw_url, asked.headers)
    except HTTPException as error:
        return error.code, error.get_headers(), error.get_body()


@lru_cache(1000)
def _responsible(address: str) -> Any:
    """The first handler of the first service that has a pattern for the address, as moto looks for it."""
    for service, pattern in backend_index.backend_url_patterns:
        if pattern.match(address):
            found: Any = backends.get_backend(service)  # type: ignore[call-overload]  any of them
            of_account = found[DEFAULT_ACCOUNT_ID] if isinstance(found, BackendDict) else found
            backend = next(
                of_account[place] for place in ("us-east-1", "aws", "global") if place in of_account
            )
            for url, handler in backend.urls.items():
                if re.match(url, address):
                    return handler
    return None


def _as_it_is(self: DynamoResult, context: Any) -> Any:
    """The answer as JSON: it has its fields' names already."""
    if context.operation_model.name not in OF_ITEMS or not isinstance(self.result, dict):
        return OWN[DynamoResult, "execute_result"](self, context)
    said = {name: value for name, value in self.result.items() if value is not None}
    return 200, dict(AMZ_JSON), json.dumps(said, default=lambda some: b64encode(some).decode())


def _signed(self: RequestSigner, operation_name: str, request: Any, *how: Any, **more: Any) -> Any:
    """Whose request it is, for moto; a signature where somebody else is asked, or for another to use.

    That of S3 says how the body comes in chunks, which moto undoes.
    """
    is_read = not urlsplit(request.url).netloc.endswith(OF_AWS) or self.signing_name == "s3"
    if is_read or how or more:
        return OWN[RequestSigner, "sign"](self, operation_name, request, *how, **more)
    scope = f"{self._credentials.access_key}/20260101/{self.region_name}/{self.signing_name}/aws4_request"
    request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    return None


def _processed(self: DepthFirstTraverser, node: Any, child_id: int = -1) -> Any:
    """The tree of an expression, bottom up; moto asks at every node anew which kinds are to be processed."""
    wanted = self.nodes_to_be_processed()

    def processed(each: Any, child_id: int) -> Any:
        if not isinstance(each, Node):
            return each
        parent = each.parent
        for number, child in enumerate(each.children or ()):
            self.pre_processing_of_child(each, number)
            processed(child, number)
        if isinstance(each, wanted):
            each = self.process(each)
            each.parent = parent
            if parent:
                parent.children[child_id] = each
        return each

    return processed(node, child_id)


def _template(text: str) -> Any:
    """A template of ours, which is JSON."""
    return json.loads(text)


@cache
def _key_of_an_authority() -> Any:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate(self: IoTBackend, domain_name: str, subject: Any, key: Any = None) -> Any:
    """A certificate of its own, signed by the one authority."""
    return OWN[IoTBackend, "_generate_certificate_pem"](
        self, domain_name, subject, key or _key_of_an_authority()
    )


INSTEAD: dict[tuple[Any, str], Any] = {
    (BotocoreStubber, "process_request"): _answered,
    (DepthFirstTraverser, "traverse_node_recursively"): _processed,
    (DynamoDBBackend, "transact_write_items"): _all_or_nothing,
    (DynamoResult, "execute_result"): _as_it_is,
    (DynamoType, "__deepcopy__"): _copy_of_value,
    (DynamoType, "__eq__"): _equal,
    (DynamoType, "__hash__"): _hash_of_value,
    (DynamoType, "cast_value"): property(_value),
    (IoTBackend, "_generate_certificate_pem"): _certificate,
    (Stack, "parse_template"): staticmethod(_template),
    (Item, "__deepcopy__"): _copy_of_item,
    (RequestSigner, "sign"): _signed,
    (Table, "__deepcopy__"): lambda self, _memo: self,  # for a rollback that `_all_or_nothing` does
    (Table, "query"): _of_its_partition,
}
OWN = {(kind, name): vars(kind).get(name) or getattr(kind, name, None) for kind, name in INSTEAD}
