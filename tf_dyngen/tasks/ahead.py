"""Frames made in a thread of their own while those before them are looked at."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np


def one_ahead(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Passes blocks of frames on; the next one is made meanwhile.

    At most one block is held that is not yet asked for. What the blocks' maker raises is raised
    here, when its block is asked for.
    """
    maker = iter(blocks)
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, maker, None)
        while (block := coming.result()) is not None:
            coming = thread.submit(next, maker, None)
            yield block
