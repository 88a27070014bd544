"""Which lines of a function's log are worth showing, and how."""

import json
import re
from dataclasses import dataclass
from typing import Any

# What Lambda itself says around each call.
PLATFORM = re.compile(r"(START|END|REPORT|INIT_START|INIT_REPORT|EXTENSION|RESTORE_START|RESTORE_REPORT)\b")
METRICS = "_aws"  # marks a line that CloudWatch reads as metrics
ERRORS = ("ERROR", "CRITICAL")
# Where functions and layers are unpacked, on AWS (/var/task, /opt/python) and locally (…/code, …/python).
UNPACKED = re.compile(r'"/[^"]*/(?:task|code|python)/(?=[^"]*\.py)')


@dataclass(frozen=True)
class Wanted:
    """Which lines: all of them; only errors; only those of one attempt, by its correlation id."""

    everything: bool = False
    errors: bool = False
    request: str = ""

    def takes(self, line: str) -> bool:
        """Whether a line is to be shown. What is neither JSON nor Lambda's own is a crash's."""
        said = parsed(line)
        if self.request and self.request not in line:
            return False
        if self.errors:
            return said.get("level") in ERRORS if said else not PLATFORM.match(line)
        return self.everything or not (METRICS in said or PLATFORM.match(line))


def parsed(line: str) -> dict[str, Any]:
    """A line's JSON object, or an empty one."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def tidied(line: str) -> str:
    """A line without the folders that the code was unpacked into: its paths are the repository's."""
    return UNPACKED.sub('"', line.rstrip("\n"))
