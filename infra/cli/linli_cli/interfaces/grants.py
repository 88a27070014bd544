"""Who may do what, as pages compile it in: every permission of every service, and the roles that have it."""

from importlib import import_module
from pathlib import Path

from linli.permissions import Permission, Role
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, services


def permissions(root: Path = ROOT) -> dict[str, Permission]:
    """Every permission by its name.

    Raises CommandError when two services mean other roles by the same name.
    """
    found: dict[str, Permission] = {}
    for service in sorted(services(root)):
        if not (root / "functions" / service / "permissions.py").exists():
            continue  # nobody asks it anything
        module = import_module(f"functions.{service}.permissions")
        for each in vars(module).values():
            if isinstance(each, Permission) and found.setdefault(each.name, each) != each:
                raise CommandError(f"functions/{service}/permissions.py: {each.name} means something else")
    return dict(sorted(found.items()))


def grants(root: Path = ROOT) -> dict[str, list[str]]:
    """The names of the permissions that each role has."""
    declared = permissions(root).values()
    return {role.value: sorted(each.name for each in declared if role in each.roles) for role in Role}
