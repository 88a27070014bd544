"""Where things are in the repository, and which services it holds."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def infra(root: Path = ROOT) -> Path:
    return root / "infra"


def build(root: Path = ROOT) -> Path:
    """Everything made from the sources; safe to delete."""
    return root / "build"


def home() -> Path:
    """The local cloud's own folder: `$LINLI_HOME`, or `.linli` in the repository."""
    configured = os.environ.get("LINLI_HOME")
    return Path(configured) if configured else ROOT / ".linli"


def services(root: Path = ROOT) -> list[str]:
    """The services of the repository: folders of `infra/` with a Chalice `app.py`; `directory` first."""
    found = sorted(path.parent.name for path in infra(root).glob("*/app.py"))
    return sorted(found, key=lambda name: name != "directory")
