"""DynamoDB Local, which keeps all tables in the memory of one Java process."""

import logging
import os
import threading
from typing import Any

from localstack.services.dynamodb.server import DynamodbServer

from localstack.runtime import events, hooks

LOG = logging.getLogger(__name__)


@hooks.on_infra_start()
def end_with_the_tables() -> None:
    """Stock starts a dead DynamoDB Local again, with no table at all, and every call fails from then on.
    So the cloud ends with it, as what was killed, and `linli up` makes a whole one.
    """
    stock = DynamodbServer.do_start_thread

    def start(server: DynamodbServer) -> Any:
        thread = stock(server)
        thread.auto_restart = False
        threading.Thread(target=end_after, args=(thread,), daemon=True).start()
        return thread

    DynamodbServer.do_start_thread = start


def end_after(thread: threading.Thread) -> None:
    """End this process when the one of the tables ends before it."""
    thread.join()
    if not events.infra_stopping.is_set():
        LOG.error("DynamoDB Local has ended, and all tables with it")
        os._exit(1)
