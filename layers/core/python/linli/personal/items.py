"""What becomes of one stored item when a person is forgotten, and what of it is theirs when they ask.

Pure, on items as DynamoDB gives them (`{"S": "…"}`), since an item may hold what this code does not know.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from linli.instants import to_epoch_seconds
from linli.personal.fates import Fate
from linli.personal.traces import Finder

Item = dict[str, dict[str, Any]]
KEYS = ("pk", "sk")
AS_THEY_ARE = frozenset({"kind", "ttl"})
PEOPLE = frozenset(
    {
        "about", "actor", "added_by", "answered_by", "asked_by", "by", "cleared_by", "decided_by",
        "ended_by", "family", "former", "given_by", "holder", "last_by", "maker", "members", "passed_over",
        "payer", "payers", "people", "person", "reached", "recipient", "recorded_by", "repairer",
        "reported_by", "requested_by", "said_by", "taken_by", "to", "told", "watched", "withdrawn_by",
    }
)  # fmt: skip
"""What members are called that hold the id of a person."""
OTHERS = frozenset({"name", "phone", "plate", "visitor_name", "to"})
"""What is told of others in rows of one person: it is in no export, unless it is the person's own."""
TECHNICAL = frozenset(
    {
        "attempt", "cause", "digest", "due_at", "due_shard", "kind", "pk", "place", "queue", "reporter",
        "shelf", "shelved_at", "sk", "ttl", "worker",
    }
)  # fmt: skip
TELLS_OF_ITSELF = 6  # an id so long with a digit or a dash in it is no other word by chance
_SINGLE = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Whose:
    """The person who asks, in one community; `alias` stands for their id from then on."""

    community: str
    person: str
    alias: str
    finder: Finder

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """Their id inside of texts, if it cannot be an ordinary word or number."""
        person = self.person
        if len(person) < TELLS_OF_ITSELF or _SINGLE.fullmatch(person) or person.isdecimal():
            return None
        return re.compile(rf"(?<![a-z0-9-])(by-)?{re.escape(person)}(?![a-z0-9-])")


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to an item: `deed` is what is counted. Without `after` the item goes."""

    deed: str
    before: Item
    after: Item | None = None

    @property
    def moves(self) -> bool:
        """Whether it has another key afterwards."""
        return self.after is not None and any(self.after[key] != self.before[key] for key in KEYS)


def is_here(parts: Mapping[str, str], item: Item, community: str) -> bool:
    """Whether an item belongs to a community, by its key or what it says; `parts`: of its key."""
    named = parts.get("community") or item.get("community", {}).get("S")
    tenant = str(item["pk"]["S"]).partition("#")[0]
    return (named or tenant) == community


def is_theirs(fate: Fate, parts: Mapping[str, str], item: Item, person: str) -> bool:
    """Whether an item is the person's."""
    return any(person in _at(path, parts, item) for path in fate.of)


def change_of(fate: Fate, parts: Mapping[str, str], item: Item, whose: Whose, now: datetime) -> Change | None:
    """What becomes of an item, if anything does."""
    theirs = is_theirs(fate, parts, item, whose.person)
    if fate.what == "nobody" or (fate.what == "kept" and fate.whole):
        return _ends(fate, item, now) if theirs else None
    if fate.what == "gone" and theirs:
        return Change("gone", item)
    if fate.what == "last_word" and theirs:
        return _changed("emptied", item, _emptied(fate, item, now))
    if fate.others is not None and not theirs:
        return None
    keeps_id = fate.what == "kept" and (theirs or not fate.of)
    after = rewritten(item, whose, ids=not keeps_id)
    if keeps_id and theirs and (ends := _ends(fate, item, now)) is not None and ends.after is not None:
        after["ttl"] = ends.after["ttl"]
    return _changed("unnamed", item, after)


def stays(fate: Fate, parts: Mapping[str, str], item: Item, whose: Whose) -> str | None:
    """Why an item in which the person is stays with their id, if it does."""
    if fate.reason is not None and fate.what in {"kept", "last_word"}:
        keeps_mentions = fate.whole or not fate.of
        stands_there = is_theirs(fate, parts, item, whose.person) or (
            keeps_mentions and mentions(item, whose)
        )
        return fate.reason if stands_there else None
    if fate.others is not None and not is_theirs(fate, parts, item, whose.person) and mentions(item, whose):
        return fate.others
    return None


def mentions(item: Item, whose: Whose) -> bool:
    """Whether an item holds the person's id, name or phone."""
    return rewritten(item, whose, ids=True) != item


def rewritten(item: Item, whose: Whose, *, ids: bool) -> Item:
    """The item without the name and phone in its texts and, if `ids`, with the alias for the person's id."""
    said = _Rewriting(whose, ids=ids)
    return {
        name: typed if name in AS_THEY_ARE else said.typed(name, typed, is_key=name in KEYS)
        for name, typed in item.items()
    }


