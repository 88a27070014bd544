"""The front: one address of the local cloud for browsers.

    python -m localstack.front --port PORT --state FOLDER

`linli up` starts it and `linli down` stops it. FOLDER holds `settings.json`, which `up` writes, and names the
process. It listens on loopback only.
"""

import argparse
import signal
import sys
from pathlib import Path

from localstack.front.oidc import Issuer
from localstack.front.passing import Passing
from localstack.front.server import listening
from localstack.front.settings import SettingsFile
from localstack.front.site import Site

HOST = "127.0.0.1"
THREADS = 32  # a request waits for functions that start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_about: sys.exit(0))
    site = Site(SettingsFile(arguments.state), Passing(), Issuer())
    listening(site, HOST, arguments.port, THREADS).run()


if __name__ == "__main__":
    main()
