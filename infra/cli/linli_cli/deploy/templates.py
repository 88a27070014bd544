"""CloudFormation templates as plain data: loading their short forms, merging, asking what refers to what."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from linli_cli.errors import CommandError

Template = dict[str, Any]
SUBSTITUTED = re.compile(r"\$\{([^!}.]+)(?:\.[^}]*)?\}")


class TemplateLoader(yaml.CSafeLoader):
    """YAML with `!Sub`, `!Ref` and their like, and with dates left as text (`Version: 2012-10-17`).

    libyaml's parser: the one in Python takes ten times as long.
    """


TemplateLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def intrinsic(loader: TemplateLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """`!Sub x` as `{"Fn::Sub": "x"}`."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


TemplateLoader.add_multi_constructor("!", intrinsic)


def load(path: Path) -> Template:
    """Read a YAML or JSON template. Raises CommandError naming the file and line if it is not one."""
    if not path.exists():
        raise CommandError(f"{path.name} is missing in {path.parent.name}/")
    try:
        # TemplateLoader is a SafeLoader: it builds plain data, never objects.
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=TemplateLoader)  # noqa: S506
    except yaml.YAMLError as error:
        raise CommandError(
            f"{path.parent.name}/{path.name} is not YAML: {' '.join(str(error).split())}"
        ) from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise CommandError(f"{path.parent.name}/{path.name} is not a template: it holds no mapping")
    return loaded


def dump(template: Template) -> str:
    """The template as JSON, the same text for the same content."""
    return json.dumps(template, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def merge(base: Any, extra: Any) -> Any:
    """`extra` laid over `base`: mappings merge, everything else (lists too) is replaced."""
    if not (isinstance(base, dict) and isinstance(extra, dict)):
        return extra
    return base | {key: merge(base.get(key), value) for key, value in extra.items()}


def of_type(template: Template, *types: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The resources of these types, by logical id."""
    for logical_id, resource in list(template.get("Resources", {}).items()):
        if resource.get("Type") in types:
            yield logical_id, resource


def references(node: Any) -> Iterator[str]:
    """The parameters, resources and pseudo parameters that `Ref`, `GetAtt`, `Sub` and `If` name."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref" and isinstance(value, str):
                yield value
            elif key == "Fn::GetAtt":
                yield value[0] if isinstance(value, list) else str(value).split(".", 1)[0]
            elif key == "Fn::Sub":
                text, local = (value, {}) if isinstance(value, str) else (value[0], value[1])
                yield from (name for name in SUBSTITUTED.findall(text) if name not in local)
                yield from references(local)
            else:
                yield from references(value)


def conditions_used(node: Any) -> Iterator[str]:
    """The conditions that resources, `If` and other conditions name."""
    if isinstance(node, list):
        for item in node:
            yield from conditions_used(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "Condition" and isinstance(value, str):
                yield value
            elif key == "Fn::If":
                yield value[0]
            yield from conditions_used(value)


def text_of(value: Any) -> str:
    """A name as written: plain text, or the text of its `Fn::Sub`."""
    if isinstance(value, dict):
        value = value.get("Fn::Sub", "")
    return value if isinstance(value, str) else ""
