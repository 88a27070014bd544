"""Zip archives whose bytes depend on their content alone, so that their hash names them."""

import os
import threading
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first instant a zip can hold
READABLE = 0o100644 << 16  # Lambda runs as another user: files must be readable by all


def write_zip(target: Path, entries: Mapping[str, bytes]) -> Path:
    """Write `entries` (archive name to content) sorted, with fixed time and mode; all or nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}.{threading.get_ident()}.part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, EARLIEST)
            info.external_attr = READABLE
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, entries[name])
    partial.replace(target)
    return target


def read_zip(source: Path) -> dict[str, bytes]:
    """The files of an archive by name."""
    with zipfile.ZipFile(source) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def unzipped_size(source: Path) -> int:
    """Bytes the archive unpacks to."""
    with zipfile.ZipFile(source) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def read_tree(
    root: Path, *, bytecode: bool = False, skip_suffixes: Iterable[str] = (".md",)
) -> dict[str, bytes]:
    """The files under `root` by relative POSIX path, symbolic links followed."""
    skipped = tuple(skip_suffixes)
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and not path.name.endswith(skipped)
        and (bytecode or (path.suffix != ".pyc" and "__pycache__" not in path.parts))
    }


def write_tree(root: Path, entries: Mapping[str, bytes]) -> None:
    """Write `entries` as files under `root`."""
    for name, content in entries.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
