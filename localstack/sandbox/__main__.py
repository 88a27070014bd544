"""The outside world on this machine: payment providers, and whoever else Linli calls or is called by.

    python -m localstack.sandbox --port PORT --state FOLDER

`linli up` starts it and `linli down` stops it. FOLDER holds what survives a stop, and names the process.
Each part is a function of (folder, own base URL) that returns what it answers by prefix of the path.
"""

import argparse
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from localstack.sandbox import gateways, payments
from localstack.sandbox.server import HOST, Handler, Response, serving

PARTS: tuple[Callable[[Path, str], Mapping[str, Handler]], ...] = (payments.handlers, gateways.handlers)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.state.mkdir(parents=True, exist_ok=True)
    handlers: dict[str, Handler] = {"/health": lambda _request: Response.of({"ready": True})}
    for part in PARTS:
        handlers |= part(arguments.state, f"http://{HOST}:{arguments.port}")
    server = serving(arguments.port, handlers)
    signal.signal(signal.SIGTERM, lambda *_about: sys.exit(0))
    server.serve_forever()


if __name__ == "__main__":
    main()
