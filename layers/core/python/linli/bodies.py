"""Fields and files that others send in a body: a form, a form in parts, or a JSON object.

Text is UTF-8 and is not repaired: a letter that was lost would be another word.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from linli.errors import InvalidRequest, UnsupportedMediaType

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"
JSON = "application/json"
MOST_FIELDS = 100
Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class File:
    """A file in a form."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Content:
    """What a body holds: fields as they were sent, the same name perhaps more than once, and files."""

    fields: Fields
    files: list[File]

    @property
    def first(self) -> dict[str, str]:
        """The first field of each name."""
        return dict(reversed(self.fields))


def media_type(content_type: str) -> str:
    """`text/xml` of `text/xml; charset=utf-8`."""
    return content_type.split(";", maxsplit=1)[0].strip().lower()


def content_of(content_type: str, body: bytes) -> Content:
    """What a body holds; a body without a type is read as a form.

    Raises InvalidRequest when it is not what it says, UnsupportedMediaType for another kind of body.
    """
    kind = media_type(content_type)
    if not body:
        return Content([], [])
    if kind in {FORM, ""}:
        return Content(_form(body), [])
    if kind == PARTS:
        return _in_parts(content_type, body)
    if kind == JSON:
        return Content(_object(body), [])
    raise UnsupportedMediaType("send_one_of", {"types": [FORM, PARTS, JSON]})


def _form(body: bytes) -> Fields:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise InvalidRequest("body_no_form_utf8") from error


def _object(body: bytes) -> Fields:
    """Members of a JSON object as a form would say them: numbers as they were written, null as nothing."""
    try:
        members = json.loads(body, parse_float=str, parse_int=str, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("body_no_json") from error
    if not isinstance(members, list) or not body.lstrip().startswith(b"{"):
        raise InvalidRequest("body_no_object")
    return [pair for name, value in members[:MOST_FIELDS] for pair in _said(name, value)]


def _said(name: str, value: Any) -> Fields:
    match value:
        case str():
            return [(name, value)]
        case bool():
            return [(name, str(value).lower())]
        case [*several] if all(isinstance(each, str) for each in several):
            return [(name, each) for each in several]
    return []


def _in_parts(content_type: str, body: bytes) -> Content:
    """RFC 7578, by Python's reader of MIME: only who is sent a photo pays for the import."""
    from email.message import EmailMessage  # noqa: PLC0415
    from email.parser import BytesParser  # noqa: PLC0415
    from email.policy import HTTP  # noqa: PLC0415

    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    message = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + body)
    if not message.is_multipart():
        raise InvalidRequest("body_no_parts")
    fields, files = Fields(), list[File]()
    for part, _ in zip(_named(message), range(MOST_FIELDS), strict=False):
        name = str(part.get_param("name", header="content-disposition"))
        raw = part.get_payload(decode=True) or b""
        if part.get_filename() is not None:
            files.append(File(name, raw))
            continue
        try:
            fields.append((name, raw.decode()))
        except UnicodeDecodeError as error:
            raise InvalidRequest("body_no_form_utf8") from error
    return Content(fields, files)


def _named(message: Any) -> Iterator[Any]:
    return (part for part in message.iter_parts() if part.get_param("name", header="content-disposition"))
