"""What `linli up` tells the front: a file that is read again whenever it has changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

NAME = "settings.json"


@dataclass(frozen=True)
class Person:
    """Somebody of the demo, as the list of those who may sign in shows them; without a name, by role."""

    person: str
    name: str
    role: str
    home: str = ""


@dataclass(frozen=True)
class Group:
    """People of one place: a community, a company or a sub-district."""

    place: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Settings:
    """`services`: the base URL of each API. `uploads`: origins that photos are sent to and shown from."""

    stage: str
    key: Path
    services: Mapping[str, str]
    groups: tuple[Group, ...]
    pages: Path
    documents: Path
    uploads: tuple[str, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Settings":
        """Raises KeyError and TypeError for what is no settings."""
        groups = (
            Group(each["place"], tuple(Person(**person) for person in each["people"]))
            for each in told["groups"]
        )
        return cls(
            told["stage"],
            Path(told["key"]),
            told["services"],
            tuple(groups),
            Path(told["pages"]),
            Path(told["documents"]),
            tuple(told["uploads"]),
        )


class SettingsFile:
    """The settings in a folder, as they are now; written whole, so never half read."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._lock = Lock()
        self._read: tuple[int, Settings] | None = None

    def now(self) -> Settings:
        """Raises OSError while nothing was told yet."""
        with self._lock:
            written = self._path.stat().st_mtime_ns
            if self._read is None or self._read[0] != written:
                told = json.loads(self._path.read_text(encoding="utf-8"))
                self._read = (written, Settings.of(told))
            return self._read[1]
