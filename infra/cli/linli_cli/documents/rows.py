"""The rows of a service's table: their keys as the docstring of each class says and its `key` builds them,
and how long they are kept, by its `KEPT`.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from linli.lifetimes import Lifetime
from linli.tables import Row
from linli_cli.documents.tables import codes, modules_of, sources_of, span_in_words, table
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

# The partition and the sort key, each in code; where there are two places, the second follows in the text.
PLACE = re.compile(
    r"`([^`]*#[^`]*)`(?: or `([^`]*#[^`]*)`)? / (?:`([^`]+)`(?:,? or `([^`]+)`)?|([a-z][^:.;]*))"
)
DIGEST = re.compile(r"[0-9a-f]{32,}")
SHARED = {  # rows of linli, by the words in a service's sources that show that it keeps them
    "creation": re.compile(r"linli\.idempotency|\bCreation\b"),
    "lock": re.compile(r"\bepisodes\.begin\b"),
    "fault_episode": re.compile(r"\bepisodes\.begin\b"),
    "seen": re.compile(r"\bSeenRow\b|\bepisodes\.begin\b"),
    "community": re.compile(r"\bcommunities\.keep\b"),
    "registered_device": re.compile(r"\bregistered\.keep\b"),
    "outbox": re.compile(r"\.publish\("),
}


class _Name(str):
    """A part of a key that is not known: `<name>`. It has what keys are made of."""

    __slots__ = ()

    def __format__(self, _spec: str) -> str:
        return "<>"

    def __getattr__(self, _name: str) -> "_Name":
        return self

    def partition(self, sep: str) -> tuple["_Name", str, "_Name"]:
        return self, sep, self

    rpartition = partition

    def __call__(self, *_: object, **__: object) -> "_Name":
        return self


def kinds_of(service: str, root: Path = ROOT) -> list[type[Row]]:
    """The kinds of rows of a service, its own ones first, as they are declared."""
    modules = modules_of(service, root)
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources_of(service, root))
    own = [
        kind
        for module in modules
        for kind in vars(module).values()
        if inspect.isclass(kind)
        and issubclass(kind, Row)
        and kind.__module__ == module.__name__
        and _is_kept(kind)
    ]
    shared = {name_of(kind): kind for kind in _below(Row) if kind.__module__.startswith("linli.")}
    return own + [shared[name] for name, shown in SHARED.items() if shown.search(text)]


def name_of(kind: type[Row]) -> str | None:
    """The discriminator of a kind of rows; None of one that is no kind."""
    found = Row.kind.get_discriminator(kind)
    return None if found is None else str(found)


def _is_kept(kind: type[Row]) -> bool:
    """Whether there are rows of it, and not of what is below it alone."""
    return name_of(kind) is not None and not any(name_of(each) for each in kind.__subclasses__())


def rows(service: str, root: Path = ROOT) -> str:
    """The table of a service's rows. Raises CommandError for one that does not say what it is."""
    return table(("row", "pk", "sk", "kept", "what it is"), [_line(kind) for kind in kinds_of(service, root)])


def _line(kind: type[Row]) -> tuple[str, ...]:
    doc = " ".join((kind.__doc__ or "").split())
    places = list(PLACE.finditer(doc))
    if not places:
        raise CommandError(f"{_place(kind)}: its docstring does not say where it is: `<pk>` / `<sk>`")
    _check_keys(kind, doc)
    pks = [each for place in places for each in place.groups()[:2] if each]
    sks = [each for place in places for each in place.groups()[2:] if each]
    said = doc[: places[0].start()] + doc[places[0].end(3) + 1 if places[0][3] else places[0].end() :].lstrip(
        ",.:; "
    )
    return f"`{name_of(kind)}`", _either(pks), _either(sks), kept(kind), said


def kept(kind: type[Row]) -> str:
    """How long rows of a kind are kept. Raises CommandError when it says nothing."""
    said = [
        each for name, each in vars(kind).items() if name.startswith("KEPT") and isinstance(each, Lifetime)
    ]
    return "; ".join(_in_words(each) for each in said) or _as_written(kind)


def _in_words(lifetime: Lifetime) -> str:
    return lifetime.words.format(span_in_words(lifetime.span)) if "{}" in lifetime.words else lifetime.words


def _as_written(kind: type[Row]) -> str:
    """What the code shows of a kind that says nothing: it stays, unless somebody takes it out.

    Raises CommandError when it is given a time to live.
    """
    service = kind.__module__.split(".")[1]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources_of(service))
    name = re.escape(kind.__name__)
    if re.search(rf"\b{name}(\.of)?\([^()]*(\([^()]*\)[^()]*)*\bttl=|\b{name}\.ttl\b", text):
        raise CommandError(f"{_place(kind)}: say how long it is kept, by KEPT = Lifetime(…)")
    return "until it is removed" if re.search(rf"\bdelete\([^()]*\b{name}\(", text) else "for ever"


def _either(keys: list[str]) -> str:
    return " or ".join(
        codes([each]) if re.search(r"[<#]|^[a-z_]+$", each) else each for each in dict.fromkeys(keys)
    )


def _check_keys(kind: type[Row], doc: str) -> None:
    """Raise unless what `key` builds stands in the docstring."""
    for built in _built(kind):
        shapes = {re.sub(r"<[^<>]*>", "<>", each) for each in re.findall(r"`([^`]+)`", doc)}
        for part in built:
            if part not in shapes and part != "<>" and not DIGEST.fullmatch(part):
                raise CommandError(
                    f"{_place(kind)}: its key is built as {part}, which its docstring does not say"
                )


def _built(kind: type[Row]) -> Iterator[tuple[str, str]]:
    key = kind.__dict__.get("key")
    if key is None:
        return
    function = key.__func__
    names = [name for name in inspect.signature(function).parameters if name not in {"cls", "self"}]
    given = [_Name(f"<{name}>") for name in names]
    bound = [kind, *given] if isinstance(key, classmethod) else given
    try:
        pk, sk = function(*bound)
    except (TypeError, ValueError, AttributeError):
        return  # it is made of more than text
    yield _shape(pk), _shape(sk)


def _shape(key: object) -> str:
    return re.sub(r"<[^<>]*>", "<>", str(key))


def _below(kind: type[Row]) -> Iterator[type[Row]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _place(kind: type[Row]) -> str:
    return f"{kind.__module__.replace('.', '/')}.py {kind.__name__}"
