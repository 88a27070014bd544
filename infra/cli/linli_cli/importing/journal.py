"""What earlier imports were told: a line for each, so that what cannot be asked is not done again.

A plate is kept under a keyed hash, a first reading is shown by no list. The file holds digests alone, lies in
the folder of the cloud (`$LINLI_HOME`) and is forgotten with a local one.
"""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any


def digest(path: str, body: Any) -> str:
    """Of a request: where, and with what. It is also its `Idempotency-Key`."""
    said = json.dumps([path, body], ensure_ascii=False, sort_keys=True)
    return sha256(said.encode()).hexdigest()


@dataclass
class Journal:
    """Answers by the digest of their request; the file grows line by line, whatever kills us."""

    path: Path
    done: dict[str, str] = field(default_factory=dict)
    _writing: Any = field(default_factory=Lock, repr=False)

    @classmethod
    def of(cls, path: Path) -> "Journal":
        """What the file holds; a last line that was cut off is left out."""
        found = cls(path)
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                key, _, answer = line.partition(" ")
                if line.endswith(";"):
                    found.done[key] = answer.removesuffix(";")
        return found

    def note(self, key: str, answer: str) -> None:
        """A request was answered well."""
        with self._writing:
            self.done[key] = answer
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{key} {answer};\n")
