"""The rows of a service's table: where they are, by the `Key` of each class, and how long they are kept, by
its `KEPT`.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.tables import Row
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT
from linli_cli.reading.tables import codes, modules_of, sources_of, span_in_words, table

SHARED = {  # rows of linli, by the words in a service's sources that show that it keeps them
    "creation": re.compile(r"linli\.idempotency|\bCreation\b"),
    "lock": re.compile(r"\bepisodes\.begin\b"),
    "fault_episode": re.compile(r"\bepisodes\.begin\b"),
    "seen": re.compile(r"\bSeenRow\b|\bepisodes\.begin\b"),
    "community": re.compile(r"\bcommunities\.keep\b"),
    "registered_device": re.compile(r"\bregistered\.keep\b"),
    "place_name": re.compile(r"\bplaces\.keep\b"),
    "roster": re.compile(r"\bRosterRow\b"),
    "settled": re.compile(r"\bduties\.settle\("),
    "beat": re.compile(r"\bbeats\.beat\b"),
    "outbox": re.compile(r"\.publish\("),
}


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
    places = [_written_down(key) for key in keys_named(kind).values()]
    if not places:
        raise CommandError(f"{_place(kind)}: say where its rows are, by key = Key(…)")
    pk, sk = _either([pk for pk, _ in places]), _either([sk for _, sk in places])
    return f"`{name_of(kind)}`", pk, sk, kept(kind), " ".join((kind.__doc__ or "").split())


def keys_named(kind: type[Row]) -> dict[str, Key]:
    """Where rows of a kind are, by the names in its class: at one place, or at one of several."""
    return {name: each for name, each in _said_by(kind).items() if isinstance(each, Key)}


def _said_by(kind: type[Row]) -> dict[str, object]:
    """What its class says, and those that it is made from."""
    return {name: each for one in reversed(kind.__mro__) for name, each in vars(one).items()}


def _written_down(key: Key) -> tuple[str, str]:
    pk, sk = (
        re.sub(r"\{([a-z_]+)\}", lambda part: f"<{part[1].replace('_', ' ')}>", side)
        for side in (key.pk, key.sk)
    )
    return pk, sk


def kept(kind: type[Row]) -> str:
    """How long rows of a kind are kept. Raises CommandError when it says nothing."""
    said = [each for each in _said_by(kind).values() if isinstance(each, Lifetime)]
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


def _below(kind: type[Row]) -> Iterator[type[Row]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _place(kind: type[Row]) -> str:
    return f"{kind.__module__.replace('.', '/')}.py {kind.__name__}"
