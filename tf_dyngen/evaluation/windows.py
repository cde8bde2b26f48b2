"""Windows of a video that comes in blocks of frames, which are not kept."""

from collections.abc import Iterable, Iterator

import numpy as np

from tf_dyngen.evaluation.metrics import cut


def cut_stream(blocks: Iterable[np.ndarray], window: int) -> Iterator[np.ndarray]:
    """Yields windows of a video that comes in blocks; what is left over is left out."""
    waiting: list[np.ndarray] = []
    for block in blocks:
        waiting.append(block)
        if sum(map(len, waiting)) >= window:
            frames = np.concatenate(waiting)
            yield from cut(frames, window)
            waiting = [frames[len(frames) // window * window :]]


def settled_stream(
    blocks: Iterable[np.ndarray], window: int, *, settles: bool
) -> Iterator[tuple[int, np.ndarray]]:
    """Yields numbers and windows; the first is left out if a video settles in it and has more."""
    windows = enumerate(cut_stream(blocks, window))
    first = next(windows, None)
    second = next(windows, None)
    if first is not None and not (settles and second is not None):
        yield first
    if second is not None:
        yield second
    yield from windows
