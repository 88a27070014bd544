"""Many who act at the same moment, each in a thread of its own; a test with them wants `atomic`."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

Result = TypeVar("Result")
MOST_TRIES = 20


def at_once(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """What each returns, in their order. Raises what one of them raises."""
    barrier = Barrier(len(acts))

    def begun(act: Callable[[], Result]) -> Result:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(begun, acts))


def again_while_busy(ask: Callable[[], Result], is_busy: Callable[[Result], bool]) -> Result:
    """The first answer to `ask` that is not a 503 or a failed delivery: whoever gets one comes again."""
    for _ in range(MOST_TRIES):
        answer = ask()
        if not is_busy(answer):
            return answer
    raise AssertionError(f"busy {MOST_TRIES} times in a row")
