"""An error while packaging names the file to edit, not its copy."""

from pathlib import Path

import pytest

from linli_cli.deploy.packaging import of_sources

ROOT = Path("/a repository")
PROJECT = ROOT / "build/access/project"


@pytest.mark.parametrize(
    ("copied", "source"),
    [
        (PROJECT / "vendor/functions/access/gate/handler.py", "functions/access/gate/handler.py"),
        (PROJECT / "app.py", "build/access/project/app.py"),
        (ROOT / "layers/core/python/linli/http.py", "layers/core/python/linli/http.py"),
    ],
)
def test_the_path_is_the_repositorys(copied: Path, source: str) -> None:
    text = f'NameError: x File "{copied}", line 3'
    assert of_sources(text, PROJECT, ROOT) == f'NameError: x File "{source}", line 3'
