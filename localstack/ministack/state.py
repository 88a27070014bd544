"""Patch of the saved state: it is written while the cloud runs, so that a killed one loses seconds."""

import asyncio
import logging
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence
from ministack.services import cloudformation, iot, lambda_svc

from localstack.ministack.stock import replace

EVERY_S = float(os.environ.get("LOCAL_SAVE_SECONDS", "15"))
LOCK_S = 0.05
PATIENCE_S = 60
POLL_S = 0.1
LOCKS = (type(threading.Lock()), type(threading.RLock()))

log = logging.getLogger("linli.state")


class Saver:
    """Writes the state as it was at one instant, in a child process, whenever something may have changed."""

    def __init__(self) -> None:
        self.changed = False
        self.child = 0

    async def go_on(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            if self.changed and not deploying():
                self.changed = False
                self.changed |= not await self.saved()

    async def saved(self) -> bool:
        """Write the state of now; whether it is on the disk."""
        try:
            self.child = forked()
        except OSError:
            log.exception("the state could not be saved")
            return False
        if not self.child:
            return False
        given_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < given_up:
            await asyncio.sleep(POLL_S)
            if not self.child:
                return False
            status = ended(self.child)
            if status is not None:
                self.child = 0
                return status == 0
        log.warning("the state could not be saved in %s s", PATIENCE_S)
        self.stop()
        return False

    def stop(self) -> None:
        """End a child that still writes: what it has is older than what is to be written."""
        if self.child:
            with suppress(ProcessLookupError):
                os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
            self.child = 0


def ended(child: int) -> int | None:
    """How a child ended; None while it is at work."""
    done, status = os.waitpid(child, os.WNOHANG)
    return status if done else None


def deploying() -> bool:
    """Whether a stack is on its way: as saved it would be on its way for ever."""
    stacks = list(cloudformation._stacks._data.values())
    return any(
        str(stack.get("StackStatus")).endswith("_IN_PROGRESS")
        and stack["StackStatus"] != "REVIEW_IN_PROGRESS"
        for stack in stacks
    )


def locks() -> Iterator[Any]:
    """Those that guard the stores: whoever holds one is in the middle of something."""
    for name, module in list(sys.modules.items()):
        if name.startswith("ministack."):
            yield from (value for value in list(vars(module).values()) if isinstance(value, LOCKS))


def forked() -> int:
    """The child that writes, 0 when one of the stores is in use; called where no request is half done."""
    parent = os.getpid()
    with ExitStack() as held:
        for lock in {id(lock): lock for lock in locks()}.values():
            if not lock.acquire(timeout=LOCK_S):
                return 0
            held.callback(lock.release)
        child = os.fork()
    if not child:
        write_and_exit(parent)
    return child


def write_and_exit(parent: int) -> None:
    """In the child: write everything beside the saved state, then put it in its place, and end."""
    status = 1
    try:
        signal.alarm(PATIENCE_S)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        logging.disable(logging.CRITICAL)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # the parent's ports and workers are not ours to keep
        os.nice(5)
        saved = Path(persistence.STATE_DIR)
        beside = saved / ".saving"
        shutil.rmtree(beside, ignore_errors=True)
        persistence.STATE_DIR = str(beside)
        lambda_svc._prune_orphan_code_blobs = lambda _: None  # the state in place still needs them
        persistence.save_all(app._build_persistence_save_dict())
        if os.getppid() == parent:
            for file in beside.glob("*.json"):
                file.replace(saved / file.name)
            status = 0
    finally:
        os._exit(status)


def save_as_it_goes() -> None:
    """Stock saves at a graceful stop only: kill -9 loses what was acknowledged since the start.

    LOCAL_SAVE_SECONDS is the pause between two savings (15). The event loop forks between two requests, so
    that each is saved as a whole or not at all, and the child writes, so that nobody waits.
    """
    saver = Saver()
    running: list[Any] = []

    def marked(stock: Any) -> Any:
        async def call(*args: Any, **kwargs: Any) -> Any:
            saver.changed = True
            return await stock(*args, **kwargs)

        return call

    replace(app, "_dispatch_service_request")(marked)
    replace(iot, "broker_publish")(marked)

    @replace(app, "_load_persisted_state")
    def _(stock: Any) -> Any:
        def load() -> None:
            stock()
            running.append(asyncio.get_running_loop().create_task(saver.go_on()))

        return load

    @replace(app, "save_all")
    def _(stock: Any) -> Any:
        def save_all(services: dict[str, Any]) -> None:
            for task in running:
                task.cancel()
            saver.stop()
            stock(services)

        return save_all
