"""A page of the AsyncAPI document for people: who writes a firmware reads tables, not JSON."""

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from linli_cli.interfaces.schemas import Schema, name_of

HEADS = ("member", "", "what it may be", "what it says")
DEEPEST = 2  # members of members that a table shows
Document = dict[str, Any]


def body(document: Document) -> str:
    """What stands between the head and the end of the page."""
    channels = document["channels"].items()
    links = "\n".join(
        f'<a href="#{key}">{escape(title(key))}</a>' for key, _ in channels if not is_reply(key)
    )
    about = "\n".join(f"<p>{words(each)}</p>" for each in document["info"]["description"].split("\n\n"))
    parts = (part for key, channel in channels for part in _channel(document, key, channel))
    return "\n".join([about, f'<nav class="topics">{links}</nav>', *parts])


def is_reply(key: str) -> bool:
    """Whether a channel is where answers are heard, which is shown below what they answer."""
    return key.endswith("_reply")


def title(key: str) -> str:
    return key.replace("_", " ").capitalize()


def words(text: str) -> str:
    """A text of a docstring: what stands in backticks is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _channel(document: Document, key: str, channel: dict[str, Any]) -> Iterator[str]:
    head = "h3" if is_reply(key) else "h2"
    yield f'<{head} id="{key}">{escape(title(key))}</{head}>'
    yield f"<p><code>{escape(channel['address'])}</code><br>{words(channel['description'])}</p>"
    for name in channel["messages"]:
        yield from _message(document, document["components"]["messages"][name])


def _message(document: Document, message: dict[str, Any]) -> Iterator[str]:
    yield f"<h3>{escape(message['title'])}</h3>"
    yield f"<p><code>{escape(message['name'])}</code> {words(message['summary'])}</p>"
    schemas = document["components"]["schemas"]
    payload = schemas[name_of(message["payload"])]
    own = payload["properties"].get("data", message["payload"])  # of a fact: what differs from one to another
    lines = "".join(_lines(schemas, schemas[name_of(own)], ""))
    heads = "".join(f"<th>{each}</th>" for each in HEADS)
    yield f'<div class="table"><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
    for example in message.get("examples", [])[:1]:
        yield f"<pre>{escape(json.dumps(example['payload'], indent=2, ensure_ascii=False))}</pre>"


def _lines(schemas: dict[str, Schema], schema: Schema, before: str) -> Iterator[str]:
    needed = schema.get("required", [])
    for name, part in schema["properties"].items():
        told = [part.get("description", ""), f"In {part['x-unit']}." if "x-unit" in part else ""]
        cells = [
            f"<code>{escape(before + name)}</code>",
            "needed" if name in needed else "optional",
            escape(may_be(part)),
            words(" ".join(filter(None, told))),
        ]
        yield f"<tr>{''.join(f'<td>{each}</td>' for each in cells)}</tr>"
        inner = _inner(part)
        if "properties" in schemas.get(inner, {}) and before.count(".") < DEEPEST:
            yield from _lines(schemas, schemas[inner], f"{before}{name}.")


def _inner(part: Schema) -> str:
    """The schema that a member, or each element of it, is."""
    for each in (part, part.get("items", {}), *part.get("anyOf", [])):
        if "$ref" in each:
            return name_of(each)
        if "$ref" in each.get("items", {}):
            return name_of(each["items"])
    return ""


def may_be(part: Schema) -> str:
    """What a member may be, in a few words."""
    if "anyOf" in part:
        return " or ".join(dict.fromkeys(may_be(each) for each in part["anyOf"]))
    if "enum" in part:
        return ", ".join(map(str, part["enum"]))
    if "const" in part:
        return str(part["const"])
    if "$ref" in part:
        return "object"
    if part.get("type") == "array":
        return f"list of {may_be(part['items'])}"
    bounds = [
        f"{word} {part[key]:,}"
        for key, word in (("minimum", "from"), ("exclusiveMinimum", "above"), ("maximum", "to"))
        if key in part
    ]
    bounds += [f"below {part['exclusiveMaximum']:,}"] if "exclusiveMaximum" in part else []
    return " ".join([str(part.get("format", part.get("type", "anything"))), *bounds])