@dataclass(frozen=True, slots=True)
class _Rewriting:
    whose: Whose
    ids: bool

    def typed(self, name: str, typed: dict[str, Any], *, is_key: bool = False) -> dict[str, Any]:
        """An attribute as DynamoDB has it."""
        ((sort, value),) = typed.items()
        match sort:
            case "S":
                return {"S": self.segments(value) if is_key else self.text(name, value)}
            case "SS":
                return {"SS": list(dict.fromkeys(self.word(name, each) for each in value))}
            case "L":
                return {"L": [self.typed(name, each) for each in value]}
            case "M":
                return {"M": {self.word(name, key): self.typed(key, each) for key, each in value.items()}}
        return typed

    def text(self, name: str, value: str) -> str:
        """A text, or a document in JSON."""
        if value[:1] in {"{", "["}:
            try:
                document = json.loads(value)
            except ValueError:
                return self.word(name, value)
            after = self.member(name, document)
            if after == document:
                return value
            return json.dumps(after, ensure_ascii=False, separators=(",", ":"))
        if "#" in value and name not in OTHERS:
            return self.segments(value)
        return self.word(name, value)

    def member(self, name: str, value: Any) -> Any:
        """A member of a document; a phone that is theirs is none, since what stands there must be one."""
        if isinstance(value, dict):
            return {self.word(name, key): self.member(key, each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.member(name, each) for each in value]
        if not isinstance(value, str):
            return value
        if name == "phone" and self.whose.finder.is_phone(value):
            return None
        return self.word(name, value)

    def segments(self, value: str) -> str:
        """A key, or an attribute made like one."""
        return "#".join(self.word("person", each) for each in value.split("#"))

    def word(self, name: str, value: str) -> str:
        """Any other text."""
        if self.ids:
            if value == self.whose.person:
                return self.whose.alias if name in PEOPLE or self.whose.pattern else value
            if self.whose.pattern is not None:
                value = self.whose.pattern.sub(lambda found: f"{found[1] or ''}{self.whose.alias}", value)
        return self.whose.finder.masked(value)


def exported(parts: Mapping[str, str], item: Item, whose: Whose) -> dict[str, Any]:
    """What a person gets of an item that is theirs: as it is stored, without what is told of others."""
    named = {name: part for name, part in parts.items() if name not in {"community", "scope", "tenant"}}
    document = {name: _plain(typed) for name, typed in item.items() if name not in TECHNICAL}
    told: dict[str, Any] = _of_theirs("", named | document, whose)
    return {"kind": item["kind"]["S"], **told}


def _of_theirs(name: str, value: Any, whose: Whose) -> Any:
    if isinstance(value, dict):
        members = {key: _of_theirs(key, each, whose) for key, each in value.items()}
        return {key: each for key, each in members.items() if each is not None}
    if isinstance(value, list):
        return [each for each in (_of_theirs(name, one, whose) for one in value) if each is not None]
    if isinstance(value, str) and name in OTHERS | PEOPLE:
        own = value == whose.person or whose.finder.is_name(value) or whose.finder.is_phone(value)
        return value if own else None
    return value


def _plain(typed: Mapping[str, Any]) -> Any:
    ((sort, value),) = typed.items()
    plain: Any = None if sort == "B" else value
    match sort:
        case "S" if value[:1] in {"{", "["}:
            plain = _document(value)
        case "N":
            plain = float(value) if "." in value else int(value)
        case "L":
            plain = [_plain(each) for each in value]
        case "M":
            plain = {key: _plain(each) for key, each in value.items()}
        case "SS":
            plain = sorted(value)
    return plain


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _at(path: str, parts: Mapping[str, str], item: Item) -> list[Any]:
    """What stands at a path: a part of the key, an attribute, or a member of a document in one."""
    first, *rest = path.split(".")
    if first in parts and not rest:
        return [parts[first]]
    if first not in item:
        return []
    found: list[Any] = [_plain(item[first])]
    for step in rest:
        found = [each.get(step) for each in found if isinstance(each, dict)]
    return [each for one in found for each in (one if isinstance(one, list) else [one])]


def _emptied(fate: Fate, item: Item, now: datetime) -> Item:
    """What stays of it: its keys and version, and members that are no data of the person; and that they are
    `forgotten`, so that what was told before teaches nothing.
    """
    whole = {name for name in fate.members if "." not in name}
    inside: dict[str, dict[str, Any]] = {}
    for attribute, _, member in (each.partition(".") for each in fate.members if "." in each):
        document = _plain(item[attribute]) if attribute in item else {}
        if isinstance(document, dict) and member in document:
            inside.setdefault(attribute, {})[member] = document[member]
    after = {name: typed for name, typed in item.items() if name in {*KEYS, "kind", *whole}}
    after |= {
        name: {"S": json.dumps(members, ensure_ascii=False, separators=(",", ":"))}
        for name, members in inside.items()
    }
    after["forgotten"] = {"BOOL": True}
    if fate.span is not None:
        after["ttl"] = item.get("ttl") or {"N": str(to_epoch_seconds(now + fate.span))}
    return after


def _ends(fate: Fate, item: Item, now: datetime) -> Change | None:
    """What is kept for ever otherwise ends `span` after it was asked for."""
    if fate.span is None or "ttl" in item:
        return None
    return Change("kept", item, item | {"ttl": {"N": str(to_epoch_seconds(now + fate.span))}})


def _changed(deed: str, before: Item, after: Item) -> Change | None:
    return Change(deed, before, after) if after != before else None
