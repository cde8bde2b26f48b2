"""Windows of a video judged by several threads: NumPy's array operations run side by side."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# What windows that are judged at the same time may hold between them, as float32.
MOST_BYTES = 64_000_000


def num_threads(values: int) -> int:
    """Returns how many windows of so many values are judged at the same time."""
    return max(1, min(os.cpu_count() or 1, MOST_BYTES // (4 * values)))


def ordered_map(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> Iterator[Result]:
    """Yields function(item) in the order of the items, several of which are worked on at a time.

    Items are taken in this thread, no more than `threads` beyond the one that is waited for. What
    the function raises is raised where its result would have come.
    """
    if threads == 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque = deque()
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
