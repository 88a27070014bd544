"""Delivers callbacks, and comes again until it is told that they arrived, as the real providers do."""

import heapq
import itertools
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

AGAIN = {
    "alipay": (240, 600, 600, 3600, 7200, 21600, 54000),
    "wechat": (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600),
}
"""Seconds from one attempt to the next (Alipay: 异步通知说明; WeChat Pay: 支付成功回调通知)."""
HURRY = 600
"""Ten minutes of theirs are a second here."""
TIMEOUT_S = 15
WORKERS = 4


@dataclass(frozen=True)
class Callback:
    """`made` signs it anew for each attempt; `arrived` reads the answer."""

    provider: str
    url: str
    made: Callable[[], tuple[dict[str, str], bytes]]
    arrived: Callable[[int, bytes], bool]


class Courier:
    """Threads that deliver what is due."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, int, Callback]] = []
        self._numbers = itertools.count()
        self._ready = threading.Condition()
        for _ in range(WORKERS):
            threading.Thread(target=self._work, daemon=True).start()

    def send(self, callback: Callback, delay_s: float = 0.0, times: int = 1) -> None:
        """Deliver it after a while; `times` more than once for a provider that repeats itself."""
        for _ in range(times):
            self._put(callback, delay_s, 0)

    def _put(self, callback: Callback, delay_s: float, attempt: int) -> None:
        with self._ready:
            due = time.monotonic() + delay_s
            heapq.heappush(self._due, (due, next(self._numbers), attempt, callback))
            self._ready.notify()

    def _work(self) -> None:
        while True:
            attempt, callback = self._next()
            if not _delivered(callback) and attempt < len(AGAIN[callback.provider]):
                self._put(callback, AGAIN[callback.provider][attempt] / HURRY, attempt + 1)

    def _next(self) -> tuple[int, Callback]:
        with self._ready:
            while True:
                wait_s = self._due[0][0] - time.monotonic() if self._due else None
                if wait_s is not None and wait_s <= 0:
                    _, _, attempt, callback = heapq.heappop(self._due)
                    return attempt, callback
                self._ready.wait(wait_s)


def _delivered(callback: Callback) -> bool:
    headers, body = callback.made()
    request = urllib.request.Request(callback.url, body, headers, method="POST")  # noqa: S310  ours
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310  as above
            return callback.arrived(answer.status, answer.read())
    except urllib.error.HTTPError as refused:
        refused.close()
        return False
    except OSError:
        return False
