"""`linli documents` writes what the front serves below `/docs/`."""

import json
import re
from pathlib import Path

import pytest

from linli_cli.errors import CommandError
from linli_cli.interfaces.writing import write


def test_everything_is_there_and_needs_no_other_place(tmp_path: Path) -> None:
    # When the documents are written
    folder = tmp_path / "documents"
    written = {path.as_posix() for path in write(folder)}

    # Then documents, schemas, pages and the viewer are there
    assert {"index.html", "openapi.json", "asyncapi.json", "api.html", "messages.html"} <= written
    assert json.loads((folder / "openapi.json").read_text())["openapi"] == "3.1.0"

    # And each page asks for files beside it only, and runs none of its own scripts or styles
    for page in folder.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        asked = set(re.findall(r'(?:src|href)="([^"#]+)"', text)) - {"/", "./"}
        assert asked <= written
        assert re.findall(r"<script(?![^>]*src=)|<style|style=| on[a-z]+=", text) == []

    # And a second time it is made anew
    (folder / "old.json").touch()
    assert "old.json" not in {path.name for path in write(folder)}


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    with pytest.raises(CommandError, match="holds something else"):
        write(tmp_path)
    assert (tmp_path / "letter.txt").exists()
