"""The sandbox of a local cloud as a process: the outside world, payment providers first of all.

Its port is chosen once and kept, since merchants' secrets name it.
"""

import json
import urllib.error
import urllib.request
from typing import Any

from linli_cli.errors import CommandError, Refused
from linli_cli.local.companions import Companion

ANSWER_TIMEOUT_S = 15.0


class Sandbox(Companion):
    """The sandbox of the cloud whose home this is."""

    name = "sandbox"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Have something done there. Raises Refused with what it says instead, CommandError if it is not."""
        request = urllib.request.Request(  # noqa: S310  always our own http://127.0.0.1
            self.url + path, None if body is None else json.dumps(body).encode(), method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_TIMEOUT_S) as answer:  # noqa: S310  as above
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                said = json.loads(error.read() or b"{}").get("said", error.reason)
            raise Refused(f"the sandbox refuses {path}: {said}") from None
        except OSError:
            raise CommandError(self.not_running) from None

    def _answers(self) -> bool:
        try:
            return bool(self.ask("GET", "/health")["ready"])
        except CommandError:
            return False
