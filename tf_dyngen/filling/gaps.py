"""How far from a hidden pixel, in time, it is seen."""

import numpy as np

# No frame on that side shows the pixel.
NEVER = 0


class Gaps:
    """How many frames before and behind each hidden pixel it is seen, [T, H, W]; or NEVER."""

    def __init__(self, visible: np.ndarray):
        now = np.arange(len(visible), dtype=np.int32)[:, None, None]
        never = np.iinfo(np.int32).max // 2
        last = np.maximum.accumulate(np.where(visible, now, -never), axis=0)
        following = np.minimum.accumulate(np.where(visible, now, never)[::-1], axis=0)[::-1]
        self.before = np.where(last < 0, NEVER, now - last)
        self.behind = np.where(following >= len(visible), NEVER, following - now)
