"""How a clip moves, place by place: optical flow and changes of brightness."""

import numpy as np
from scipy import ndimage
from skimage.color import rgb2gray
from skimage.registration import optical_flow_ilk

from tf_dyngen.averaging import average_down

# The flow is found in frames averaged down to a shorter side of this at least, or less than twice.
SHORTER_SIDE = 64
# Of the flow's windows, and the iterations, as in `optical_flow_ilk`.
RADIUS, NUM_WARPS = 5, 3
# Pixels over which what is known of places is averaged.
CELL = 8
# Steps by which it is found how well flow explains the clip, evenly spread.
MOST_STEPS = 24
# Shares of the changes explained by flow, below which it is nothing and above which it is all.
UNEXPLAINED, EXPLAINED = 0.2, 0.6
SMALLEST = 1e-9


class ClipMotion:
    """The motion of the frames that a model remembers.

    Args:
      frames: [M, H, W, C] uint8.
      after: [M], the number of each frame's next one; itself at a clip's end.

    Attributes:
      frames: averaged down, [M, h, w, C] float32, 0 to 1.
      explained: [h, w], share of the changes at each place that flow explains, of which too little
        counts as nothing and most as all.
      steadiness: [h, w], 1 where things always move the same way, 0 where they move to and fro.
    """

    def __init__(self, frames: np.ndarray, after: np.ndarray):
        factor = max(1, min(frames.shape[1:3]) // SHORTER_SIDE)
        self.frames = average_down(frames, factor) / np.float32(255.0)
        grey = rgb2gray(self.frames) if frames.shape[-1] == 3 else self.frames[..., 0]
        self._grey = np.ascontiguousarray(grey, np.float32)
        # What is last goes on as what is before it does.
        numbers = np.arange(len(after))
        self._first = np.where(after == numbers, np.maximum(numbers - 1, 0), numbers)
        self._after = after
        self._kept: dict[int, np.ndarray] = {}
        self._bright = ndimage.uniform_filter(self._grey, CELL // 2, axes=(1, 2))
        self._usual = self._bright.mean(axis=0)
        self.explained, self.steadiness = self._measure()

    @property
    def size(self) -> tuple[int, int]:
        """(h, w) of what is known by place."""
        return self._grey.shape[1], self._grey.shape[2]

    def flow(self, windows: np.ndarray, moments: np.ndarray) -> np.ndarray:
        """Returns how the parts of a picture move on, [2, h, w], pixels down and right a frame.

        Args:
          windows: [K, h, w], the parts' shares, which add up to 1.
          moments: [K], what frame each part shows.
        """
        flows = np.stack([self._flow_of(int(moment)) for moment in moments])
        return self.explained * np.einsum("khw,kdhw->dhw", windows, flows)

    def brightness(self, windows: np.ndarray, moments: np.ndarray) -> np.ndarray:
        """Returns how bright places are beside their mean over time, [h, w]; see `flow`."""
        shown = np.einsum("khw,khw->hw", windows, self._bright[moments])
        return (shown + 0.05) / (self._usual + 0.05)

    def _flow_of(self, moment: int) -> np.ndarray:
        first = int(self._first[moment])
        if first not in self._kept:
            pair = self._grey[first], self._grey[self._after[first]]
            self._kept[first] = np.stack(
                optical_flow_ilk(*pair, radius=RADIUS, num_warp=NUM_WARPS)
            ).astype(np.float32)
        return self._kept[first]

    def _measure(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns `explained` and `steadiness`."""
        moves = np.unique(self._first)
        moves = moves[np.linspace(0, len(moves) - 1, min(len(moves), MOST_STEPS)).astype(int)]
        places = np.mgrid[: self.size[0], : self.size[1]].astype(np.float32)
        changed, missed, speed = np.zeros((3, *self.size))
        total = np.zeros((2, *self.size))
        for first in moves:
            before, now = self._grey[first], self._grey[self._after[first]]
            flow = self._flow_of(int(first))
            found = ndimage.map_coordinates(now, places + flow, order=1, mode="nearest")
            changed += np.square(now - before)
            missed += np.square(found - before)
            speed += np.hypot(*flow)
            total += flow
        changed, missed, speed, *total = (
            ndimage.uniform_filter(values, CELL) for values in (changed, missed, speed, *total)
        )
        explained = 1.0 - missed / np.maximum(changed, SMALLEST)
        explained = np.clip((explained - UNEXPLAINED) / (EXPLAINED - UNEXPLAINED), 0.0, 1.0)
        return explained, np.hypot(*total) / np.maximum(speed, SMALLEST)
