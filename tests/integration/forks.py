"""Copies of this process: what happens in one, to the mocked cloud as well, is forgotten with it."""

import os
import pickle
import traceback
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")


def in_a_fork(act: Callable[[], Result]) -> Result:
    """What `act` returns, which is pickled on its way. Raises AssertionError with what it has raised."""
    return in_forks([act])[0]


def in_forks(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """The same of several at once, each in a copy of its own."""
    started = [_started(act) for act in acts]
    return [_ended(*each) for each in started]


def _started(act: Callable[[], Any]) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _tell(writing, act)
    os.close(writing)
    return child, reading


def _ended(child: int, reading: int) -> Any:
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    assert told, "the copy ended without a word"
    error, result = pickle.loads(told)  # noqa: S301  written by our own copy
    assert not error, error
    return result


def _tell(writing: int, act: Callable[[], Any]) -> None:
    """Never returns: the copy must not go on with what this process is about."""
    try:
        told = pickle.dumps(("", act()))
    except BaseException:  # noqa: BLE001  whatever it is, it is told
        told = pickle.dumps((traceback.format_exc(), None))
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(told)
    os._exit(0)
