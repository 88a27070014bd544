"""All facts that services tell each other, as their vocabularies declare them."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from linli import vocabulary
from linli.events import Fact


@cache
def facts() -> dict[str, type[Fact]]:
    """The class of each fact, by its `type` on the bus."""
    modules = [
        import_module(f"{vocabulary.__name__}.{each.name}") for each in iter_modules(vocabulary.__path__)
    ]
    classes = (each for module in modules for each in vars(module).values() if isinstance(each, type))
    return {each.TYPE: each for each in classes if issubclass(each, Fact) and "TYPE" in vars(each)}
