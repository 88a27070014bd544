"""The command `documents`: every document in one folder, with pages that show them without a network."""

import json
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Annotated, Any

import typer

from linli_cli.errors import CommandError
from linli_cli.interfaces import asyncapi, messages_page, openapi
from linli_cli.interfaces.schemas import Schema, alone, name_of
from linli_cli.layout import ROOT, build

PAGES = Path(__file__).parent / "pages"
VIEWER = "flask_swagger_ui"  # carries Swagger UI's files; nothing of it is run here
VIEWER_FILES = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png", "LICENSE", "VERSION")
DOCUMENTS = build() / "documents"


def documents(
    out: Annotated[Path, typer.Option("--out", help="The folder, which is made anew.")] = DOCUMENTS,
) -> None:
    """Write OpenAPI, AsyncAPI, JSON Schemas and the pages that show them, as the front serves them."""
    print(f"{len(write(out))} files in {out}")


def write(folder: Path = DOCUMENTS, root: Path = ROOT) -> list[Path]:
    """Make the folder anew; what is in it. Nobody sees half of it.

    Raises CommandError when something else is there, which would be lost.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "asyncapi.json").exists():
        raise CommandError(f"{folder} holds something else than documents: name another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    fresh.chmod(0o755)
    for name, content in files(root).items():
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def written(folder: Path = DOCUMENTS) -> bool:
    """Whether there is something to serve."""
    return (folder / "index.html").exists()


def files(root: Path = ROOT) -> dict[str, bytes]:
    """The content of every file."""
    http, messages = openapi.document(root=root), asyncapi.document(root)
    schemas = schemas_of_messages(messages)
    told = {
        "version": http["info"]["version"],
        "operations": sum(map(len, http["paths"].values())),
        "topics": sum("reply" in each for each in messages["operations"].values()),
        "facts": len(messages["channels"][asyncapi.BUS]["messages"]),
        "schemas": "\n".join(f'    <li><a href="{name}">{Path(name).stem}</a></li>' for name in schemas),
    }
    return {
        "openapi.json": text_of(http),
        "asyncapi.json": text_of(messages),
        **{name: text_of(schema) for name, schema in schemas.items()},
        "index.html": page("index.html", told),
        "messages.html": page("messages.html", {"body": messages_page.body(messages)}),
        **{name: (PAGES / name).read_bytes() for name in ("api.html", "viewer.js", "documents.css")},
        **viewer(),
    }


def schemas_of_messages(document: dict[str, Any]) -> dict[str, Schema]:
    """A JSON Schema of each message, which stands alone, by the file that it is in."""
    components = document["components"]
    made = {}
    for key, message in components["messages"].items():
        is_fact = message["name"].startswith("linli.")
        name = f"schemas/{'facts' if is_fact else 'messages'}/{message['name'] if is_fact else key}.json"
        made[name] = alone(name_of(message["payload"]), components["schemas"])
    return made


def page(name: str, told: dict[str, Any]) -> bytes:
    """A page with what was counted or made for it."""
    return Template((PAGES / name).read_text(encoding="utf-8")).substitute(told).encode()


def viewer() -> dict[str, bytes]:
    """Swagger UI's own files. Raises CommandError when they are not installed."""
    found = find_spec(VIEWER)
    if found is None or not found.submodule_search_locations:
        raise CommandError("Swagger UI's files are not installed: run `make .venv/ready`")
    dist = Path(found.submodule_search_locations[0]) / "dist"
    named = {name: f"swagger-ui-{name}" if name.isupper() else name for name in VIEWER_FILES}
    return {ours: (dist / name).read_bytes() for name, ours in named.items()}


def text_of(document: Any) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
