"""A name and a phone in whatever field of a sample takes them: all of them at once, else one by one."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from typing import Any

NAME, PHONE = "兰芳芳", "+8613800138777"
SPELT = "138-0013 8777"
SAID = f"{NAME}，{SPELT}"
WRITES = {"POST", "PUT", "PATCH"}
TOLD = frozenset(
    {"name"}
)  # what people wrote in what services tell each other; the rest is the service's own word
Document = dict[str, Any]
Found = tuple[Document, Callable[[Document], Any], frozenset[str] | None]


def planted(event: Any, absent: Iterable[str] = ()) -> Iterator[Any]:
    """Copies of an event with it planted: of a request in its body, of a device's word in its payload.

    The first has it in all fields, the others in one each; `absent`: fields that might be there as well.
    """
    found = _document_of(event)
    if found is None:
        return
    document, put_back, only = found
    places = [each for each in _texts(document) if only is None or each[-1] in only]
    if len(places) > 1:
        yield put_back(_with(document, places))
    for place in places:
        yield put_back(_with(document, [place]))
    for name in absent:
        if name not in document:
            yield put_back(_with(document | {name: ""}, [(name,)]))


def _document_of(event: Any) -> Found | None:
    if isinstance(event, dict) and event.get("httpMethod") in WRITES:
        return _json_at(event, "body")
    if isinstance(event, dict) and "payload" in event:
        return _payload_at(event)
    if isinstance(event, dict) and len(event.get("Records", ())) == 1 and "body" in event["Records"][0]:
        return _record_of(event)
    return None


def _json_at(event: Document, name: str) -> Found | None:
    document = _parsed(event[name])
    if document is None:
        return None
    return document, lambda planted: event | {name: json.dumps(planted, ensure_ascii=False)}, None


def _payload_at(event: Document) -> Found | None:
    document = _parsed(b64decode(event["payload"]))
    if document is None:
        return None

    def put_back(planted: Document) -> Any:
        return event | {"payload": b64encode(json.dumps(planted, ensure_ascii=False).encode()).decode()}

    return document, put_back, None


def _record_of(event: Document) -> Found | None:
    (record,) = event["Records"]
    body = _parsed(record["body"])
    if body is None:
        return None

    def of_record(inside: Found, only: frozenset[str] | None = None) -> Found:
        document, put_back, _ = inside

        def back(planted: Document) -> Any:
            text = json.dumps(put_back(planted), ensure_ascii=False)
            return event | {"Records": [record | {"body": text}]}

        return document, back, only

    if "payload" in body:
        inside = _payload_at(body)
        return None if inside is None else of_record(inside)
    if isinstance(body.get("detail"), dict) and "data" in body["detail"]:
        detail = body["detail"]
        inside = detail["data"], lambda data: body | {"detail": detail | {"data": data}}, None
        return of_record(inside, TOLD)
    return None  # a task that a service has left for itself


def _parsed(text: str | bytes | None) -> Document | None:
    try:
        document = json.loads(text or "null")
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _texts(document: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    for step, value in pairs:
        if isinstance(value, dict | list):
            yield from _texts(value, (*place, step))
        elif isinstance(value, str):
            yield (*place, step)


def _with(document: Document, places: list[tuple[Any, ...]]) -> Document:
    copied = deepcopy(document)
    for *way, last in places:
        inside: Any = copied
        for step in way:
            inside = inside[step]
        inside[last] = _said(str(last), str(inside[last]))
    return copied


def _said(name: str, value: str) -> str:
    """What stands in a field of that name: a phone where there is one, else words around what stood there."""
    if name == "phone":
        return PHONE
    return NAME if name in {"name", "visitor_name"} else f"{value} {SAID}".strip()
