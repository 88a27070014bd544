"""The front of a local cloud as a process: one address for browsers, for pages, APIs and signing in."""

import json
from collections.abc import Sequence
from typing import Any

from linli_cli.deploy import digest
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, build
from linli_cli.local import issuer
from linli_cli.local.companions import Companion
from linli_cli.local.local_cloud import LAST_PORT, get
from linli_cli.local.processes import is_free, until, write_whole

CODE = ROOT / "localstack/front"
PAGES = ROOT / "functions/console/web/dist"
DOCUMENTS = build() / "documents"
BESIDE = 100
"""How far its port is from the cloud's, unless it was chosen."""
PORT_RELEASE_S = 5.0


class Front(Companion):
    """The front of the cloud whose home this is."""

    name = "front"

    def open(self, port: int) -> None:
        """Have it listen there, with the code as it is now. Raises CommandError when the port is taken."""
        self.check(port)
        version = code_version()
        running = self._recorded()
        if running and self._is_ours(running.pid):
            if running.port == port and self._version() == version:
                return
            self.stop()
            until(lambda: is_free(port), PORT_RELEASE_S)
        self._launch(port)
        write_whole(self.folder / "version", version)

    def check(self, port: int) -> None:
        """Raises CommandError when another program listens there."""
        running = self._recorded()
        ours = running is not None and running.port == port and self._is_ours(running.pid)
        if not ours and not is_free(port):
            raise CommandError(
                f"port {port} of the front is in use by another program: stop it, or choose another with "
                f"`linli up --front-port {port + 1 if port < LAST_PORT else port - 1}`"
            )

    def tell(
        self, services: dict[str, str], groups: Sequence[dict[str, Any]], uploads: Sequence[str]
    ) -> None:
        """What it serves and passes on to. `uploads`: where photos are sent to and shown from."""
        told = {
            "stage": "local",
            "key": str(issuer.key_file().resolve()),
            "services": services,
            "groups": list(groups),
            "pages": str(PAGES),
            "documents": str(DOCUMENTS),
            "uploads": list(uploads),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / "settings.json", json.dumps(told, ensure_ascii=False, indent=2) + "\n")

    def _version(self) -> str:
        try:
            return (self.folder / "version").read_text(encoding="utf-8")
        except OSError:
            return ""

    def _answers(self) -> bool:
        try:
            return bool(json.loads(get(f"{self.url}/config.json"))["services"] is not None)
        except (OSError, ValueError, KeyError):
            return False


def code_version() -> str:
    """A digest of what it runs: the process of an older checkout is not left in place."""
    files = (path for path in sorted(CODE.iterdir()) if path.is_file())
    return digest.of_files({path.name: path.read_bytes() for path in files})


def port_beside(port: int) -> int:
    """The front's port where nobody chose one."""
    return port + BESIDE if port + BESIDE <= LAST_PORT else port - BESIDE
